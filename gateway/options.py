"""What the gateway must be told, taken from the settings."""

from datetime import timedelta

from pydantic import Field, SecretStr

from config.settings import Settings, variable_name
from config.temporal import TemporalAccess, access_of
from domain.errors import InvalidInputError
from domain.model import Frozen
from integrations.llm.provider import ModelAccess
from integrations.model_access import model_access


class GatewayOptions(Frozen):
    """`organisation` serves chats that come without an API key."""

    organisation: str
    database_url: SecretStr
    temporal_address: str
    temporal_namespace: str = "default"
    temporal_access: TemporalAccess = TemporalAccess()
    chat_token_secret: SecretStr = Field(min_length=32)
    chat_session_lifetime: timedelta = timedelta(days=30)
    chat_sessions_per_minute: int = Field(120, ge=1, description="From one address, without an API key.")
    chat_messages_per_minute: int = Field(60, ge=1, description="In one conversation, messages and files together.")
    public_url: str | None = Field(None, description="How vendors reach the gateway, behind any proxy.")
    widget_origins: tuple[str, ...] = Field((), description="Origins of pages that embed the chat; * for any.")
    models: dict[str, ModelAccess] = Field({}, description="How providers of embedding models are reached, by kind.")


def options_of(settings: Settings) -> GatewayOptions:
    """Raises InvalidInputError for a dependency whose address is not set."""
    return GatewayOptions(
        organisation=settings.organisation.name,
        database_url=_needed(settings, "database_url"),
        temporal_address=_needed(settings, "temporal_address"),
        temporal_namespace=settings.temporal_namespace,
        temporal_access=access_of(settings),
        chat_token_secret=_needed(settings, "chat_token_secret"),
        public_url=settings.public_url,
        widget_origins=tuple(settings.widget_origins.split()),
        models=model_access(settings),
    )


def _needed(settings: Settings, field: str) -> str | SecretStr:
    value: str | SecretStr | None = getattr(settings, field)
    if value is None:
        raise InvalidInputError(f"{variable_name(field)} is not set. Set it, or start everything with `make up`.")
    return value
