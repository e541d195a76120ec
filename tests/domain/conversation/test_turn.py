"""Evidence as the workflow that decides understands it."""

import pytest

from domain.conversation.turn import (
    HELD_TO,
    LATER_EVIDENCE,
    UNDERSTOOD,
    ChosenBy,
    Draft,
    Evidence,
    Usage,
    draft_for,
    understood_by,
)
from domain.specification.organisation import Mode

ALL = Evidence(topic="billing", near_articles=True, unsupported_language="pt", rules_held=("vip",))


@pytest.mark.parametrize(
    ("fields", "near", "language", "rules"),
    [
        ((), False, None, None),
        (("near_articles",), True, None, None),
        (("unsupported_language",), False, "pt", None),
        (("near_articles", "unsupported_language"), True, "pt", None),
        (LATER_EVIDENCE, True, "pt", ("vip",)),
        ((*LATER_EVIDENCE, "a field of a later version"), True, "pt", ("vip",)),
    ],
)
def test_later_fields_are_kept_for_whoever_understands_them(
    fields: tuple[str, ...], near: bool, language: str | None, rules: tuple[str, ...] | None
) -> None:
    kept = understood_by(ALL, fields)
    assert (kept.topic, kept.near_articles, kept.unsupported_language) == ("billing", near, language)
    assert kept.rules_held == rules


def test_every_later_field_is_one_and_has_a_value_that_changes_nothing() -> None:
    assert understood_by(Evidence(), ()) == Evidence()
    assert set(LATER_EVIDENCE) <= Evidence.model_fields.keys()


CLEAR, VAGUE = Evidence(near_articles=True), Evidence(ambiguous=True)
MADE = Draft(draft_id="draft-1", ai_agent="service", text="It is.", evidence=ALL, usage=Usage(model="local"))


@pytest.mark.parametrize("evidence", [CLEAR, VAGUE])
def test_without_a_mode_of_any_kind_evidence_is_what_it_is(evidence: Evidence) -> None:
    assert evidence.under(None) == evidence


def test_held_to_supervision_people_decide_about_every_draft() -> None:
    assert CLEAR.under(None, Mode.SUPERVISION) == CLEAR.model_copy(update={"supervised": True})
    assert VAGUE.under(None, Mode.SUPERVISION).ambiguous


def test_held_to_co_pilot_not_even_a_question_back_leaves_alone() -> None:
    clear, vague = CLEAR.under(None, Mode.CO_PILOT), VAGUE.under(None, Mode.CO_PILOT)
    assert (clear.supervised, clear.near_articles, clear.abstained) == (True, False, False)
    assert (vague.supervised, vague.ambiguous, vague.abstained) == (True, False, True)


@pytest.mark.parametrize("held_to", [Mode.SUPERVISION, Mode.CO_PILOT])
@pytest.mark.parametrize("mode", Mode)
def test_the_mode_that_a_person_sets_for_a_conversation_wins(mode: Mode, held_to: Mode) -> None:
    assert VAGUE.under(mode, held_to) == VAGUE.under(mode)


def test_a_draft_keeps_what_it_was_held_to() -> None:
    assert draft_for(MADE, Mode.SUPERVISION, UNDERSTOOD) == MADE.model_copy(update={"held_to": Mode.SUPERVISION})
    assert draft_for(MADE, None, UNDERSTOOD) == MADE


def test_a_workflow_that_does_not_understand_it_lets_people_decide() -> None:
    assert HELD_TO not in LATER_EVIDENCE
    assert draft_for(MADE, Mode.CO_PILOT, LATER_EVIDENCE).evidence.supervised
    assert draft_for(MADE, None, LATER_EVIDENCE) == MADE


@pytest.mark.parametrize(
    ("chosen_by", "told"),
    [
        (None, ""),
        ("topic", "the topic billing is its own (0.92)"),
        ("present", "no topic was sure (billing: 0.92), and it answered before"),
        ("default", "no topic was sure (billing: 0.92), and it is the default"),
        ("journey", "a journey asked for it"),
    ],
)
def test_why_an_ai_agent_was_chosen_is_told_in_words(chosen_by: ChosenBy | None, told: str) -> None:
    evidence = Evidence(topic="billing", topic_confidence=0.92)
    made = Draft(draft_id="d", ai_agent="a", evidence=evidence, usage=Usage(model="m"), chosen_by=chosen_by)
    assert made.chosen_because == told


def test_what_the_version_before_recorded_is_read() -> None:
    made = Draft.model_validate({"draft_id": "d", "ai_agent": "a", "evidence": {}, "usage": {"model": "m"}})
    assert (made.chosen_because, made.customer_language) == ("", None)
