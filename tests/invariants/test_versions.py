"""A conversation on another version than its own, and a publish without effect, are noticed."""

from collections.abc import Sequence

import pytest

from domain.specification.publications import Publication
from invariants.records import Conversation
from invariants.versions import every_conversation_kept_its_version, publish_and_rollback_took_effect
from tests.invariants.records import (
    PUBLICATIONS,
    PUBLISHED_AT,
    ROLLED_BACK_AT,
    across_versions,
    at,
    event,
    on_version,
    recorded,
    sound,
)

OPEN, NEW, BACK = across_versions()
ROLLBACK, PUBLISH, FIRST = PUBLICATIONS


def test_each_on_its_own_version_is_right() -> None:
    assert list(every_conversation_kept_its_version(across_versions(), PUBLICATIONS)) == []
    assert list(publish_and_rollback_took_effect(across_versions(), PUBLICATIONS)) == []


@pytest.mark.parametrize(
    ("spec_hash", "began", "is_right"),
    [
        ("hash", PUBLISHED_AT - 1, True),
        ("new", PUBLISHED_AT - 1, False),
        ("new", PUBLISHED_AT + 1, True),
        ("hash", PUBLISHED_AT + 1, True),
        ("hash", PUBLISHED_AT + 31, False),
        ("hash", ROLLED_BACK_AT + 1, True),
        ("new", ROLLED_BACK_AT + 29, True),
        ("new", ROLLED_BACK_AT + 31, False),
        ("other", PUBLISHED_AT, False),
    ],
)
def test_it_is_on_what_was_active_when_it_began(spec_hash: str, began: float, is_right: bool) -> None:
    """Or shortly before: it takes a moment from reading what is active until it stands in the record."""
    problems = list(every_conversation_kept_its_version([on_version(spec_hash, began, 80)], PUBLICATIONS))
    assert (problems == []) is is_right


def test_a_move_to_another_version_is_named() -> None:
    moved = recorded(sound(), audit=(event("spec_changed"),))
    assert list(every_conversation_kept_its_version([moved], PUBLICATIONS)) == [
        "cv_example: it went over to another version"
    ]
    lost = recorded(sound(), conversation=None)
    assert list(every_conversation_kept_its_version([lost], PUBLICATIONS)) == []


@pytest.mark.parametrize(
    ("conversations", "publications", "problem"),
    [
        (across_versions(), PUBLICATIONS[1:], "the publications were publish hash, publish new"),
        (across_versions(), (), "the publications were "),
        (
            across_versions(),
            (ROLLBACK.model_copy(update={"content_hash": "other"}), PUBLISH, FIRST),
            "rollback other",
        ),
        ((NEW, BACK), PUBLICATIONS, "no conversation that was open"),
        ((on_version("hash", 1, PUBLISHED_AT - 2), NEW, BACK), PUBLICATIONS, "no conversation that was open"),
        ((OPEN, BACK), PUBLICATIONS, "nothing was decided by the new version"),
        ((OPEN, recorded(NEW, turns=()), BACK), PUBLICATIONS, "nothing was decided by the new version"),
        ((OPEN, NEW), PUBLICATIONS, "by the old version after the rollback"),
        ((OPEN, on_version("new", 13, 14), BACK), PUBLICATIONS, "['money (1)'] on the new version, ['money (1)']"),
        ((OPEN, recorded(NEW, approvals=()), BACK), PUBLICATIONS, "by [] on the new version"),
    ],
)
def test_a_publish_without_effect_is_named(
    conversations: Sequence[Conversation], publications: Sequence[Publication], problem: str
) -> None:
    problems = list(publish_and_rollback_took_effect(conversations, publications))
    assert len(problems) == 1, problems
    assert problem in problems[0]


def test_a_conversation_that_was_never_recorded_is_on_no_version() -> None:
    lost = recorded(NEW, conversation=None)
    assert list(publish_and_rollback_took_effect([*across_versions(), lost], PUBLICATIONS)) == []
    assert at(0) < PUBLISH.at
