"""The console that is committed is the one that its sources make, so that nobody needs Node to run it."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "console"
BUILT = ROOT / "gateway" / "static" / "console"
# The same list as in console/vite.config.ts, which writes the hash into the build.
FILES = ("index.html", "package.json", "package-lock.json", "postcss.config.js", "tsconfig.json", "vite.config.ts")
FOLDERS = ("src", "public")


def _hash_of_sources() -> str:
    files = [*FILES, *(f.relative_to(SOURCES).as_posix() for d in FOLDERS for f in _files_under(SOURCES / d))]
    total = hashlib.sha256()
    for name in sorted(files):
        total.update(f"{name}\n{hashlib.sha256((SOURCES / name).read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def _files_under(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_build_is_of_these_sources() -> None:
    built_from = (BUILT / "sources.sha256").read_text().strip()
    assert built_from == _hash_of_sources(), "The console was changed and not built: run `make console`."


def test_everything_that_the_page_names_is_there() -> None:
    named = re.findall(r'(?:src|href)="/console/([^"]+)"', (BUILT / "index.html").read_text())
    assert named
    assert [name for name in named if not (BUILT / name).is_file()] == []


def test_the_page_has_no_script_or_style_of_its_own() -> None:
    page = (BUILT / "index.html").read_text()
    assert re.findall(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=", page) == []


def test_nothing_is_loaded_from_elsewhere() -> None:
    page = (BUILT / "index.html").read_text()
    assert re.findall(r'(?:src|href)="(?!/console/)[^"]*"', page) == []


def test_no_committed_file_names_a_registry() -> None:
    assert '"resolved"' not in (SOURCES / "package-lock.json").read_text()
