from pathlib import Path

import pytest

from config.settings import Settings
from domain.errors import InvalidInputError
from gateway.options import options_of

COMPLETE = {
    "organisation": Path("specs/acme"),
    "database_url": "postgresql://localhost/holdfast",
    "temporal_address": "localhost:7233",
    "chat_token_secret": "x" * 32,
}


def test_the_settings_say_everything() -> None:
    options = options_of(
        Settings.model_validate(
            {
                **COMPLETE,
                "widget_origins": "https://a.example https://b.example",
                "temporal_ui_url": "https://temporal.example",
            }
        )
    )
    assert options.organisation == "acme"
    assert options.temporal_address == "localhost:7233"
    assert options.temporal_ui_url == "https://temporal.example"
    assert options.widget_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize("missing", ["database_url", "temporal_address", "chat_token_secret"])
def test_a_dependency_without_an_address_is_named(missing: str) -> None:
    settings = Settings.model_validate({**COMPLETE, missing: None})
    with pytest.raises(InvalidInputError, match=f"HOLDFAST_{missing.upper()} is not set.*make up"):
        options_of(settings)


def test_embedding_models_are_reached_with_the_keys_of_the_settings() -> None:
    options = options_of(Settings.model_validate({**COMPLETE, "openai_api_key": "sk-test"}))
    key = options.models["openai"].api_key
    assert key is not None
    assert key.get_secret_value() == "sk-test"
    assert "sk-test" not in repr(options)


PROVIDER = {"oidc_issuer": "https://login.example.com", "oidc_client_id": "holdfast", "oidc_client_secret": "secret"}


def test_a_sign_in_provider_is_as_the_settings_say() -> None:
    claims = {"oidc_roles_claim": "groups", "oidc_roles": "a = b=lead, support=human_agent", "oidc_person_claim": "oid"}
    options = options_of(Settings.model_validate(COMPLETE | PROVIDER | claims | {"sign_in_idle_minutes": 5}))
    assert options.sign_in is not None
    assert (options.sign_in.issuer, options.sign_in.scope) == ("https://login.example.com", "openid profile email")
    assert options.claims.role_of == {"a = b": "lead", "support": "human_agent"}
    assert (options.claims.person, options.claims.roles, options.claims.organisation) == ("oid", "groups", None)
    assert options.sign_in_idle.total_seconds() == 300
    assert options_of(Settings.model_validate(COMPLETE | {"oidc_issuer": None})).sign_in is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"oidc_client_id": None}, "HOLDFAST_OIDC_CLIENT_ID is not set"),
        ({"oidc_issuer": "http://login.example.com"}, "without https"),
        ({"oidc_roles": "lead"}, "is written like"),
        ({"oidc_roles": "=lead"}, "is written like"),
    ],
)
def test_a_sign_in_that_is_set_up_wrongly_is_told(change: dict[str, str], told: str) -> None:
    with pytest.raises(InvalidInputError, match=told):
        options_of(Settings.model_validate(COMPLETE | PROVIDER | change))


def test_a_provider_on_this_machine_needs_no_https() -> None:
    options = options_of(Settings.model_validate(COMPLETE | PROVIDER | {"oidc_issuer": "http://127.0.0.1:8081"}))
    assert options.sign_in is not None
