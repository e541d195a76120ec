"""Who writes replies and who checks them. A new provider is one file and a line here."""

from collections.abc import Mapping

from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import DraftValidator, ReplyWriter
from integrations.llm.exchange import ChatModel
from integrations.llm.provider import ModelAccess
from integrations.llm.remote import RemoteDraftValidator, RemoteReplyWriter
from integrations.registry import adapter_class

WRITERS: dict[str, str] = {"local": "integrations.llm.local:LocalReplyWriter"}
MODELS: dict[str, str] = {
    "anthropic": "integrations.llm.anthropic:AnthropicModel",
    "cohere": "integrations.llm.cohere:CohereModel",
    "compatible": "integrations.llm.openai:CompatibleModel",
    "openai": "integrations.llm.openai:ChatCompletionsModel",
    "openai-responses": "integrations.llm.openai:ResponsesModel",
}


def reply_writer(writer: str, access: Mapping[str, ModelAccess], knowledge: KnowledgeBase | None = None) -> ReplyWriter:
    """The writer that a specification names: `local`, or `<kind>:<model>` with the access to its provider.

    A provider's model may search `knowledge` for itself.

    Raises InvalidInputError for an unknown kind and CredentialsError where a key is needed and missing.
    """
    if writer in WRITERS:
        embedded: ReplyWriter = adapter_class(WRITERS, writer)()
        return embedded
    return RemoteReplyWriter(writer, chat_model(writer, access), knowledge)


def draft_validator(validator: str, access: Mapping[str, ModelAccess]) -> DraftValidator:
    """The validator that a specification names, `<kind>:<model>`; raises as `reply_writer` does."""
    return RemoteDraftValidator(validator, chat_model(validator, access))


def chat_model(named: str, access: Mapping[str, ModelAccess]) -> ChatModel:
    """The model `<kind>:<model>`; raises as `reply_writer` does."""
    kind, _, model = named.partition(":")
    made: ChatModel = adapter_class(MODELS, kind)(model, access.get(kind, ModelAccess()))
    return made
