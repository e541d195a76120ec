import os
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import ConflictError
from embedded.home import claimed, kept_secret


def test_a_home_is_claimed_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with claimed(home), pytest.raises(ConflictError) as caught, claimed(home):
        pass

    assert str(caught.value).startswith(f"Holdfast already runs from {home} (process {os.getpid()}).")


def test_a_home_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for home in (tmp_path / "file", tmp_path / "file" / "home"):
        with pytest.raises(ConflictError, match="HOLDFAST_HOME"), claimed(home):
            pass


def test_a_home_is_free_after_its_process_ended_without_leaving(tmp_path: Path) -> None:
    script = f"""
import os, pathlib
from embedded.home import claimed
with claimed(pathlib.Path({str(tmp_path)!r})):
    os.abort()
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode != 0
    with claimed(tmp_path):
        assert (tmp_path / "lock").read_text() == str(os.getpid())


def test_a_secret_is_made_once_and_private(tmp_path: Path) -> None:
    first, second = kept_secret(tmp_path, "key"), kept_secret(tmp_path, "key")

    assert first == second
    assert len(first) >= 32
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "key").touch(mode=0o600)

    assert kept_secret(tmp_path, "key")
