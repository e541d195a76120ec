"""Articles that say nearly the same are found, others are not."""

import asyncio
from itertools import pairwise

import pytest

from domain.specification.organisation import Article
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors
from integrations.embeddings.registry import embedder
from integrations.knowledge.duplicates import compared_texts, near_duplicates
from tests.organisation import ARTICLES

PASSWORD = ARTICLES[0]


def vectors_of(articles: tuple[Article, ...]) -> KnownVectors:
    model = embedder("embedded", {})
    texts = [text for article in articles for text in compared_texts(article)]
    return KnownVectors(model.model, dict(zip(texts, asyncio.run(model.embed(texts)), strict=True)))


def found(*articles: Article) -> list[tuple[str, str]]:
    return [(one.id, other.id) for one, other, _ in near_duplicates(articles, vectors_of(articles))]


def changed(**update: object) -> Article:
    return PASSWORD.model_copy(update={"id": "copy", **update})


@pytest.mark.parametrize(
    "copy",
    [
        changed(),
        changed(title="Forgotten your password?"),
        changed(body=f"{PASSWORD.body}\n"),
        changed(body=PASSWORD.body.replace("password", "passphrase", 1)),
    ],
)
def test_a_copy_is_found_even_where_a_word_of_it_was_changed(copy: Article) -> None:
    assert found(*ARTICLES, copy) == [(PASSWORD.id, "copy")]


def test_different_articles_are_no_pair() -> None:
    assert found(*ARTICLES) == []


def test_an_article_that_says_much_more_is_no_duplicate() -> None:
    body = "\n\n".join([PASSWORD.body, *(f"## More\n\n{article.body}" for article in ARTICLES[1:])])
    assert found(PASSWORD, changed(body=body)) == []


def test_an_article_without_text_is_not_compared() -> None:
    assert found(PASSWORD, changed(body="<!-- nothing yet -->")) == []


def test_the_most_alike_come_first() -> None:
    copies = (PASSWORD, changed(), changed(id="other", body=PASSWORD.body.replace("password", "passphrase", 1)))
    likeness = [alike for _, _, alike in near_duplicates(copies, vectors_of(copies))]
    assert len(likeness) == 3
    assert all(first >= second for first, second in pairwise(likeness))


def test_without_a_model_nothing_is_compared() -> None:
    assert near_duplicates((PASSWORD, changed()), NOTHING_KNOWN) == []
