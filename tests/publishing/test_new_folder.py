"""A folder is written into only while there is nothing in it."""

from pathlib import Path

import pytest

from domain.errors import ConflictError
from publishing.new_folder import require_empty


def test_a_new_and_an_empty_folder_are_fine(tmp_path: Path) -> None:
    require_empty(tmp_path / "new")
    require_empty(tmp_path)


@pytest.mark.parametrize("name", ["notes.txt", ".hidden"])
def test_anything_in_it_is_too_much(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ConflictError, match="is not empty"):
        require_empty(tmp_path)


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "ferry").touch()
    with pytest.raises(NotADirectoryError):
        require_empty(tmp_path / "ferry")
