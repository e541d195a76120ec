"""A market: a folder with packages, and an index that says what each of them is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.market.contents import digest_of
from domain.market.manifest import FORMAT
from domain.market.records import MarketIndex
from domain.market.versions import Precedence, newest, precedence
from domain.specification.findings import instead_of
from publishing.market.folder import alone_in
from publishing.market.package import Package, load_package, require_known_format
from publishing.market.reading import read_contents
from publishing.specification.documents import DocumentReader
from publishing.specification.mistakes import SpecificationError
from publishing.specification.validation import validated

INDEX = "index.yaml"
HEAD = "# The digest of every version of every package. `holdfast market publish` adds to it.\n"


@dataclass(frozen=True)
class Market:
    """Packages in a folder; `source` is what people call it."""

    folder: Path
    source: str

    def index(self) -> MarketIndex:
        """What there is. Raises NotFoundError where there is no market, and SpecificationError."""
        path = self.folder / INDEX
        if path.is_symlink() or not path.is_file():
            raise NotFoundError(f"There is no market at {self.source}: it has no file {INDEX}.")
        reader = DocumentReader(self.folder)
        document = reader.yaml(path)
        require_known_format(document and document.data, f"The market {self.source}")
        read = validated(reader, document, MarketIndex)
        if read is None or reader.mistakes:
            raise SpecificationError(self.source, reader.mistakes, "market")
        return read.value

    def package(self, name: str, version: str | None = None) -> Package:
        """A package, by default in its newest version, whose content is what the index says.

        Raises NotFoundError, InvalidInputError when the digest is another, and what `load_package` does.
        """
        packages = self.index().packages
        if name not in packages:
            remedy = instead_of(name, packages, "`holdfast market list` shows what there is.")
            raise NotFoundError(f"The market has no package {name!r}. {remedy}")
        wanted = version or newest(packages[name])
        if wanted is None or wanted not in packages[name]:
            there = ", ".join(sorted(packages[name], key=precedence)) or "none"
            raise NotFoundError(f"The market has no version {wanted or ''} of {name}; it has {there}.")
        return self._verified(name, wanted, packages[name][wanted])

    def newest_packages(self) -> Iterator[Package]:
        """Every package in its newest version, in the order of their names."""
        for name in sorted(self.index().packages):
            yield self.package(name)

    def versions_on_disk(self) -> Iterator[tuple[str, str]]:
        """Name and version of every folder that stands where a package would."""
        for folder in sorted(self.folder.glob("*/*")):
            if folder.is_dir() and not folder.name.startswith(".") and not folder.parent.name.startswith("."):
                yield folder.parent.name, folder.name

    def _verified(self, name: str, version: str, digest: str) -> Package:
        contents = read_contents(self.folder / name / version)
        if digest_of(contents) != digest:
            raise InvalidInputError(
                f"{name} {version} is not what the index of its market says: the digest of its content is another. "
                "It was changed after it was published, so nothing was done with it. Ask whoever keeps the market."
            )
        package = load_package(name, contents)
        if (package.manifest.name, package.manifest.version) != (name, version):
            told = f"{package.manifest.name} {package.manifest.version}"
            raise InvalidInputError(f"The package in {name}/{version} says that it is {told}. It was not used.")
        return package


SHIPPED = Market(Path(__file__).parents[2] / "market", "holdfast")
"""The one that comes with Holdfast."""


def add_package(market: Market, package: Package) -> None:
    """Put a package into a market, which is made where there is none, as a new version.

    Raises ConflictError for a version that is there already, or while somebody else writes there, and OSError.
    """
    market.folder.mkdir(parents=True, exist_ok=True)
    with alone_in(market.folder):
        _add_package(market, package)


def _add_package(market: Market, package: Package) -> None:
    name, version = package.manifest.name, package.manifest.version
    index = market.index() if (market.folder / INDEX).exists() else MarketIndex(format=FORMAT, packages={})
    target = market.folder / name / version
    if version in index.packages.get(name, {}) or target.exists():
        told = f"{name} {version} is there already, and a version is never replaced"
        raise ConflictError(f"{told}: publish a larger one.")
    with TemporaryDirectory(prefix=".new-", dir=market.folder) as temporary:
        staged = Path(temporary) / version
        for path, content in package.contents.items():
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(content)
        target.parent.mkdir(exist_ok=True)
        staged.rename(target)
    write_index(market, _with(index, {(name, version): package.digest}))


def index_anew(market: Market, *, replace: bool = False) -> MarketIndex:
    """The index of what stands in the folder; packages whose version is there with another content are refused.

    `replace`: take their content as it is now, for whoever has not given the market to anybody yet.
    """
    index = market.index() if (market.folder / INDEX).exists() else MarketIndex(format=FORMAT, packages={})
    found = dict[tuple[str, str], str]()
    for name, version in market.versions_on_disk():
        package = load_package(name, read_contents(market.folder / name / version))
        if (package.manifest.name, package.manifest.version) != (name, version):
            raise InvalidInputError(f"The manifest in {name}/{version} names another package or version. Correct it.")
        known = index.packages.get(name, {}).get(version)
        if known not in (None, package.digest) and not replace:
            raise ConflictError(f"{name} {version} has changed since it was published: give it a larger version.")
        found[name, version] = package.digest
    return _with(MarketIndex(format=FORMAT, packages={}), found)


def write_index(market: Market, index: MarketIndex) -> None:
    """Replace the index in one step."""
    text = HEAD + yaml.safe_dump(index.model_dump(mode="json"), sort_keys=False)
    staged = market.folder / f".{INDEX}.new"
    staged.write_text(text, encoding="utf-8")
    Path(staged).replace(market.folder / INDEX)


def _with(index: MarketIndex, added: dict[tuple[str, str], str]) -> MarketIndex:
    packages = {name: dict(versions) for name, versions in index.packages.items()}
    for (name, version), digest in added.items():
        packages.setdefault(name, {})[version] = digest
    ordered = {name: dict(sorted(packages[name].items(), key=_precedence_of)) for name in sorted(packages)}
    return MarketIndex(format=FORMAT, packages=ordered)


def _precedence_of(entry: tuple[str, str]) -> Precedence:
    return precedence(entry[0])
