"""Who turns texts into vectors. A new embedding model is one file and a line here."""

from collections.abc import Mapping

from integrations.embeddings.base import Embedder
from integrations.llm.provider import ModelAccess
from integrations.registry import adapter_class

EMBEDDERS: dict[str, str] = {
    "compatible": "integrations.embeddings.openai:CompatibleEmbedder",
    "embedded": "integrations.embeddings.minilm:MiniLmEmbedder",
    "none": "integrations.embeddings.none:NoEmbedder",
    "openai": "integrations.embeddings.openai:OpenAiEmbedder",
}


def embedder(named: str, access: Mapping[str, ModelAccess]) -> Embedder:
    """The one that a specification names: `embedded`, `none`, or `<kind>:<model>` with the access to its provider.

    Raises InvalidInputError for an unknown kind and CredentialsError where a key is needed and missing.
    """
    kind, _, name = named.partition(":")
    made: Embedder = adapter_class(EMBEDDERS, kind)(name, access.get(kind, ModelAccess()))
    return made
