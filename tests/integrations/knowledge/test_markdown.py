import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.embeddings.base import KnownVectors, Vector
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.knowledge.meaning import wordings_of
from tests.organisation import ARTICLES

KNOWLEDGE = MarkdownKnowledge(ARTICLES)


@pytest.mark.parametrize(
    ("question", "article", "heading"),
    [
        ("How do I set a new password?", "password", ""),
        ("the reset email is not arriving", "password", "No email arrived"),
        ("what does delivery to France cost", "delivery", "Costs"),
        ("can I return custom frames", "refunds", "What we cannot take back"),
        ("are brake pads covered by the warranty", "warranty", ""),
    ],
)
def test_the_passage_that_answers_comes_first(question: str, article: str, heading: str) -> None:
    best = KNOWLEDGE.search(question)[0]
    assert (best.article_id, best.heading) == (article, heading)
    assert best.found_for == question


def test_a_question_that_is_covered_scores_higher_than_one_that_is_not() -> None:
    covered = KNOWLEDGE.search("reset password")[0].score
    half = KNOWLEDGE.search("reset password of the gearbox firmware")[0].score
    assert covered > 0.8 > half > 0


def test_topics_narrow_the_search() -> None:
    found = KNOWLEDGE.search("delivery", topics=["refund"])
    assert {passage.article_id for passage in found} == {"refunds"}


def test_nothing_in_common_finds_nothing() -> None:
    assert KNOWLEDGE.search("the weather tomorrow") == ()
    assert KNOWLEDGE.search("") == ()


@given(st.text(max_size=300))
def test_any_text_gets_sorted_scores_between_nothing_and_everything(question: str) -> None:
    scores = [passage.score for passage in KNOWLEDGE.search(question, limit=3)]
    assert len(scores) <= 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)


def test_the_order_of_a_tie_is_that_of_the_articles() -> None:
    assert KNOWLEDGE.search("password") == KNOWLEDGE.search("password")
    assert [p.position for p in KNOWLEDGE.search("password")][:2] == [0, 1]


def test_another_language_has_its_own_stems() -> None:
    german = ARTICLES[0].model_copy(update={"title": "Rechnungen", "body": "Alle Rechnungen finden Sie im Konto."})
    assert MarkdownKnowledge([german], "de").search("rechnung")[0].article_id == "password"


def knows_meaning(question: str, near: str) -> tuple[MarkdownKnowledge, Vector]:
    """A knowledge base in which a question means what the texts of one article mean, and nothing else does."""
    texts = [
        (passage.article_id, text)
        for passage in MarkdownKnowledge(ARTICLES).passages
        for text in (*wordings_of(passage), question)
    ]
    same, other = np.array([1.0, 0.0], dtype=np.float32), np.array([0.0, 1.0], dtype=np.float32)
    vectors = KnownVectors("two", {text: same if article == near else other for article, text in texts})
    return MarkdownKnowledge(ARTICLES, vectors=vectors), same


@pytest.mark.parametrize("article", [article.id for article in ARTICLES])
def test_meaning_finds_what_no_word_does(article: str) -> None:
    knowledge, vector = knows_meaning("zzz", article)
    found = knowledge.search("zzz", vector, limit=99)
    assert {passage.article_id for passage in found} == {article}
    assert all(0.9 < passage.score <= 1.0 for passage in found)


def test_words_still_count_beside_meaning() -> None:
    knowledge, vector = knows_meaning("zzz", "password")
    with_word, without = (knowledge.search(text, vector * np.float32(0.5))[0].score for text in ("password", "zzz"))
    assert with_word > without


@pytest.mark.parametrize("question", ["", " ", "\n"])
def test_an_empty_question_means_nothing(question: str) -> None:
    knowledge, vector = knows_meaning("zzz", "password")
    assert knowledge.search(question, vector) == ()


def test_without_a_vector_words_decide() -> None:
    knowledge, _ = knows_meaning("zzz", "password")
    assert knowledge.search("password") == KNOWLEDGE.search("password")
    assert knowledge.search("zzz") == ()


def test_no_articles_are_no_mistake() -> None:
    vector = np.array([1.0, 0.0], dtype=np.float32)
    assert MarkdownKnowledge([], vectors=KnownVectors("two", {"a": vector})).search("a", vector) == ()
