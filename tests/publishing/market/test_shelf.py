"""A market: its index, its packages, and what is put into it."""

from pathlib import Path

import pytest

from domain.errors import ConflictError, InvalidInputError, NotFoundError
from publishing.market.folder import alone_in
from publishing.market.shelf import Market, add_package, index_anew, write_index
from publishing.specification import SpecificationError
from tests.publishing.market.conftest import PACKAGE, Shelf, changed, content_of_all, newer, packed


def test_a_package_by_name(shelf: Shelf) -> None:
    assert shelf.market.package("returns").manifest.version == "1.0.0"
    assert [one.manifest.name for one in shelf.market.newest_packages()] == ["coming_back", "returns"]


def test_the_newest_version_unless_one_is_named(shelf: Shelf) -> None:
    shelf.put(newer(PACKAGE, "1.10.0"))
    shelf.put(newer(PACKAGE, "1.9.0"))
    shelf.index()
    assert shelf.market.package("returns").manifest.version == "1.10.0"
    assert shelf.market.package("returns", "1.0.0").manifest.version == "1.0.0"


@pytest.mark.parametrize("file", ["agents/returns.yaml", "manifest.yaml", "knowledge/returns.md"])
def test_a_package_that_lies_about_its_digest(shelf: Shelf, file: str) -> None:
    path = shelf.path / "returns" / "1.0.0" / file
    path.write_text(path.read_text() + "\n")
    with pytest.raises(InvalidInputError, match="the digest of its content is another"):
        shelf.market.package("returns")


def test_a_file_that_was_added_or_taken_away(shelf: Shelf) -> None:
    folder = shelf.path / "returns" / "1.0.0"
    (folder / "README.md").write_text("new")
    with pytest.raises(InvalidInputError, match="digest"):
        shelf.market.package("returns")
    (folder / "README.md").unlink()
    (folder / "knowledge" / "returns.md").unlink()
    with pytest.raises(InvalidInputError, match="digest"):
        shelf.market.package("returns")


@pytest.mark.parametrize(
    ("name", "version", "told"),
    [
        ("return", None, "Did you mean 'returns'?"),
        ("../returns", None, "no package '../returns'"),
        ("returns", "2.0.0", "it has 1.0.0"),
        ("returns", "../1.0.0", "it has 1.0.0"),
    ],
)
def test_what_is_not_there(shelf: Shelf, name: str, version: str | None, told: str) -> None:
    with pytest.raises(NotFoundError) as caught:
        shelf.market.package(name, version)
    assert told in str(caught.value)


def test_a_package_in_the_folder_of_another(shelf: Shelf) -> None:
    (shelf.path / "returns" / "1.0.0").rename(shelf.path / "returns" / "2.0.0")
    index = (shelf.path / "index.yaml").read_text().replace("returns:\n    1.0.0", "returns:\n    2.0.0")
    (shelf.path / "index.yaml").write_text(index)
    with pytest.raises(InvalidInputError, match=r"says that it is returns 1\.0\.0"):
        shelf.market.package("returns")


def test_a_version_whose_folder_is_gone(shelf: Shelf) -> None:
    (shelf.path / "returns" / "1.0.0").rename(shelf.path / "away")
    with pytest.raises(NotFoundError, match="no folder"):
        shelf.market.package("returns")


def test_no_market(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no file index\.yaml"):
        Market(tmp_path, "here").index()


def test_an_index_that_is_a_link(shelf: Shelf, tmp_path: Path) -> None:
    (shelf.path / "index.yaml").rename(tmp_path / "index.yaml")
    (shelf.path / "index.yaml").symlink_to(tmp_path / "index.yaml")
    with pytest.raises(NotFoundError):
        shelf.market.index()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("format: 1\n", "packages: is missing"),
        ("format: 1\npackages: {returns: {1.0.0: abc}}\n", "Write `sha256:` and 64 hexadecimal digits"),
        ("format: 1\npackages: {../up: {}}\n", "index.yaml:2"),
        ("[", "is not valid YAML"),
    ],
)
def test_an_index_with_a_mistake(shelf: Shelf, text: str, told: str) -> None:
    (shelf.path / "index.yaml").write_text(text)
    with pytest.raises(SpecificationError) as caught:
        shelf.market.index()
    assert told in str(caught.value)
    assert str(caught.value).startswith("The market 'our market' has 1 mistake")


def test_an_index_of_a_later_form(shelf: Shelf) -> None:
    (shelf.path / "index.yaml").write_text("format: 2\npackages: []\n")
    with pytest.raises(InvalidInputError, match="Update Holdfast"):
        shelf.market.index()


def test_putting_a_package_into_a_market(shelf: Shelf) -> None:
    package = packed(newer(PACKAGE))
    add_package(shelf.market, package)
    assert shelf.market.package("returns").digest == package.digest
    assert set(shelf.market.index().packages["returns"]) == {"1.0.0", "1.1.0"}


def test_a_market_is_made_where_there_is_none(tmp_path: Path) -> None:
    market = Market(tmp_path / "new" / "market", "new")
    add_package(market, packed(PACKAGE))
    assert market.package("returns").manifest.title == "Returns"
    assert sorted(path.name for path in market.folder.iterdir()) == ["index.yaml", "returns"]


def test_one_publisher_at_a_time(shelf: Shelf) -> None:
    before = content_of_all(shelf.path)
    with alone_in(shelf.path), pytest.raises(ConflictError, match="Another `holdfast market`"):
        add_package(shelf.market, packed(newer(PACKAGE)))
    assert content_of_all(shelf.path) == before


def test_what_cannot_be_put_there_leaves_nothing_behind(shelf: Shelf) -> None:
    """A file stands where the folder of the package would be."""
    (shelf.path / "other").write_text("no folder")
    before = sorted(shelf.path.rglob("*"))
    other = {path.replace("agents/returns", "agents/other"): text for path, text in PACKAGE.items()}
    for file, old in (("manifest.yaml", "name: returns"), ("agents/other.yaml", "id: returns")):
        other = changed(other, file, old, old.replace("returns", "other"))
    other = changed(other, "topics.yaml", "ai_agent: returns", "ai_agent: other")
    with pytest.raises(OSError, match="other"):
        add_package(shelf.market, packed(other))
    assert sorted(shelf.path.rglob("*")) == before


def test_a_version_is_never_replaced(shelf: Shelf) -> None:
    before = content_of_all(shelf.path)
    with pytest.raises(ConflictError, match="a version is never replaced"):
        add_package(shelf.market, packed(changed(PACKAGE, "manifest.yaml", "Ada", "Bo")))
    assert content_of_all(shelf.path) == before


def test_nor_is_a_folder_that_the_index_does_not_name(shelf: Shelf) -> None:
    shelf.put(newer(PACKAGE))
    with pytest.raises(ConflictError):
        add_package(shelf.market, packed(newer(PACKAGE)))


def test_an_index_for_packages_made_by_hand(shelf: Shelf) -> None:
    shelf.put(newer(PACKAGE))
    write_index(shelf.market, index_anew(shelf.market))
    assert shelf.market.package("returns").manifest.version == "1.1.0"


def test_a_published_version_that_changed(shelf: Shelf) -> None:
    shelf.put(changed(PACKAGE, "manifest.yaml", "Ada", "Bo"))
    with pytest.raises(ConflictError, match="give it a larger version"):
        index_anew(shelf.market)
    write_index(shelf.market, index_anew(shelf.market, replace=True))
    assert shelf.market.package("returns").manifest.author == "Bo"


def test_a_package_by_hand_with_a_mistake(shelf: Shelf) -> None:
    shelf.put(changed(newer(PACKAGE), "agents/returns.yaml", "id: returns", "id: rita"))
    with pytest.raises(SpecificationError, match="is not the name of the package"):
        index_anew(shelf.market)


def test_a_package_by_hand_in_the_wrong_folder(shelf: Shelf) -> None:
    (shelf.path / "returns" / "1.0.0").rename(shelf.path / "returns" / "3.0.0")
    with pytest.raises(InvalidInputError, match="names another package or version"):
        index_anew(shelf.market)
