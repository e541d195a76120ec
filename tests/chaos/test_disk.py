"""A disk that can be full: nothing more goes onto it, what is there stays, and there is room again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.disk import SmallDisk, small_disk, unmount


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk") as mounted:
        if mounted is None:
            pytest.skip("this process may not mount anything")
        yield mounted


def test_a_full_disk_takes_nothing_more_and_an_empty_one_does(disk: SmallDisk) -> None:
    kept, more = disk.folder / "kept", disk.folder / "more"
    kept.write_bytes(b"x" * 100_000)
    disk.fill()
    with pytest.raises(OSError, match="No space left"):
        more.write_bytes(b"x" * 100_000)
    disk.empty()
    more.write_bytes(b"x" * 100_000)
    assert kept.read_bytes() == more.read_bytes()


def test_what_is_not_mounted_needs_no_unmounting(tmp_path: Path) -> None:
    unmount(tmp_path)
    unmount(tmp_path / "nothing")


def test_nothing_stays_mounted(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    with small_disk(folder):
        pass
    assert not folder.is_mount()
