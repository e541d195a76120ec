"""The fit of what was found, and its lead over what else was found."""

import pytest

from answering.retrieval import PASSAGES_PER_QUESTION, Retrieved
from integrations.llm.base import Passage


def found(*scores: tuple[str, float]) -> Retrieved:
    ranked = [Passage(article_id=article, title=article, source="", text="x", score=score) for article, score in scores]
    return Retrieved(ranked, coverage=1.0)


@pytest.mark.parametrize(
    ("scores", "fit", "lead"),
    [
        ([], 0.0, 0.0),
        ([("a", 0.9)], 0.9, 0.9),
        ([("a", 0.9), ("a", 0.8)], 0.9, 0.9),
        ([("a", 0.9), ("a", 0.8), ("b", 0.5)], 0.9, 0.4),
        ([("a", 0.9), ("b", 0.9)], 0.9, 0.0),
        ([("a", 0.9), ("b", 0.3), ("c", 0.6)], 0.9, 0.3),
    ],
)
def test_the_lead_is_over_the_best_passage_of_any_other_article(
    scores: list[tuple[str, float]], fit: float, lead: float
) -> None:
    assert found(*scores).fit == fit
    assert found(*scores).lead == pytest.approx(lead)


@pytest.mark.parametrize(("count", "given"), [(0, 0), (3, 3), (PASSAGES_PER_QUESTION + 1, PASSAGES_PER_QUESTION)])
def test_a_writer_gets_the_best_few(count: int, given: int) -> None:
    ranked = found(*(("a", 1 - number / 10) for number in range(count)))
    assert [passage.score for passage in ranked.passages] == [1 - number / 10 for number in range(given)]


def test_each_article_has_its_best_passage_in_order() -> None:
    ranked = found(("a", 0.9), ("b", 0.8), ("a", 0.7), ("c", 0.6), ("b", 0.5))
    assert [(p.article_id, p.score) for p in ranked.best_articles] == [("a", 0.9), ("b", 0.8), ("c", 0.6)]
    assert found().best_articles == []
