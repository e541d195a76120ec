"""Loading what publishing stored."""

import pytest

from publishing.fitting import fit_models
from publishing.serving import load_models
from storage.views import PublishedSpec
from tests.organisation import VERSION, article


@pytest.fixture(scope="module")
def published() -> PublishedSpec:
    fitted = fit_models(VERSION, ())
    return PublishedSpec(version=VERSION, topic_model=fitted.topic_model, calibration=fitted.calibration)


def test_models_serve_the_version_that_was_published(published: PublishedSpec) -> None:
    models = load_models(published)
    assert models.version == VERSION
    assert models.calibration == published.calibration
    assert models.topics.classify("where is my parcel").label == "delivery"
    assert models.knowledge.search("How long is the warranty?")[0].article_id == "warranty"


def test_articles_are_those_of_the_version_and_not_of_the_topic_model(published: PublishedSpec) -> None:
    """Knowledge may be published without fitting topics anew."""
    bells = article("bells", "Bells", "delivery", "Every bell rings at 80 decibels.")
    version = VERSION.model_copy(update={"articles": (*VERSION.articles, bells)})
    models = load_models(published.model_copy(update={"version": version}))
    assert models.knowledge.search("How loud is a bell?")[0].article_id == "bells"
