"""How each kind of model provider is reached, from the settings of a process."""

from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from integrations.llm.provider import ModelAccess


class ModelSettings(Protocol):
    """Keys and addresses, as config.settings names them."""

    @property
    def openai_api_key(self) -> SecretStr | None: ...
    @property
    def openai_base_url(self) -> str | None: ...
    @property
    def anthropic_api_key(self) -> SecretStr | None: ...
    @property
    def anthropic_base_url(self) -> str | None: ...
    @property
    def cohere_api_key(self) -> SecretStr | None: ...
    @property
    def cohere_base_url(self) -> str | None: ...
    @property
    def compatible_api_key(self) -> SecretStr | None: ...
    @property
    def compatible_base_url(self) -> str | None: ...
    @property
    def model_ca_file(self) -> Path | None: ...


def model_access(settings: ModelSettings) -> dict[str, ModelAccess]:
    """By the kind that specifications name."""
    openai = (settings.openai_api_key, settings.openai_base_url)
    known = {
        "openai": openai,
        "openai-responses": openai,
        "anthropic": (settings.anthropic_api_key, settings.anthropic_base_url),
        "cohere": (settings.cohere_api_key, settings.cohere_base_url),
        "compatible": (settings.compatible_api_key, settings.compatible_base_url),
    }
    return {
        kind: ModelAccess(api_key=key, base_url=url, ca_file=settings.model_ca_file)
        for kind, (key, url) in known.items()
    }
