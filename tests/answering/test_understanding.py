"""What a message wants, which facts it asks for, and between which articles it lies."""

import asyncio
from dataclasses import replace

import pytest

from answering.precedents import Likeness, Precedents
from answering.retrieval import Retrieved
from answering.topics.ngram import train
from answering.understanding import (
    DraftQuestion,
    MessageReader,
    OrganisationModels,
    Understood,
    UnderstoodPart,
    asks_for_fact,
    near_articles,
)
from domain.conversation.confidence import Calibration
from domain.language.questions import MessageKind
from domain.quality.topics import LabelledText
from integrations.embeddings.base import Vector
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.base import Passage
from tests.organisation import SPECIFICATION, VERSION, known_customer

EXAMPLES = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
TOPICS = train(EXAMPLES, SPECIFICATION.out_of_scope_examples)


class Alike(Precedents):
    """Finds every message like what it is told."""

    def __init__(self, likeness: Likeness) -> None:
        self._likeness = likeness

    def like(self, vector: Vector | None) -> Likeness:
        return self._likeness


def understood(text: str, likeness: Likeness, **known: object) -> Understood:
    knowledge = MarkdownKnowledge(VERSION.articles)
    models = OrganisationModels(VERSION, knowledge, TOPICS, Calibration(), precedents=Alike(likeness))
    return asyncio.run(
        MessageReader(models).read(DraftQuestion.model_validate({"draft_id": "d", "text": text, **known}))
    )


def mostly(label: str, share: float = 0.6) -> Likeness:
    return Likeness(answered=0.9, shares={label: share, "delivery": 0.1})


@pytest.mark.parametrize(
    ("text", "likeness", "kind"),
    [
        ("That did it, I am a happy man", mostly("courtesy"), MessageKind.COURTESY),
        ("That did it, I am a happy man", mostly("courtesy", 0.5), MessageKind.QUESTION),
        ("That did it, but where is my parcel?", mostly("courtesy"), MessageKind.QUESTION),
        ("Something about the parcel again", mostly("asked_back"), MessageKind.VAGUE),
        ("Where is my parcel? How long is the warranty?", mostly("asked_back"), MessageKind.QUESTION),
        ("Thanks a lot!", mostly("person"), MessageKind.COURTESY),
    ],
)
def test_what_a_message_wants_is_told_by_words_and_by_meaning(text: str, likeness: Likeness, kind: MessageKind) -> None:
    assert understood(text, likeness).request.kind is kind


@pytest.mark.parametrize(
    ("text", "likeness", "facts"),
    [
        ("Remind me what we bought from you", mostly("fact:plan"), ("plan",)),
        ("What plan am I on?", mostly("fact:order"), ("plan",)),
        ("How do I change what we bought from you?", mostly("fact:plan"), ()),
        ("Remind me what we bought from you", mostly("fact:salary"), ()),
        ("Remind me what we bought from you", mostly("delivery"), ()),
    ],
)
def test_facts_are_asked_for_by_words_or_else_by_meaning(text: str, likeness: Likeness, facts: tuple[str, ...]) -> None:
    found = understood(text, likeness, context=known_customer(plan="Gold", salary="a secret"))
    assert [part.facts for part in found.request.asked] == [facts]
    assert [part.facts for part in understood(text, likeness).request.asked] == [()]


def test_a_fact_that_may_be_asked_for_is_named_whether_or_not_it_is_known() -> None:
    """So that who asks for personal data is verified first."""
    assert asks_for_fact("Remind me what we bought", mostly("fact:plan"), ("plan", "seats")) == "plan"
    assert asks_for_fact("Remind me what we bought", mostly("fact:plan"), ("seats",)) is None


def test_each_question_is_understood_on_its_own() -> None:
    found = understood("Where is my parcel? How long is the warranty?", Likeness())
    assert [part.text for part in found.parts] == ["Where is my parcel?", "How long is the warranty?"]
    assert [part.retrieved.ranked[0].article_id for part in found.parts] == ["delivery", "warranty"]
    assert found.topic_of["delivery"] == "delivery"


def test_a_sentence_for_people_decides_for_the_message() -> None:
    found = understood("Where is my parcel? Also I want my money back for the bike.", Likeness())
    assert found.prediction.label == "refund"


@pytest.mark.parametrize(
    ("scores", "answered", "near"),
    [
        ((0.6, 0.5), 0.9, True),
        ((0.6, 0.4), 0.8, True),
        ((0.6, 0.39), 0.9, False),
        ((0.35, 0.29), 0.9, False),
        ((0.6, 0.5), 0.79, False),
        ((0.6,), 0.9, False),
        ((), 0.9, False),
    ],
)
def test_between_two_articles_that_fit_nearly_alike_it_may_help_to_ask(
    scores: tuple[float, ...], answered: float, near: bool
) -> None:
    part = lying_between(scores, answered)
    assert near_articles([part]) == (("Article 0", "Article 1") if near else ())
    assert near_articles([part, part]) == ()
    assert near_articles([replace(part, facts=("plan",))]) == ()


def lying_between(scores: tuple[float, ...], answered: float) -> UnderstoodPart:
    ranked = [
        Passage(article_id=str(number), title=f"Article {number}", source="", text="x", score=score)
        for number, score in enumerate(scores)
    ]
    [prediction] = TOPICS.classify_all(["x"])
    return UnderstoodPart("x", prediction, Likeness(answered=answered), Retrieved(ranked, 1.0))
