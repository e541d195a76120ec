"""Who writes replies. A new provider is one file and one line here."""

from pydantic import SecretStr

from domain.errors import CredentialsError
from integrations.llm.base import ReplyWriter
from integrations.registry import adapter_class

WRITERS: dict[str, str] = {
    "local": "integrations.llm.local:LocalReplyWriter",
    "openai": "integrations.llm.openai:OpenAiReplyWriter",
}


def reply_writer(writer: str, *, api_key: SecretStr | None = None, base_url: str | None = None) -> ReplyWriter:
    """The writer that a specification names: `local`, or `<kind>:<model>` with the key of its provider.

    Raises InvalidInputError for an unknown kind and CredentialsError where a key is needed and missing.
    """
    kind, _, model = writer.partition(":")
    adapter = adapter_class(WRITERS, kind)
    if not model:
        embedded: ReplyWriter = adapter()
        return embedded
    if api_key is None or not api_key.get_secret_value():
        raise CredentialsError(f"The model {writer} needs an API key: set it, or let the specification use `local`.")
    remote: ReplyWriter = adapter(model=model, api_key=api_key, base_url=base_url)
    return remote
