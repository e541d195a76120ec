"""The content of a package's folder."""

import os
from pathlib import Path

import pytest

from domain.errors import InvalidInputError, NotFoundError
from domain.market.contents import LARGEST_FILE, LARGEST_PACKAGE, MOST_FILES
from publishing.market.reading import read_contents
from tests.publishing.market.conftest import PACKAGE, Shelf


@pytest.fixture
def folder(shelf: Shelf) -> Path:
    return shelf.path / "returns" / "1.0.0"


def test_every_file_by_its_path(folder: Path) -> None:
    assert read_contents(folder) == {path: text.encode() for path, text in PACKAGE.items()}


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no folder"):
        read_contents(tmp_path / "nothing")


@pytest.mark.parametrize(
    "path",
    [
        "organisation.yaml",
        "customers/contacts.yaml",
        "agents/returns.yml",
        "agents/more/returns.yaml",
        "agents/a b.yaml",
        ".git/config",
        "knowledge/.hidden.md",
        "run.sh",
    ],
)
def test_what_has_no_place(folder: Path, path: str) -> None:
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text("x: 1\n")
    with pytest.raises(InvalidInputError, match="has no place in a package"):
        read_contents(folder)


@pytest.mark.parametrize("name", ["agents/other.yaml", "README.md", "knowledge/linked.md", "scenarios"])
def test_links_are_refused_wherever_they_lead(folder: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / "elsewhere"
    target.write_text("x: 1\n")
    path = folder / name
    if path.is_dir():
        for inside in path.iterdir():
            inside.unlink()
        path.rmdir()
    path.symlink_to(target)
    with pytest.raises(InvalidInputError, match="is a link"):
        read_contents(folder)


def test_a_link_to_nothing_and_a_circle_of_links(folder: Path) -> None:
    (folder / "README.md").symlink_to(folder / "README.md")
    with pytest.raises(InvalidInputError, match="is a link"):
        read_contents(folder)


def test_a_folder_that_is_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(folder)
    with pytest.raises(NotFoundError):
        read_contents(tmp_path / "linked")


def test_what_is_no_file(folder: Path) -> None:
    os.mkfifo(folder / "README.md")
    with pytest.raises(InvalidInputError, match="has no place"):
        read_contents(folder)


def test_a_large_file(folder: Path) -> None:
    (folder / "README.md").write_bytes(b"x" * (LARGEST_FILE + 1))
    with pytest.raises(InvalidInputError, match=r"README\.md is too large"):
        read_contents(folder)


def test_a_large_package(folder: Path) -> None:
    for number in range(LARGEST_PACKAGE // LARGEST_FILE + 1):
        (folder / "knowledge" / f"large-{number}.md").write_bytes(b"x" * LARGEST_FILE)
    with pytest.raises(InvalidInputError, match="The package returns is too large"):
        read_contents(folder)


def test_many_files(folder: Path) -> None:
    for number in range(MOST_FILES):
        (folder / "knowledge" / f"small-{number}.md").write_bytes(b"x")
    with pytest.raises(InvalidInputError, match="too large"):
        read_contents(folder)


def test_what_a_terminal_would_obey_is_not_told(folder: Path) -> None:
    (folder / "\x1b[31mred").write_text("x")
    with pytest.raises(InvalidInputError) as caught:
        read_contents(folder)
    assert "\x1b" not in str(caught.value)


def test_a_package_whose_folder_above_is_a_link(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(folder.parent)
    with pytest.raises(NotFoundError):
        read_contents(tmp_path / "linked" / folder.name)
