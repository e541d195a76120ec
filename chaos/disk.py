"""A disk for PostgreSQL that can be full: a file system in memory whose size is changed while it is used.

Mounting needs root. Whoever is not, runs without this fault, and is told so.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGE_BYTES = 8 * 2**30
"""Only what is used takes memory."""


class SmallDisk:
    """What is mounted on `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self) -> None:
        """Nothing more can be written: it becomes as small as what it holds."""
        self._resize(shutil.disk_usage(self.folder).used)

    def empty(self) -> None:
        """There is room again; what was written stays."""
        self._resize(LARGE_BYTES)

    def _resize(self, size: int) -> None:
        _mount(f"remount,size={size}", self.folder)


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk | None]:
    """None where this process may not mount anything."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        _mount(f"size={LARGE_BYTES},mode=0700", folder)
    except (OSError, subprocess.CalledProcessError):
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        unmount(folder)


def unmount(folder: Path) -> None:
    """Also what a run that was killed has left behind; nothing where nothing is mounted."""
    if folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


def _mount(options: str, folder: Path) -> None:
    """Raises OSError or CalledProcessError where it is not allowed."""
    if os.geteuid() != 0:
        raise PermissionError("only root mounts file systems")
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603
