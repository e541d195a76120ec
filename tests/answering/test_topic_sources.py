import pytest

from answering.precedents import Likeness
from answering.retrieval import PASSAGES_PER_QUESTION, Asked, Retrieval
from answering.topic_sources import TopicSources
from domain.quality.topics import TopicPrediction, TopicScore
from integrations.knowledge.markdown import MarkdownKnowledge
from tests.organisation import ARTICLES, BILLING, SERVICE, SPECIFICATION

KNOWLEDGE = MarkdownKnowledge(ARTICLES)
SOURCES = TopicSources(SPECIFICATION.topics, KNOWLEDGE)


def prediction(topic: str) -> TopicPrediction:
    alternatives = (TopicScore(label=topic, probability=0.9),)
    return TopicPrediction(label=topic, probability=0.9, alternatives=alternatives, out_of_scope=0.0, confidence=0.9)


def test_each_article_belongs_to_the_topic_whose_examples_lead_to_it() -> None:
    assert SOURCES.topic_of == {
        "password": "account",
        "delivery": "delivery",
        "refunds": "refund",
        "warranty": "warranty",
    }
    assert SOURCES.articles_of("refund") == ["refunds"]


def test_examples_are_known_questions_of_the_article_that_answers_them() -> None:
    questions = SOURCES.known_questions()
    assert "I cannot sign in to my account" in questions["password"]
    taught = MarkdownKnowledge(ARTICLES, "en", questions)
    assert taught.search("I cannot sign in")[0].article_id == "password"


def test_examples_of_topics_for_people_teach_nothing() -> None:
    topics = [topic.model_copy(update={"escalate": topic.id == "refund"}) for topic in SPECIFICATION.topics]
    taught = TopicSources(topics, KNOWLEDGE).known_questions().values()
    assert "I want my money back" not in [question for questions in taught for question in questions]


def test_a_message_prefers_the_articles_of_its_topic() -> None:
    retrieval = Retrieval(KNOWLEDGE, SOURCES)
    question = "what about the frame"
    warranty = retrieval.look_up(Asked(question, prediction("warranty")), SERVICE)
    refund = retrieval.look_up(Asked(question, prediction("refund")), SERVICE)
    assert (warranty.ranked[0].article_id, refund.ranked[0].article_id) == ("warranty", "refunds")
    assert warranty.coverage == refund.coverage


def test_the_lead_is_measured_against_the_best_other_article() -> None:
    found = Retrieval(KNOWLEDGE, SOURCES).look_up(Asked("delivery costs", prediction("delivery")), SERVICE)
    others = [passage.score for passage in found.ranked if passage.article_id != "delivery"]
    assert found.lead == found.fit - max(others, default=0.0)
    assert len(found.passages) <= PASSAGES_PER_QUESTION


def test_nothing_found_fits_nothing() -> None:
    found = Retrieval(KNOWLEDGE, SOURCES).look_up(Asked("zzz", prediction("delivery")), SERVICE)
    assert (found.fit, found.lead, found.coverage, list(found.passages)) == (0.0, 0.0, 0.0, [])


def test_an_ai_agent_cites_its_own_topics_only() -> None:
    retrieval = Retrieval(KNOWLEDGE, SOURCES)
    found = retrieval.look_up(Asked("delivery of my refund", prediction("delivery")), BILLING)
    assert {passage.article_id for passage in found.ranked} == {"refunds"}
    assert retrieval.for_instruction("", BILLING) == ()
    assert {passage.article_id for passage in retrieval.for_instruction("mention delivery", BILLING)} <= {"refunds"}


@pytest.mark.parametrize(("share", "first"), [(0.0, "refunds"), (0.9, "warranty")])
def test_an_article_that_answered_such_messages_comes_first(share: float, first: str) -> None:
    asked = Asked("what about the frame", prediction("refund"), Likeness(shares={"warranty": share}))
    found = Retrieval(KNOWLEDGE, SOURCES).look_up(asked, SERVICE)
    assert found.ranked[0].article_id == first
    assert all(0 <= passage.score <= 1 for passage in found.ranked)
    assert list(found.ranked) == sorted(found.ranked, key=lambda passage: -passage.score)
