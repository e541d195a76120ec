"""Which files a package may hold, and the digest over all of them."""

import hashlib

import pytest

from domain.market.contents import digest_of, file_of, may_hold

PLACES = (
    "manifest.yaml",
    "topics.yaml",
    "README.md",
    "LICENSE",
    "agents/billing.yaml",
    "journeys/re-turn_2.yaml",
    "knowledge/refunds.md",
    "scenarios/refund.yaml",
)
NOWHERE = (
    "",
    "organisation.yaml",
    "customers/contacts.yaml",
    "agents/Billing.yaml",
    "agents/.hidden.yaml",
    "agents/billing.yml",
    "agents/more/billing.yaml",
    "../agents/billing.yaml",
    "agents/../manifest.yaml",
    "/etc/passwd",
    "knowledge/refunds.yaml",
    "knowledge/a b.md",
    "scenarios/x.yaml\n",
    "manifest.yaml/",
    "agents\\billing.yaml",
)


@pytest.mark.parametrize("path", PLACES)
def test_what_a_package_may_hold(path: str) -> None:
    assert may_hold(path)


@pytest.mark.parametrize("path", NOWHERE)
def test_what_it_may_not_hold(path: str) -> None:
    assert not may_hold(path)


@pytest.mark.parametrize(
    ("part", "file"),
    [("agents/a.yaml#tone", "agents/a.yaml"), ("topics.yaml:out", "topics.yaml"), ("knowledge/k.md", "knowledge/k.md")],
)
def test_the_file_of_a_part(part: str, file: str) -> None:
    assert file_of(part) == file


def test_the_digest_is_defined_byte_by_byte() -> None:
    expected = hashlib.sha256(
        b"holdfast package 1\n"
        + b"\0\0\0\0\0\0\0\1a" + b"\0\0\0\0\0\0\0\2xy"
        + b"\0\0\0\0\0\0\0\1b" + b"\0\0\0\0\0\0\0\0"
    ).hexdigest()  # fmt: skip
    assert digest_of({"b": b"", "a": b"xy"}) == f"sha256:{expected}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": b"1"}, {"a": b"2"}),
        ({"a": b"1"}, {"b": b"1"}),
        ({"a": b"1"}, {"a": b"1", "b": b""}),
        ({"a": b"1", "b": b"2"}, {"a": b"2", "b": b"1"}),
        ({"ab": b"c"}, {"a": b"bc"}),
        ({}, {"a": b""}),
    ],
)
def test_other_files_have_another_digest(one: dict[str, bytes], other: dict[str, bytes]) -> None:
    assert digest_of(one) != digest_of(other)


def test_the_order_in_which_files_are_given_does_not_matter() -> None:
    assert digest_of({"a": b"1", "b": b"2"}) == digest_of({"b": b"2", "a": b"1"})
