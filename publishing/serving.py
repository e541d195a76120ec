"""Loading a published version's models. Imports the numeric libraries, so only workers do it."""

from answering.drafting import OrganisationModels
from answering.topics.ngram import NgramTopicModel
from publishing.fitting import serving_models
from storage.views import PublishedSpec


def load_models(published: PublishedSpec) -> OrganisationModels:
    """What drafting needs, from what publishing stored. Takes seconds for a large topic model."""
    topics = NgramTopicModel.from_bytes(published.topic_model)
    return serving_models(published.version, topics, published.calibration)
