"""The licence of every locked package against the house's list: what `make check-licences` runs.

Python packages: the metadata of what is installed, for each name in requirements/dev.lock (it holds the runtime's too).
Front-end packages: the `license` field of package-lock.json. The list, the other spellings and the exceptions with their
reasons stand in requirements/licences.toml; an exception that is no longer needed is refused as well.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
POLICY: dict[str, Any] = tomllib.loads((ROOT / "requirements" / "licences.toml").read_text(encoding="utf-8"))
ALLOWED = set(POLICY["allowed"])


def main() -> int:
    """Prints what is refused and how the rest is licensed; 1 when something is refused."""
    refused: list[str] = []
    count: Counter[str] = Counter()
    locked = names()
    for name, here in sorted(locked.items()):
        licence = licence_of(name) if here else POLICY["elsewhere"].get(name)
        excepted = POLICY["exceptions"].get(name)
        if licence is None:
            where = "tells no licence" if here else "is for another system: name its licence under [elsewhere]"
            refused.append(f"{name} {where}")
        elif excepted and excepted["licence"] != licence:
            refused.append(f"{name}: the exception says {excepted['licence']}, the package {licence}")
        elif not excepted and not allowed(licence):
            refused.append(f"{name}: {licence} is not on the list")
        count[str(licence)] += 1
    refused += [f"{name}: an exception for what is not locked" for name in POLICY["exceptions"].keys() - locked.keys()]
    for name, licence in front_end().items():
        if not allowed(licence):
            refused.append(f"npm {name}: {licence} is not on the list")
        count[licence] += 1
    for why in refused:
        print(f"REFUSED: {why} (requirements/licences.toml)")
    print("licences: " + ", ".join(f"{licence} {number}" for licence, number in count.most_common()))
    print(f"licences: {sum(count.values())} packages, {len(POLICY['exceptions'])} exceptions, {len(refused)} refused")
    return int(bool(refused))


def names() -> dict[str, bool]:
    """Locked package -> whether it is for this system and Python."""
    environment = {key: str(value) for key, value in default_environment().items()}
    found: dict[str, bool] = {}
    for line in (ROOT / "requirements" / "dev.lock").read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            pin = Requirement(line.rstrip("\\").strip())
            name = canonicalize_name(pin.name)
            found[name] = found.get(name, False) or pin.marker is None or pin.marker.evaluate(environment)
    return found


def licence_of(name: str) -> str | None:
    """The licence that an installed package tells, as an SPDX expression where it can be read as one."""
    try:
        about = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if expression := about.get("License-Expression"):
        return expression
    short = (about.get("License") or "").strip().split("\n")[0].strip()
    if short and len(short) < 60:
        return str(POLICY["aliases"].get(short.lower(), short))
    told = [line.split(" :: ")[-1] for line in about.get_all("Classifier") or [] if line.startswith("License ::")]
    return " AND ".join(POLICY["aliases"].get(one.lower(), one) for one in told) or None


def front_end() -> dict[str, str]:
    """Front-end package -> licence, from the lock file of npm."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    found = {path.removeprefix("node_modules/"): about for path, about in lock["packages"].items() if path}
    aliases = POLICY["npm_aliases"]
    return {
        name: aliases.get(about.get("license", "none"), about.get("license", "none")) for name, about in found.items()
    }


def allowed(expression: str) -> bool:
    """Whether an SPDX expression is satisfied by the list: one side of OR, every side of AND, brackets first."""
    while inner := re.search(r"\(([^()]*)\)", expression):
        verdict = "MIT" if allowed(inner[1]) else "refused"
        expression = expression[: inner.start()] + verdict + expression[inner.end() :]
    return any(
        all(one.split(" WITH ")[0].strip() in ALLOWED for one in side.split(" AND "))
        for side in expression.split(" OR ")
    )


if __name__ == "__main__":
    sys.exit(main())
