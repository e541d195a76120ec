"""Who writes replies and who checks them. A new provider is one file and a line in each table."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from pydantic import SecretStr

from domain.errors import CredentialsError
from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import DraftValidator, ReplyWriter
from integrations.registry import adapter_class

WRITERS: dict[str, str] = {
    "local": "integrations.llm.local:LocalReplyWriter",
    "openai": "integrations.llm.openai:OpenAiReplyWriter",
}
VALIDATORS: dict[str, str] = {"openai": "integrations.llm.openai:OpenAiDraftValidator"}


def reply_writer(
    writer: str,
    *,
    api_key: SecretStr | None = None,
    base_url: str | None = None,
    knowledge: KnowledgeBase | None = None,
) -> ReplyWriter:
    """The writer that a specification names: `local`, or `<kind>:<model>` with the key of its provider.

    A provider's model may search `knowledge` for itself.

    Raises InvalidInputError for an unknown kind and CredentialsError where a key is needed and missing.
    """
    if writer == "local":
        embedded: ReplyWriter = adapter_class(WRITERS, writer)()
        return embedded
    remote: ReplyWriter = _provider(WRITERS, writer, api_key, base_url)(knowledge=knowledge)
    return remote


def draft_validator(validator: str, *, api_key: SecretStr | None = None, base_url: str | None = None) -> DraftValidator:
    """The validator that a specification names, `<kind>:<model>`; raises as `reply_writer` does."""
    remote: DraftValidator = _provider(VALIDATORS, validator, api_key, base_url)()
    return remote


def _provider(kinds: Mapping[str, str], named: str, api_key: SecretStr | None, base_url: str | None) -> Any:
    kind, _, model = named.partition(":")
    adapter = adapter_class(kinds, kind)
    if api_key is None or not api_key.get_secret_value():
        raise CredentialsError(f"The model {named} needs an API key: set it, or let the specification use `local`.")
    return partial(adapter, model=model, api_key=api_key, base_url=base_url)
