"""YAML as text in blocks."""

import pytest

from domain.errors import InvalidInputError
from publishing.market.yaml_blocks import entries_of, keys_of

CARD = """\
# A card.
id: returns
name: Rita # short for Margarita

# How she writes:
tone: >-
  short,
  and kind

  # no comment, but text
can_do:
- Take back
- Explain
# The end.
"""
TOPICS = """\
topics:
  # First.
  - id: delivery
    title: Delivery
    examples: [a, b, c]

  # Second.
  - id: refund
    title: Refunds
    examples:
      - one
      - two
# What is not ours:
out_of_scope_examples:
  - weather
"""


def test_nothing_changes_without_changes() -> None:
    assert keys_of(CARD).with_changes({}) == CARD
    assert entries_of(TOPICS, "topics").with_changes({}) == TOPICS


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("id", "id: returns\n"),
        ("name", "name: Rita # short for Margarita\n"),
        ("tone", "tone: >-\n  short,\n  and kind\n\n  # no comment, but text\n"),
        ("can_do", "can_do:\n- Take back\n- Explain\n"),
    ],
)
def test_the_text_of_a_key(key: str, text: str) -> None:
    assert keys_of(CARD).text_of(key) == text


def test_one_key_is_replaced_and_every_other_line_stays() -> None:
    after = keys_of(CARD).with_changes({"tone": "tone: loud\n"})
    assert after == CARD.replace("tone: >-\n  short,\n  and kind\n\n  # no comment, but text\n", "tone: loud\n")


def test_a_key_goes_and_another_comes() -> None:
    after = keys_of(CARD).with_changes({"name": None, "mode": "mode: co_pilot\n"})
    gone = CARD.replace("name: Rita # short for Margarita\n", "")
    assert after == gone.replace("# The end.\n", "mode: co_pilot\n# The end.\n")


def test_a_file_without_an_end_of_line() -> None:
    assert keys_of("id: a\nname: b").with_changes({"tone": "tone: c\n"}) == "id: a\nname: b\ntone: c\n"
    assert keys_of("").with_changes({"id": "id: a\n"}) == "id: a\n"
    assert entries_of("topics:\n- id: a", "topics").with_changes({"b": "- id: b\n"}) == "topics:\n- id: a\n- id: b\n"


def test_an_entry_is_added_after_the_last() -> None:
    after = entries_of(TOPICS, "topics").with_changes({"repair": "- id: repair\n  title: Repairs\n"})
    added = "      - two\n  - id: repair\n    title: Repairs\n# What"
    assert after == TOPICS.replace("      - two\n# What", added)


def test_an_entry_is_replaced_and_moved_to_its_column() -> None:
    deeper = entries_of("topics:\n      - id: delivery\n        title: Other\n", "topics").text_of("delivery")
    after = entries_of(TOPICS, "topics").with_changes({"delivery": deeper})
    old = "  - id: delivery\n    title: Delivery\n    examples: [a, b, c]\n"
    assert after == TOPICS.replace(old, "  - id: delivery\n    title: Other\n")


def test_an_entry_goes() -> None:
    after = entries_of(TOPICS, "topics").with_changes({"refund": None})
    assert "id: refund" not in after
    assert "out_of_scope_examples:\n  - weather\n" in after


def test_a_list_that_is_not_there_is_begun() -> None:
    text = entries_of("# ours\n", "topics").with_changes({"a": "- id: a\n"})
    assert text == "# ours\ntopics:\n  - id: a\n"


@pytest.mark.parametrize(
    "text",
    ["{id: a, name: b}\n", "- a\n", "just text\n", "id: [\n"],
)
def test_keys_that_cannot_be_told_apart(text: str) -> None:
    with pytest.raises(InvalidInputError):
        keys_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "topics: [{id: a}]\n",
        "topics: none\n",
        "topics:\n",
        "topics:\n  -\n    id: a\n",
        "topics:\n  - id: a\n  - id: a\n",
        "topics: *x\n",
    ],
)
def test_entries_that_cannot_be_told_apart(text: str) -> None:
    with pytest.raises(InvalidInputError):
        entries_of(text, "topics")
