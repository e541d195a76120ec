"""Models as the settings of this machine reach them."""

from config.settings import local_settings
from integrations.embeddings.base import Embedder
from integrations.embeddings.registry import embedder
from workers.composition import model_access


def embedder_of(named: str) -> Embedder:
    """What a specification names under `model.embedder`; raises as integrations.embeddings.registry does."""
    return embedder(named, model_access(local_settings()))
