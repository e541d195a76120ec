"""One file against its model."""

from pathlib import Path

from domain.identity.directory import DirectoryImport
from domain.specification.organisation import Thresholds
from publishing.specification.documents import Document, DocumentReader
from publishing.specification.validation import validated

ALLOWED = "Use one of escalate_below, review_below, out_of_scope_above, review_sample."
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


def test_what_only_shows_without_the_unknown_keys_is_reported_as_well() -> None:
    reader = DocumentReader(Path())
    data = {"escalate_below": 0.9, "review_below": 0.5, "sample": 0.1}
    assert validated(reader, Document("a.yaml", data), Thresholds) is None
    first, second = map(str, reader.mistakes)
    assert first == "a.yaml: sample: there is no such key. Did you mean 'review_sample'? " + ALLOWED
    assert second.startswith("a.yaml: review_below is lower than escalate_below. Write the same or more")


def test_keys_of_a_mapping_that_is_used_twice_are_left_out_once() -> None:
    reader = DocumentReader(Path())
    account = ACCOUNT | {"size": "big"}
    read = validated(reader, Document("a.yaml", {"accounts": [account, account]}), DirectoryImport)
    assert read is not None
    assert [mistake.path for mistake in reader.mistakes] == ["accounts.0.size", "accounts.1.size"]


def test_a_list_where_keys_are_expected() -> None:
    reader = DocumentReader(Path())
    assert validated(reader, Document("a.yaml", ["x"]), DirectoryImport) is None
    assert len(reader.mistakes) == 1


def test_nothing_read_is_nothing_validated() -> None:
    assert validated(DocumentReader(Path()), None, DirectoryImport) is None
