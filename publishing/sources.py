"""The files that a version was read from: kept with it, given back, and made a folder again where one is needed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.specification.drafts import may_hold
from publishing.export import files_of
from publishing.labelled_messages import LABELLED
from publishing.specification.files import READ
from storage.specs import SpecRepository


def read_sources(folder: Path) -> dict[str, str] | None:
    """The texts of an organisation's files by their paths, without its customers; None where one cannot be kept."""
    found = [
        path for inside, ending in READ.items() if inside != "customers" for path in _listed(folder, inside, ending)
    ]
    paths = {path.relative_to(folder).as_posix(): path for path in (*found, folder / LABELLED) if path.is_file()}
    known = {name: path for name, path in paths.items() if may_hold(name)}
    if any("/" in name for name in paths.keys() - known.keys()):
        return None
    try:
        return {name: _text(path) for name, path in sorted(known.items())}
    except (OSError, UnicodeDecodeError):
        return None


async def files_of_version(specs: SpecRepository, content_hash: str) -> dict[str, str]:
    """The texts of a published version's files: as they were written, or written anew where these are not known."""
    kept = await specs.files(content_hash)
    return kept if kept is not None else files_of(await specs.load(content_hash))


@contextmanager
def as_folder(organisation: str, files: Mapping[str, str]) -> Iterator[Path]:
    """A folder with these files, gone afterwards. Every path was checked by `may_hold`."""
    with TemporaryDirectory(prefix="holdfast-specification-") as temporary:
        folder = Path(temporary) / organisation
        folder.mkdir()
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8", newline="")
        yield folder


def _listed(folder: Path, inside: str, ending: str) -> list[Path]:
    return sorted((folder / inside).glob(f"*{ending}"))


def _text(path: Path) -> str:
    return path.read_text("utf-8-sig")
