"""The content of a package's folder, read once, so that what was checked is what is used."""

from collections.abc import Iterator
from pathlib import Path

from domain.errors import InvalidInputError, NotFoundError
from domain.market.contents import LARGEST_FILE, LARGEST_PACKAGE, MOST_FILES, may_hold
from publishing.market.package import no_place
from publishing.specification.mistakes import printable

DEEPEST = 2


def read_contents(folder: Path) -> dict[str, bytes]:
    """Every file by its path with slashes.

    Raises InvalidInputError for a link, for anything that a package may not hold and for what is too large,
    NotFoundError where there is no folder, and OSError.
    """
    if folder.is_symlink() or folder.parent.is_symlink() or not folder.is_dir():
        raise NotFoundError(f"There is no folder {printable(str(folder))} with a package.")
    files, total = dict[str, bytes](), 0
    for name, path in _entries(folder, ()):
        files[name] = _content(name, path)
        total += len(files[name])
        if len(files) > MOST_FILES or total > LARGEST_PACKAGE:
            limits = f"{MOST_FILES} files and {LARGEST_PACKAGE:,} bytes"
            raise InvalidInputError(f"The package {folder.parent.name} is too large: it may have {limits}.")
    return files


def _entries(folder: Path, above: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.iterdir()):
        steps = (*above, path.name)
        name = "/".join(steps)
        if path.is_symlink():
            raise InvalidInputError(f"{printable(name)[:200]} is a link, and a package holds its files itself.")
        if path.is_dir() and len(steps) < DEEPEST:
            yield from _entries(path, steps)
        elif path.is_file() and may_hold(name):
            yield name, path
        else:
            raise no_place(name)


def _content(name: str, path: Path) -> bytes:
    with path.open("rb") as opened:
        content = opened.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise InvalidInputError(f"{name} is too large: a file of a package may have {LARGEST_FILE:,} bytes.")
    return content
