"""A published version is served with the embedding model that it was fitted with, or not at all."""

import asyncio

import pytest

from domain.errors import UnavailableError
from integrations.embeddings.base import Embedder
from integrations.embeddings.none import NoEmbedder
from publishing.fitting import fit_models, vectors_to_fit
from publishing.serving import load_models
from storage.views import PublishedSpec
from tests.answering.test_vectors import Counting, Shelf
from tests.organisation import VERSION, article


async def published(embedder: Embedder, shelf: Shelf) -> PublishedSpec:
    vectors = await vectors_to_fit(lambda _: embedder, shelf, VERSION, ())
    fitted = await asyncio.to_thread(fit_models, VERSION, (), vectors=vectors)
    return PublishedSpec(version=VERSION, topic_model=fitted.topic_model, calibration=fitted.calibration, labelled=())


async def test_serving_embeds_nothing_that_publishing_embedded() -> None:
    shelf, embedder = Shelf(), Counting()
    version, again = await published(Counting(), shelf), Counting()
    models = await load_models(lambda _: again, shelf, version)
    assert (again.asked, models.embedder.model) == ([], embedder.model)
    assert models.vectors.get(VERSION.specification.topics[0].examples[0]) is not None


async def test_a_version_that_knows_words_only_needs_no_embedder() -> None:
    version = await published(NoEmbedder(), Shelf())
    unused = Counting()
    models = await load_models(lambda _: unused, Shelf(), version)
    assert (unused.asked, models.embedder.model) == ([], "")


async def test_another_embedder_than_it_was_fitted_with_is_an_outage_that_says_what_to_do() -> None:
    version = await published(Counting(), Shelf())
    with pytest.raises(UnavailableError, match=r"'counting'.*holdfast spec publish"):
        await load_models(lambda _: NoEmbedder(), Shelf(), version)


async def test_articles_are_those_of_the_version_and_not_of_the_topic_model() -> None:
    """Knowledge may be published without fitting topics anew."""
    stored = await published(NoEmbedder(), Shelf())
    bells = article("bells", "Bells", "delivery", "Every bell rings at 80 decibels.")
    version = VERSION.model_copy(update={"articles": (*VERSION.articles, bells)})
    models = await load_models(lambda _: NoEmbedder(), Shelf(), stored.model_copy(update={"version": version}))
    assert models.calibration == stored.calibration
    assert models.topics.classify_all(["where is my parcel"])[0].label == "delivery"
    assert models.knowledge.search("How loud is a bell?")[0].article_id == "bells"
