"""What the documents, docstrings and comments name is there: files, links, `make` targets and commands."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.main import COMMANDS, load

ROOT = Path(__file__).parents[1]
FROZEN = {"CHANGELOG.md", "docs/decisions"}
"""What was true when it was written: it is never edited afterwards."""

_SPAN = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)")
_TARGET = re.compile(r"(?:^|(?<=[ `]))make ([a-z][a-z-]*)", re.MULTILINE)
_COMMAND = re.compile(r"(?:^|(?<=[ /`]))holdfast ([a-z][a-z-]*)(?: ([a-z][a-z-]*))?", re.MULTILINE)
_FOLDERS = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
_PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(_FOLDERS)})/[\w./-]*\w")
_FILE = re.compile(r"(?<![\w./*-])\w[\w-]*\.(?:py|sql)\b")
_SOURCES = sorted(path for folder in _FOLDERS for path in (ROOT / folder).rglob("*") if path.suffix in {".py", ".sql"})
_NAMES = {path.name for path in _SOURCES}
_DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
    if not any(path.relative_to(ROOT).as_posix().startswith(frozen) for frozen in FROZEN)
)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


MADE_BY_READERS = {"specs/acme", "deploy/compose/holdfast.env"}


def missing_paths(text: str) -> set[str]:
    """Paths from the root of the repository; a prefix such as docs/decisions/0016 is enough."""
    return {path for path in _PATH.findall(text) if not any(ROOT.glob(f"{path}*"))} - MADE_BY_READERS


def missing_files(text: str) -> set[str]:
    return set(_FILE.findall(text)) - _NAMES


def prose_of(source: str) -> Iterator[str]:
    """Docstrings, strings below a constant, and comments of Python."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def _prose(path: Path) -> str:
    text = path.read_text("utf-8")
    return "\n".join(prose_of(text) if path.suffix == ".py" else re.findall(r"--.*", text))


def _code(document: str) -> str:
    """What a document shows as code, in lines and in blocks."""
    return "\n".join((*_FENCE.findall(document), *_SPAN.findall(_FENCE.sub("", document))))


@pytest.mark.parametrize("path", _DOCUMENTS, ids=_name)
def test_what_a_document_names_is_there(path: Path) -> None:
    text = path.read_text("utf-8")
    spans = "\n".join(_SPAN.findall(_FENCE.sub("", text)))
    links = {link for link in _LINK.findall(text) if not link.startswith(("http", "mailto:"))}
    assert missing_paths(spans) | missing_files(spans) == set()
    assert {link for link in links if not (path.parent / link).exists()} == set()


@pytest.mark.parametrize("folder", _FOLDERS)
def test_what_docstrings_and_comments_name_is_there(folder: str) -> None:
    found = {}
    for path in _SOURCES:
        if path.is_relative_to(ROOT / folder):
            text = _prose(path)
            found[_name(path)] = missing_paths(text) | missing_files(text)
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize("path", _DOCUMENTS, ids=_name)
def test_every_target_of_make_is_there(path: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(_TARGET.findall(_code(path.read_text("utf-8")))) <= targets


def unknown_commands(text: str) -> set[str]:
    return {f"{name} {second}".strip() for name, second in _COMMAND.findall(text) if not _is_command(name, second)}


def _is_command(name: str, second: str) -> bool:
    if name not in COMMANDS:
        return False
    loaded = load(COMMANDS[name][0])
    subcommands = getattr(loaded, "commands", None)
    return not second or subcommands is None or second in subcommands


@pytest.mark.parametrize("path", _DOCUMENTS, ids=_name)
def test_every_command_is_there(path: Path) -> None:
    assert unknown_commands(_code(path.read_text("utf-8"))) == set()


def test_what_is_missing_is_found() -> None:
    assert missing_paths("see domain/nowhere.py and domain/errors.py, docs/decisions/0001") == {"domain/nowhere.py"}
    assert missing_files("nowhere.py, then errors.py and *.sql") == {"nowhere.py"}
    assert unknown_commands("holdfast fly\nholdfast spec fly\nholdfast spec publish specs") == {"fly", "spec fly"}
    assert list(prose_of('"""One."""\nA = 1  # two\n"""Three."""\n')) == ["One.", "Three.", "# two"]
