"""The locks against what asks for them: what `make check-locks` runs.

Refused: a dependency of pyproject.toml or of requirements/*.in that its lock does not hold, or holds in another version
than asked for; a pin without a hash; an address of an index or of a file in a lock; two locks that pin one
package differently; litellm, which the house never uses.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "requirements"
ASKED_BY = {"runtime": ("pyproject", "build"), "dev": ("pyproject", "build", "dev"), "train": ("train",)}
FORBIDDEN = {"litellm"}

Pins = dict[str, list[Requirement]]


def main() -> int:
    """Prints what is refused; 1 when there is any."""
    locks = {name: pins(FOLDER / f"{name}.lock") for name in ASKED_BY}
    refused = [why for name in ASKED_BY for why in faults(name, locks[name])]
    for name in ("runtime", "train"):
        for package in locks[name].keys() & locks["dev"].keys():
            if versions(locks[name][package]) != versions(locks["dev"][package]):
                refused.append(f"{package}: {name}.lock and dev.lock pin different versions")
    for why in refused:
        print(f"REFUSED: {why} (make lock)")
    print(
        f"locks: {', '.join(f'{name} {len(found)}' for name, found in locks.items())} packages, {len(refused)} refused"
    )
    return int(bool(refused))


def faults(name: str, lock: Pins) -> Iterator[str]:
    """What is wrong with one lock."""
    text = (FOLDER / f"{name}.lock").read_text(encoding="utf-8")
    if re.search(r"https?://|file:|@ |^\s*--(?:index|extra-index|find-links)|^-", text, re.MULTILINE):
        yield f"{name}.lock holds an address or an option"
    for block in re.split(r"\n(?=\S)", text):
        if "==" in block.split("\n", 1)[0] and "--hash=sha256:" not in block:
            yield f"{name}.lock: no hash for {block.split()[0]}"
    for package in FORBIDDEN & lock.keys():
        yield f"{name}.lock holds {package}"
    for source in ASKED_BY[name]:
        for asked in asked_for(source):
            found = lock.get(canonicalize_name(asked.name), [])
            if not found:
                yield f"{name}.lock does not hold {asked.name}"
            for pin in found:
                if not asked.specifier.contains(version(pin), prereleases=True):
                    yield f"{name}.lock holds {pin.name} {version(pin)}, asked for is {asked}"


def asked_for(source: str) -> list[Requirement]:
    """The requirements of pyproject.toml or of one requirements/*.in."""
    if source == "pyproject":
        project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return [Requirement(line) for line in project["dependencies"]]
    lines = (line.split("#")[0].strip() for line in (FOLDER / f"{source}.in").read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line]


def pins(path: Path) -> Pins:
    """Package -> its pins; one package may have several, for several versions of Python."""
    found: Pins = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Za-z0-9]", line):
            pin = Requirement(line.rstrip("\\").strip())
            found.setdefault(canonicalize_name(pin.name), []).append(pin)
    return found


def version(pin: Requirement) -> str:
    """The version a pin names."""
    return next(iter(pin.specifier)).version


def versions(found: list[Requirement]) -> set[str]:
    """All versions of a package in one lock."""
    return {version(pin) for pin in found}


if __name__ == "__main__":
    sys.exit(main())
