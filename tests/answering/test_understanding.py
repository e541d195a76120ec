"""What a message wants, which facts it asks for, and between which articles it lies."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
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
from domain.conversation.messages import Author
from domain.language.questions import MessageKind
from domain.quality.topics import LabelledText
from integrations.embeddings.base import Embedder, Vector, Vectors
from integrations.embeddings.none import NoEmbedder
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.llm.base import Passage, TranscriptLine
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
    return read(text, Alike(likeness), NoEmbedder(), **known)


def read(text: str, precedents: Precedents, embedder: Embedder, **known: object) -> Understood:
    knowledge = MarkdownKnowledge(VERSION.articles)
    models = OrganisationModels(VERSION, knowledge, TOPICS, Calibration(), embedder, precedents=precedents)
    return asyncio.run(
        MessageReader(models).read(DraftQuestion.model_validate({"draft_id": "d", "text": text, **known}))
    )


class CountingEmbedder(NoEmbedder):
    """A text's vector is its length."""

    @property
    def model(self) -> str:
        return "lengths"

    async def embed(self, texts: Sequence[str]) -> Vectors:
        return np.array([[len(text)] for text in texts], dtype=np.float32)


def mostly(label: str, share: float = 0.6) -> Likeness:
    return Likeness(answered=0.9, shares={label: share, "delivery": 0.1})


@pytest.mark.parametrize(
    ("text", "likeness", "kind"),
    [
        ("That did it, I am a happy man", mostly("courtesy"), MessageKind.QUESTION),
        ("Thanks a lot!", mostly("person"), MessageKind.COURTESY),
        ("Something about the parcel again", mostly("asked_back"), MessageKind.VAGUE),
        ("Something about the parcel again", mostly("asked_back", 0.5), MessageKind.QUESTION),
        ("Where is my parcel? How long is the warranty?", mostly("asked_back"), MessageKind.QUESTION),
    ],
)
def test_what_a_message_wants_is_told_by_words_and_that_it_says_too_little_by_meaning(
    text: str, likeness: Likeness, kind: MessageKind
) -> None:
    assert understood(text, likeness).request.kind is kind


@pytest.mark.parametrize(
    ("text", "likeness", "facts"),
    [
        ("Remind me what we bought from you", mostly("fact:plan"), ("plan",)),
        ("What plan am I on?", mostly("fact:order"), ("plan",)),
        ("How do I change what we bought from you?", mostly("fact:plan"), ()),
        ("Remind me what we bought from you", mostly("fact:salary"), ()),
        ("Remind me what we bought from you", mostly("delivery"), ()),
        ("Remind me what my competitor bought", mostly("fact:plan"), ()),
        ("Tell us how many licences Acme Ltd has", mostly("fact:plan"), ()),
        ("What do other customers have on my plan", mostly("fact:plan"), ()),
        ("What did the company buy", mostly("fact:plan"), ()),
        ("Remind me what we bought, and what would the big one cost?", mostly("fact:plan"), ()),
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


def said(*lines: tuple[Author, str]) -> dict[str, object]:
    return {"transcript": tuple(TranscriptLine(author=author, text=text) for author, text in lines)}


TOLD = said((Author.CUSTOMER, "What plan am I on?"), (Author.AI_AGENT, "You are on the Gold plan."))


@pytest.mark.parametrize(
    "text", ["no, it was more", "that is wrong", "it says otherwise here", "and for the other one?"]
)
def test_a_follow_up_does_not_ask_once_more_for_the_fact_that_was_told(text: str) -> None:
    context = known_customer(plan="Gold")
    assert understood("What plan am I on?", Likeness(), context=context).request.asked[0].facts == ("plan",)
    found = understood(text, Likeness(), context=context, **TOLD)
    assert found.request.asked[0].text.startswith("What plan am I on?")
    assert found.request.asked[0].facts == ()


class AloneOrNot(Alike):
    """Knows one likeness of what stands alone, by its length, and another one of everything else."""

    def __init__(self, text: str, alone: Likeness, other: Likeness) -> None:
        self._length, self._alone, self._other = len(text), alone, other

    def like(self, vector: Vector | None) -> Likeness:
        return self._alone if vector is not None and vector[0] == self._length else self._other


@pytest.mark.parametrize("text", ["that is wrong", "no, it was more", "and which plan are we on?"])
def test_a_follow_up_is_as_sure_as_its_own_words_whatever_they_follow(text: str) -> None:
    known = AloneOrNot(text, mostly("fact:plan"), mostly("delivery"))
    before = said((Author.CUSTOMER, "Where is my parcel"), (Author.AI_AGENT, "In your order confirmation."))
    [part] = read(text, known, CountingEmbedder(), **before).parts
    assert part.text == f"Where is my parcel {text}"
    assert part.likeness == mostly("fact:plan")
    [alone] = read("Where is my parcel", known, CountingEmbedder()).parts
    assert alone.likeness == mostly("delivery")


OFFER = said(
    (Author.CUSTOMER, "It broke after two weeks"),
    (Author.AI_AGENT, "Hello. Is it about “Returns and refunds” or “Warranty”? Or about something else?"),
)


@pytest.mark.parametrize(
    ("text", "article"), [("the second one", "warranty"), ("the first", "refunds"), ("the former please", "refunds")]
)
def test_the_article_that_was_picked_is_looked_up(text: str, article: str) -> None:
    found = understood(text, Likeness(), **OFFER)
    assert found.parts[0].text.startswith("It broke after two weeks")
    assert found.parts[0].retrieved.ranked[0].article_id == article
    assert found.request.near_articles == ()


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
    assert [passage.title for passage in near_articles([part])] == (["Article 0", "Article 1"] if near else [])
    assert near_articles([part, part]) == ()
    assert near_articles([replace(part, facts=("plan",))]) == ()
    assert near_articles([replace(part, likeness=Likeness(answered=answered, shares={"person": 0.11}))]) == ()


def lying_between(scores: tuple[float, ...], answered: float) -> UnderstoodPart:
    ranked = [
        Passage(article_id=str(number), title=f"Article {number}", source="", text="x", score=score)
        for number, score in enumerate(scores)
    ]
    [prediction] = TOPICS.classify_all(["x"])
    return UnderstoodPart("x", prediction, Likeness(answered=answered), Retrieved(ranked, 1.0))
