"""Messages of like meaning tell what to do: answer from a source, ask back, or pass to a person."""

import numpy as np
import pytest

from answering.precedents import NOTHING_ALIKE, Likeness, Precedent, Precedents, precedents_of
from domain.identity.fact_questions import fact_questions
from domain.language.common_messages import COURTESIES, SAYS_TOO_LITTLE
from domain.quality.evaluation import LabelledMessage
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors, Vector
from tests.organisation import SPECIFICATION


def pointing(degrees: float) -> Vector:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], dtype=np.float32)


ANSWERED = Precedent("answered", "answered", ("delivery",))
APPROVED = Precedent("also answered", "approved", ("delivery", "refunds"))
FOR_A_PERSON = Precedent("for a person", "person")
VAGUE = Precedent("vague", "asked_back")
VECTORS = KnownVectors(
    "angles",
    {"answered": pointing(0), "also answered": pointing(10), "for a person": pointing(90), "vague": pointing(180)},
)
PRECEDENTS = Precedents([ANSWERED, APPROVED, FOR_A_PERSON, VAGUE], VECTORS)


@pytest.mark.parametrize(("degrees", "low", "high"), [(0, 0.95, 1), (5, 0.95, 1), (90, 0, 0.05), (180, 0.45, 0.55)])
def test_the_nearest_decide_and_where_none_is_near_nothing_is_known(degrees: float, low: float, high: float) -> None:
    """Vague ones say nothing about whether to answer."""
    assert low <= PRECEDENTS.like(pointing(degrees)).answered <= high


def test_between_two_kinds_both_count() -> None:
    assert 0.3 < PRECEDENTS.like(pointing(50)).answered < 0.8


def test_without_vectors_nothing_is_alike() -> None:
    assert PRECEDENTS.like(None) == NOTHING_ALIKE
    assert Precedents([ANSWERED], NOTHING_KNOWN).like(pointing(0)) == NOTHING_ALIKE
    assert Precedents([], VECTORS).like(pointing(0)) == NOTHING_ALIKE


def test_each_source_and_treatment_has_its_share() -> None:
    found = PRECEDENTS.like(pointing(5))
    assert found.share("delivery") > 0.9
    assert 0.4 < found.share("refunds") < 0.6
    assert found.share("answered") == pytest.approx(found.share("refunds"), abs=0.02)
    assert found.share("person") < 0.01
    assert found.share("no such label") == 0.0


@pytest.mark.parametrize(("degrees", "vague"), [(180, True), (130, False), (0, False)])
def test_what_most_were_is_said(degrees: float, vague: bool) -> None:
    assert PRECEDENTS.like(pointing(degrees)).mostly("asked_back") is vague


@pytest.mark.parametrize(
    ("shares", "fact"),
    [
        ({"fact:plan": 0.5, "plans": 0.4, "answered": 0.9}, "plan"),
        ({"fact:plan": 0.3, "fact:seats": 0.31, "plans": 0.4}, "seats"),
        ({"fact:plan": 0.5, "plans": 0.3, "prices": 0.3}, None),
        ({"fact:plan": 0.2, "person": 0.8}, None),
        ({"fact:plan": 0.21, "person": 0.7}, "plan"),
        ({"plans": 0.9}, None),
        ({}, None),
    ],
)
def test_a_fact_is_asked_for_where_more_asked_for_facts_than_for_articles(
    shares: dict[str, float], fact: str | None
) -> None:
    assert Likeness(shares=shares).fact == fact


@pytest.mark.parametrize(
    ("shares", "lead"),
    [
        ({"plans": 0.6, "prices": 0.2, "answered": 0.8}, 0.8),
        ({"plans": 0.2, "prices": 0.3, "terms": 0.6, "approved": 0.9}, 0.35),
        ({"plans": 0.2, "person": 0.8}, 0.2),
        ({"asked_back": 0.4}, 0.3),
        ({}, 0.5),
    ],
)
def test_the_lead_of_sources_is_over_what_else_was_done(shares: dict[str, float], lead: float) -> None:
    assert Likeness(shares=shares).lead_of(("plans", "prices")) == pytest.approx(lead)


def found_in_specification(*labelled: LabelledMessage) -> dict[str, Precedent]:
    topics = [topic.model_copy(update={"escalate": topic.id == "refund"}) for topic in SPECIFICATION.topics]
    specification = SPECIFICATION.model_copy(update={"topics": tuple(topics)})
    known = {"password": ["I cannot sign in to my account"]}
    return {precedent.text: precedent for precedent in precedents_of(specification, labelled, known)}


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (LabelledMessage(id="1", text="x", expected="ask_approval", articles=("a", "b")), ("a", "b", "approved")),
        (LabelledMessage(id="1", text="x", expected="answer", articles=("fact:plan",)), ("fact:plan", "answered")),
        (LabelledMessage(id="1", text="x", expected="answer", articles=("a", "macro:m")), ("a", "answered")),
        (LabelledMessage(id="1", text="x", expected="ask_approval", articles=("macro:m",)), ("approved",)),
        (LabelledMessage(id="1", text="x", expected="answer"), ("answered",)),
        (LabelledMessage(id="1", text="x", expected="escalate"), ("person",)),
        (LabelledMessage(id="1", text="x", expected="clarify"), ("asked_back",)),
    ],
)
def test_a_labelled_message_is_a_precedent(message: LabelledMessage, expected: tuple[str, ...]) -> None:
    assert found_in_specification(message)["x"].labels == expected


def test_examples_are_precedents_and_know_their_article() -> None:
    found = found_in_specification()
    assert found["I want my money back"].labels == ("person",)
    assert found["I cannot sign in to my account"].labels == ("password", "answered")
    assert all(found[text].labels == ("person",) for text in SPECIFICATION.out_of_scope_examples)


def test_a_label_counts_more_than_an_example() -> None:
    text = "I cannot sign in to my account"
    assert found_in_specification(LabelledMessage(id="1", text=text, expected="escalate"))[text].labels == ("person",)


def test_what_customers_of_any_company_write_is_a_precedent() -> None:
    found = found_in_specification()
    assert all(found[text].labels == ("courtesy",) for text in COURTESIES)
    assert all(found[text].labels == ("asked_back",) for text in SAYS_TOO_LITTLE)
    told = {name for ai_agent in SPECIFICATION.ai_agents for name in ai_agent.customer_facts}
    assert told
    for name, questions in fact_questions(told).items():
        assert all(found[question].labels == (f"fact:{name}", "answered") for question in questions)
