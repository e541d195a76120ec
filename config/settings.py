"""Every setting of Holdfast, and the only place that reads the environment."""

import os
from pathlib import Path
from typing import Annotated, Literal, TypeVar
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import AliasChoices, BaseModel, Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=1, le=65535)]
PREFIX = "HOLDFAST_"
ENV_FILE = ".env"
Vendor = TypeVar("Vendor", bound=BaseModel)


class Settings(BaseSettings):
    """Read from the environment; an empty variable counts as unset."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    home: Path = Field(Path(".holdfast"), description="Folder that keeps the state of the embedded platform.")
    organisation: Path = Field(Path("specs/techflow"), description="Folder of the organisation's specification.")

    temporal_address: str | None = Field(
        None, description="Address (host:port) of a Temporal service. Unset: the embedded development server."
    )
    temporal_namespace: str = Field("default", description="Temporal namespace of this installation.")
    temporal_retention_days: int = Field(
        90, ge=1, description="Days for which closed runs are kept in a namespace that `holdfast temporal setup` makes."
    )
    temporal_tls: bool = Field(
        False, description="Whether Temporal is reached with TLS. An API key or a file below means yes as well."
    )
    temporal_api_key: SecretStr | None = Field(None, description="API key of Temporal Cloud.")
    temporal_ca_file: Path | None = Field(
        None, description="Certificates of the authority that Temporal's own certificate is checked against (PEM)."
    )
    temporal_client_cert_file: Path | None = Field(
        None, description="Certificate that Holdfast shows to Temporal (PEM)."
    )
    temporal_client_key_file: Path | None = Field(None, description="Private key of that certificate (PEM).")
    temporal_port: Port = Field(7233, description="Port of the embedded Temporal server.")
    temporal_ui_port: Port = Field(8233, description="Port of the embedded Temporal web UI.")
    temporal_ui_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Address of the Temporal web UI, to which the console links. Unset: that of the embedded server.",
    )

    database_url: SecretStr | None = Field(
        None, description="PostgreSQL address (postgresql://user:password@host/database). Unset: embedded PostgreSQL."
    )

    gateway_host: str = Field("127.0.0.1", description="Address on which the gateway listens.")
    gateway_port: Port = Field(8080, description="Port of the gateway.")
    chat_token_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="Key of 32 characters or more that signs web chat tokens. "
        "Unset: `holdfast dev` makes one and keeps it in the home folder.",
    )

    public_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Address by which vendors reach the gateway, such as https://support.example.com. "
        "Their signatures are checked against it. Unset: the address of each request.",
    )
    trusted_proxies: str = Field(
        "127.0.0.1", description="Addresses of proxies that may say who called, separated by commas."
    )
    widget_origins: str = Field(
        "", description="Origins of other pages that may embed the web chat, separated by spaces; * for any."
    )

    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Where people sign in to the console: the address of a provider of OpenID Connect, exactly as it "
        "calls itself. Unset: `make up` starts one for this machine alone, and elsewhere nobody signs in.",
    )
    oidc_client_id: str | None = Field(None, description="What that provider calls this installation.")
    oidc_client_secret: SecretStr | None = Field(
        None, description="The secret that belongs to it. Unset: a client without one, which some providers allow."
    )
    oidc_scope: str = Field(
        "openid profile email", pattern=r"\bopenid\b", description="What the provider is asked for; openid is a must."
    )
    oidc_person_claim: str = Field(
        "sub",
        description="The claim of ID tokens by which a person is known. `email` counts only where the provider has "
        "verified it.",
    )
    oidc_roles_claim: str | None = Field(
        None,
        description="The claim that has a person's roles, such as groups or realm_access.roles. "
        "Unset: administrators give roles.",
    )
    oidc_roles: str = Field(
        "",
        description="Which word of that claim is which role, such as support=human_agent, leads=lead. "
        "Unset: its words are roles.",
    )
    oidc_organisation_claim: str | None = Field(
        None,
        description="The claim that has a person's organisations. With a claim for roles, people whom nobody has added "
        "come in by it. Unset: administrators add people.",
    )
    sign_in_idle_minutes: int = Field(120, ge=1, le=100_000, description="A sign-in ends when unused for so long.")
    sign_in_hours: int = Field(12, ge=1, le=10_000, description="It ends after this time in any case.")
    sign_in_port: Port = Field(8081, description="Port of the sign-in that `make up` starts for this machine.")

    openai_api_key: SecretStr | None = Field(
        None,
        description="Key of OpenAI. Where it is set, OpenAI writes and checks the replies of specifications that name "
        "no model; unset: the embedded local model.",
        validation_alias=AliasChoices("OPENAI_API_KEY"),
    )
    openai_base_url: str | None = Field(
        None,
        description="Address of OpenAI's API. Unset: OpenAI itself.",
        validation_alias=AliasChoices("OPENAI_BASE_URL"),
    )
    openai_model: str = Field(
        "gpt-4.1-mini", description="Model that writes and checks replies when a key is set and no spec names one."
    )
    anthropic_api_key: SecretStr | None = Field(
        None, description="Key of Anthropic.", validation_alias=AliasChoices("ANTHROPIC_API_KEY")
    )
    anthropic_base_url: str | None = Field(
        None,
        description="Address of Anthropic's API. Unset: Anthropic itself.",
        validation_alias=AliasChoices("ANTHROPIC_BASE_URL"),
    )
    cohere_api_key: SecretStr | None = Field(
        None, description="Key of Cohere.", validation_alias=AliasChoices("CO_API_KEY")
    )
    cohere_base_url: str | None = Field(
        None,
        description="Address of Cohere's API. Unset: Cohere itself.",
        validation_alias=AliasChoices("CO_API_URL"),
    )
    compatible_base_url: str | None = Field(
        None, description="Address of a server of your own that speaks OpenAI's Chat Completions API."
    )
    compatible_api_key: SecretStr | None = Field(None, description="Its key, where it wants one.")
    model_ca_file: Path | None = Field(
        None, description="Certificates of a further authority that is trusted when models are reached (PEM)."
    )

    model_requests_per_second: float | None = Field(
        None, gt=0, description="Requests to models per second, of all workers together. Unset: no limit of ours."
    )
    max_concurrent_activities: int = Field(
        100, ge=1, description="Activities that one worker process runs at once, for each task queue."
    )
    max_cached_workflows: int = Field(
        1000, ge=0, description="Conversations that one worker process keeps in memory; others are replayed."
    )
    worker_queues: str = Field(
        "",
        description="Task queues that a worker process serves, separated by commas; `python -m workers --queues` "
        "comes before it. Unset: all. `make up` always serves all.",
    )
    worker_build_id: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$",
        description="Version of the code that a worker process runs, such as 1.4.0; one of its own for each release. "
        "A conversation stays on the version on which its run began; `holdfast rollout` changes versions. "
        "Unset: workers have no version, and every one of them serves every conversation.",
    )
    worker_deployment: str = Field(
        "holdfast",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$",
        description="Name that the versions of this installation's workers have in common at Temporal.",
    )
    worker_host: str = Field("127.0.0.1", description="Address on which a worker serves metrics and health.")
    worker_metrics_port: Port | None = Field(
        None, description="Port on which a worker serves Prometheus metrics. Unset: none."
    )
    worker_health_port: Port | None = Field(None, description="Port on which a worker answers /healthz. Unset: none.")

    otlp_endpoint: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Address of an OpenTelemetry collector that takes OTLP over HTTP, such as http://localhost:4318. "
        "It gets traces and metrics. A worker with a metrics port sends it no metrics. Unset: nothing is sent.",
    )
    otlp_headers: SecretStr | None = Field(
        None, description="Headers for the collector, such as a key: name=value, separated by commas."
    )
    trace_sample_ratio: float = Field(
        1.0, ge=0, le=1, description="Share of the requests and messages that are traced."
    )

    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least level logged.")
    log_format: Literal["console", "json"] = Field("console", description="Log lines for people or for machines.")

    @field_validator("database_url")
    @classmethod
    def _has_a_port(cls, url: SecretStr | None) -> SecretStr | None:
        try:
            _ = urlsplit(url.get_secret_value()).port if url else None
        except ValueError:
            raise ValueError("write it like postgresql://user:password@host:5432/database") from None
        return url

    @field_validator("home", "organisation")
    @classmethod
    def _resolve(cls, path: Path) -> Path:
        return path.expanduser().resolve()


def local_settings() -> Settings:
    """Settings of a developer's machine: the environment, and behind it a file `.env` in the working directory."""
    return Settings(_env_file=ENV_FILE)


def read_vendor(model: type[Vendor], prefix: str, env_file: str | None = None) -> Vendor | None:
    """A vendor's settings from variables that begin with HOLDFAST_<prefix>_; None where none of them is set.

    Raises pydantic.ValidationError when some are set and others are wrong or missing.
    """
    begins = f"{PREFIX}{prefix}_"
    present = {**(dotenv_values(env_file) if env_file else {}), **os.environ}
    if not any(name.upper().startswith(begins) and value for name, value in present.items()):
        return None
    config = SettingsConfigDict(env_prefix=begins, env_ignore_empty=True, extra="ignore", hide_input_in_errors=True)
    reader = type(model.__name__, (model, BaseSettings), {"model_config": config, "__module__": __name__})
    values: Vendor = model.model_validate(reader(_env_file=env_file).model_dump())
    return values


def read_local_vendor(model: type[Vendor], prefix: str) -> Vendor | None:
    """The same on a developer's machine, where a file `.env` stands behind the environment."""
    return read_vendor(model, prefix, ENV_FILE)


def variable_name(field: str) -> str:
    """The environment variable that sets a field, for messages and documentation."""
    alias = Settings.model_fields[field].validation_alias
    return str(alias.choices[0]) if isinstance(alias, AliasChoices) else PREFIX + field.upper()


def explain(error: ValidationError) -> str:
    """What is wrong with the environment, a line for each variable."""
    by_variable = ((str(problem["loc"][0]), _message(problem)) for problem in error.errors())
    return "\n".join(
        f"{variable_name(field) if field in Settings.model_fields else field}: {message}."
        for field, message in by_variable
    )


def _message(problem: ErrorDetails) -> str:
    """A secret that is too short is told in characters: pydantic counts the items of what it does not look into."""
    if problem["type"] == "too_short":
        return f"Value should have at least {problem['ctx']['min_length']} characters"
    return problem["msg"]


def child_environment(settings: Settings) -> dict[str, str]:
    """The environment in which a child process reads exactly these settings."""
    values = {variable_name(field): _text(getattr(settings, field)) for field in Settings.model_fields}
    in_file = {name: value for name, value in dotenv_values(ENV_FILE).items() if value is not None}
    return {**in_file, **os.environ, **values}


def _text(value: object) -> str:
    if value is None:
        return ""
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
