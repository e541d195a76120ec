"""What publishing needs of this machine, from its settings."""

from config.settings import local_settings, read_local_vendor
from integrations.embeddings.base import Embedder
from integrations.embeddings.registry import embedder
from integrations.model_access import model_access
from integrations.tools.base import tool_settings
from publishing.publication import Installation


def installation() -> Installation:
    """The tool servers that this machine allows, and the embedding models that its keys reach."""
    return Installation(tool_settings(read_local_vendor), embedder_of)


def embedder_of(named: str) -> Embedder:
    """What a specification names under `model.embedder`; raises as integrations.embeddings.registry does."""
    return embedder(named, model_access(local_settings()))
