"""What a package needs and an organisation does not have."""

from publishing.market.needs import Missing, missing_in
from tests.publishing.market.conftest import JOURNEY, PACKAGE, packed
from tests.publishing.specification.conftest import Folder


def test_what_is_missing(folder: Folder) -> None:
    assert missing_in(folder.path, packed(PACKAGE).manifest) == Missing(channels=("email",))


def test_nothing_is_missing_where_it_is_there(folder: Folder) -> None:
    folder.replace("organisation.yaml", "name: Wheels", "name: Wheels\nchannels: { email: {} }")
    assert missing_in(folder.path, packed(PACKAGE).manifest) == Missing()
    assert missing_in(folder.path, packed(JOURNEY).manifest) == Missing()


def test_an_organisation_that_has_nothing(folder: Folder) -> None:
    empty = Folder(folder.path.parent / "empty")
    empty.path.mkdir()
    assert str(missing_in(empty.path, packed(PACKAGE).manifest)) == "tool server shop, channel email"
    assert str(missing_in(empty.path, packed(JOURNEY).manifest)) == "AI agent billing, topic refund"


def test_an_organisation_with_mistakes(folder: Folder) -> None:
    folder.write("topics.yaml", "topics: [")
    folder.write("organisation.yaml", "channels: 4\n")
    assert missing_in(folder.path, packed(JOURNEY).manifest).topics == ("refund",)
