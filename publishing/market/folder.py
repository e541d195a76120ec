"""The folder of an organisation while packages are put into it: one command at a time, all files or none."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from domain.errors import ConflictError, InvalidInputError
from domain.market.contents import may_hold
from domain.market.records import MarketLock
from publishing.market.package import require_known_format
from publishing.specification import LoadedOrganisation, SpecificationError, load_specification
from publishing.specification.documents import DocumentReader
from publishing.specification.files import MISNAMED, READ
from publishing.specification.mistakes import printable
from publishing.specification.validation import validated

LOCK = "market.lock.yaml"
HEAD = "# What `holdfast market` has installed here. Keep it with your files; commands write it, nobody else.\n"
TEXTS = frozenset({".yaml", *MISNAMED})
PENDING = ".market.pending"
"""A change under way: the files as they are to be (`new`), as they were (`old`), and the names of all (`names`)."""


@dataclass(frozen=True)
class FileChange:
    """One file of an organisation, before and after; None is a file that is not there."""

    path: str
    before: bytes | None
    after: bytes | None


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other market commands out of a folder. Raises ConflictError while another one is at work."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ConflictError(f"Another `holdfast market` is at work in {folder}: wait until it is done.") from error
    finally:
        os.close(opened)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Be alone in an organisation's folder, and take back what a command that was killed has left half done."""
    with alone_in(folder):
        take_back(folder)
        yield


def read_lock(folder: Path) -> MarketLock:
    """What is installed. Raises SpecificationError, and InvalidInputError for a file of a later version."""
    if not (folder / LOCK).exists():
        return MarketLock()
    reader = DocumentReader(folder)
    document = reader.yaml(folder / LOCK)
    require_known_format(document and document.data, LOCK)
    read = validated(reader, document, MarketLock)
    if read is None or reader.mistakes:
        raise SpecificationError(folder.name, reader.mistakes, "record of installed packages in")
    return read.value


def lock_text(lock: MarketLock) -> str:
    """The file for it, packages and parts in order."""
    packages = {name: lock.packages[name].model_dump(mode="json") for name in sorted(lock.packages)}
    return HEAD + yaml.safe_dump({"format": lock.format, "packages": packages}, sort_keys=False, width=200)


def content_of(folder: Path, path: str) -> bytes | None:
    """A file of the organisation, or None."""
    return (folder / path).read_bytes() if (folder / path).exists() else None


def validated_with(folder: Path, changes: Sequence[FileChange]) -> LoadedOrganisation:
    """The organisation as it would be, loaded from a copy. Raises SpecificationError with every mistake."""
    with TemporaryDirectory(prefix="holdfast-market-") as temporary:
        copy = Path(temporary) / folder.resolve().name
        _copy_specification(folder, copy)
        _write(copy, {change.path: change.after for change in changes})
        return load_specification(copy)


def _copy_specification(folder: Path, copy: Path) -> None:
    """What of a folder is a specification; whatever else stands there may be large."""

    def left_out(inside: str, names: list[str]) -> list[str]:
        return [name for name in names if not _is_read(Path(inside) / name, folder)]

    shutil.copytree(folder, copy, ignore=left_out)


def _is_read(path: Path, top: Path) -> bool:
    """A folder of a specification may be a link; links to folders within could lead back to where they stand."""
    if path.name.startswith("."):
        return False
    if path.parent != top:
        return path.is_file() or (path.is_dir() and not path.is_symlink())
    return path.name in READ if path.is_dir() else path.is_file() and path.suffix in TEXTS


def write_all(folder: Path, changes: Sequence[FileChange]) -> None:
    """Write every change or none of them, whatever happens meanwhile, Ctrl-C included.

    Raises ConflictError when a file is no longer as it was when the changes were planned, and OSError.
    """
    for change in changes:
        if content_of(folder, change.path) != change.before:
            raise ConflictError(f"{change.path} was changed meanwhile. Nothing was written: begin again.")
    with ExitStack() as stack:
        stack.callback(take_back, folder)
        _stage(folder, changes)
        for change in changes:
            _put(folder, change)
        _done(folder)


def take_back(folder: Path) -> None:
    """Make the files of a change that did not come to its end what they were before; without one, nothing."""
    pending = folder / PENDING
    if not (pending / "names").exists():
        shutil.rmtree(pending, ignore_errors=True)
        return
    names = (pending / "names").read_text(encoding="utf-8").splitlines()
    if wrong := [path for path in names if path != LOCK and not may_hold(path)]:
        told = f"{PENDING} in {folder} names {printable(wrong[0])[:200]}, which no market command writes"
        raise InvalidInputError(f"{told}: it was made by somebody else. Look at that folder, then remove it.")
    for path in names:
        old = pending / "old" / path
        _write(folder, {path: old.read_bytes() if old.exists() else None})
    _done(folder)


def _stage(folder: Path, changes: Sequence[FileChange]) -> None:
    """From the moment that `names` is there, the change is under way."""
    pending = folder / PENDING
    _write(pending / "old", {change.path: change.before for change in changes})
    _write(pending / "new", {change.path: change.after for change in changes})
    staged = pending / "names.new"
    staged.write_text("".join(f"{change.path}\n" for change in changes), encoding="utf-8")
    Path(staged).replace(pending / "names")


def _put(folder: Path, change: FileChange) -> None:
    target = folder / change.path
    if change.after is None:
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    Path(folder / PENDING / "new" / change.path).replace(target)


def _done(folder: Path) -> None:
    """One step ends the change: without the names nothing is taken back, and what is left of it goes next time."""
    (folder / PENDING / "names").unlink()
    shutil.rmtree(folder / PENDING, ignore_errors=True)


def _write(folder: Path, contents: Mapping[str, bytes | None]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        target = folder / path
        if content is None and target.exists():
            target.unlink()
        elif content is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
