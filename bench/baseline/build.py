"""A build that can be measured: the present checkout, or a commit that is installed into a folder of its own."""

import asyncio
import shutil
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bench.environments import environment_of
from domain.errors import ConflictError, NotFoundError, UnavailableError
from embedded.application import ROOT
from embedded.home import claimed

BENCHMARKS = ("bench", "cli.bench")
"""The package in which a commit may have its benchmark, the newest first."""

LOCKS = ("requirements/runtime.lock", "requirements.lock")
"""The file in which a commit may have what it needs to run, the newest first."""

NOT_A_CHECKOUT = "A baseline is read from the git checkout of Holdfast; here is none, or `git` is not installed."


@dataclass(frozen=True)
class Build:
    """Where its code is, which Python runs it, and the package that measures it."""

    name: str
    folder: Path
    python: Path
    benchmark: str


PRESENT = Build("now", ROOT, Path(sys.executable), BENCHMARKS[0])


async def installed(commit: str, folder: Path, repository: Path = ROOT) -> Build:
    """The build of the commit below the folder: its own files, and what its own lock says. Made when first wanted.

    The files are exported, so that git knows of no second worktree, whatever ends this process. Raises NotFoundError
    for a commit that does not exist or cannot be measured, ConflictError without a checkout, and UnavailableError when
    its environment cannot be installed.
    """
    digest = await _digest(commit, repository)
    benchmark = await _first(BENCHMARKS, digest, repository, lambda package: f"{package.replace('.', '/')}/testbed.py")
    lock = await _first(LOCKS, digest, repository, str)
    if benchmark is None or lock is None:
        raise NotFoundError(f"Commit {commit} has no benchmark or lock that is known here, so it is no baseline.")
    build, name = folder / digest, digest[:12]
    with claimed(folder):
        if not build.exists():
            await _export(digest, build, repository)
        python = await environment_of(build / lock, build / ".venv", f"Commit {name}")
    return Build(name, build, python, benchmark)


async def _digest(commit: str, repository: Path) -> str:
    try:
        top, _ = await _git(repository, "rev-parse", "--show-toplevel")
    except FileNotFoundError:
        raise ConflictError(NOT_A_CHECKOUT) from None
    if not _same_folder(top, repository):
        raise ConflictError(NOT_A_CHECKOUT)
    digest, found = await _git(
        repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}"
    )
    if not found:
        raise NotFoundError(f"There is no commit {commit} in this checkout. Fetch it, or name another.")
    return digest


def _same_folder(found: str, folder: Path) -> bool:
    """False for nothing found, and for a folder that only lies within another repository."""
    return found != "" and Path(found).resolve() == folder.resolve()


async def _first(
    candidates: tuple[str, ...], digest: str, repository: Path, file_of: Callable[[str], str]
) -> str | None:
    """The first whose file is in the commit."""
    for candidate in candidates:
        _, found = await _git(repository, "cat-file", "-e", f"{digest}:{file_of(candidate)}")
        if found:
            return candidate
    return None


async def _export(digest: str, folder: Path, repository: Path) -> None:
    """The folder is there when all files are."""
    unfinished = folder.with_suffix(".unfinished")
    archive = unfinished / "files.tar"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir()
    _, exported = await _git(repository, "archive", "--format=tar", f"--output={archive}", digest)
    if not exported:
        raise UnavailableError(f"The files of commit {digest[:12]} cannot be read from this checkout.")
    await asyncio.to_thread(_unpack, archive)
    unfinished.rename(folder)


def _unpack(archive: Path) -> None:
    with tarfile.open(archive) as files:
        files.extractall(archive.parent, filter="data")
    archive.unlink()


async def _git(repository: Path, *arguments: str) -> tuple[str, bool]:
    """What it printed, and whether it succeeded. Raises FileNotFoundError without git."""
    process = await asyncio.create_subprocess_exec(
        "git",
        "-C",
        str(repository),
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    printed, _ = await process.communicate()
    return printed.decode().strip(), process.returncode == 0
