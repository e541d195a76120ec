"""One file against its model."""

from pathlib import Path

from domain.identity.directory import DirectoryImport
from publishing.specification.documents import Document, DocumentReader
from publishing.specification.validation import validated

ACCOUNT = {"id": "north", "name": "North", "plan": "Gold", "seats": 1, "status": "active"}


def test_unknown_keys_are_reported_and_left_out() -> None:
    reader = DocumentReader(Path())
    data = {"accounts": [ACCOUNT | {"size": "big"}], "people": []}
    read = validated(reader, Document("a.yaml", data), DirectoryImport)
    assert read is not None
    assert read.value.accounts[0].id == "north"
    assert [mistake.path for mistake in reader.mistakes] == ["accounts.0.size", "people"]
    assert data["people"] == []


def test_a_wrong_value_leaves_no_value() -> None:
    reader = DocumentReader(Path())
    data = {"accounts": [ACCOUNT | {"seats": "many", "size": "big"}]}
    assert validated(reader, Document("a.yaml", data), DirectoryImport) is None
    assert {mistake.path for mistake in reader.mistakes} == {"accounts.0.size", "accounts.0.seats"}


def test_a_list_where_keys_are_expected() -> None:
    reader = DocumentReader(Path())
    assert validated(reader, Document("a.yaml", ["x"]), DirectoryImport) is None
    assert len(reader.mistakes) == 1


def test_nothing_read_is_nothing_validated() -> None:
    assert validated(DocumentReader(Path()), None, DirectoryImport) is None
