"""What the gateway must be told, taken from the settings."""

from datetime import timedelta

from pydantic import Field, SecretStr

from config.settings import Settings, variable_name
from config.temporal import TemporalAccess, access_of
from domain.access.people import ClaimNames
from domain.errors import InvalidInputError
from domain.model import Frozen
from integrations.llm.provider import ModelAccess
from integrations.model_access import model_access
from integrations.sign_in.oidc import ProviderAccess, is_loopback


class GatewayOptions(Frozen):
    """`organisation` serves chats that come without an API key."""

    organisation: str
    database_url: SecretStr
    temporal_address: str
    temporal_namespace: str = "default"
    temporal_access: TemporalAccess = TemporalAccess()
    temporal_ui_url: str | None = Field(None, description="Where the console links to for what Temporal keeps.")
    chat_token_secret: SecretStr = Field(min_length=32)
    chat_session_lifetime: timedelta = timedelta(days=30)
    chat_sessions_per_minute: int = Field(120, ge=1, description="From one address, without an API key.")
    chat_messages_per_minute: int = Field(60, ge=1, description="In one conversation, messages and files together.")
    public_url: str | None = Field(None, description="How vendors reach the gateway, behind any proxy.")
    widget_origins: tuple[str, ...] = Field((), description="Origins of pages that embed the chat; * for any.")
    sign_in: ProviderAccess | None = Field(None, description="Where people sign in; None: nobody does.")
    claims: ClaimNames = ClaimNames()
    sign_in_idle: timedelta = timedelta(hours=2)
    sign_in_lifetime: timedelta = timedelta(hours=12)
    sign_ins_per_minute: int = Field(60, ge=1, description="Steps of sign-ins from one address; each has two.")
    models: dict[str, ModelAccess] = Field({}, description="How providers of embedding models are reached, by kind.")


def options_of(settings: Settings) -> GatewayOptions:
    """Raises InvalidInputError for a dependency whose address is not set."""
    return GatewayOptions(
        organisation=settings.organisation.name,
        database_url=_needed(settings, "database_url"),
        temporal_address=_needed(settings, "temporal_address"),
        temporal_namespace=settings.temporal_namespace,
        temporal_access=access_of(settings),
        temporal_ui_url=settings.temporal_ui_url,
        chat_token_secret=_needed(settings, "chat_token_secret"),
        public_url=settings.public_url,
        widget_origins=tuple(settings.widget_origins.split()),
        models=model_access(settings),
        sign_in=_provider(settings),
        claims=ClaimNames(
            person=settings.oidc_person_claim,
            roles=settings.oidc_roles_claim,
            organisation=settings.oidc_organisation_claim,
            role_of=_role_of(settings.oidc_roles),
        ),
        sign_in_idle=timedelta(minutes=settings.sign_in_idle_minutes),
        sign_in_lifetime=timedelta(hours=settings.sign_in_hours),
    )


def _provider(settings: Settings) -> ProviderAccess | None:
    """Raises InvalidInputError for a provider without a client id, or one that can be overheard."""
    issuer = settings.oidc_issuer
    if issuer is None:
        return None
    if settings.oidc_client_id is None:
        raise InvalidInputError("HOLDFAST_OIDC_CLIENT_ID is not set. The sign-in provider gives one to each client.")
    if issuer.startswith("http://") and not is_loopback(issuer):
        raise InvalidInputError("HOLDFAST_OIDC_ISSUER is without https, so that sign-ins could be overheard.")
    return ProviderAccess(
        issuer=issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        scope=settings.oidc_scope,
    )


def _role_of(text: str) -> dict[str, str]:
    """`support=human_agent, leads=lead` as a mapping. Raises InvalidInputError for anything else."""
    pairs = [one.rpartition("=") for one in text.split(",") if one.strip()]
    if any(not (name.strip() and role.strip()) for name, _, role in pairs):
        raise InvalidInputError("HOLDFAST_OIDC_ROLES is written like support=human_agent, leads=lead.")
    return {name.strip(): role.strip() for name, _, role in pairs}


def _needed(settings: Settings, field: str) -> str | SecretStr:
    value: str | SecretStr | None = getattr(settings, field)
    if value is None:
        raise InvalidInputError(f"{variable_name(field)} is not set. Set it, or start everything with `make up`.")
    return value
