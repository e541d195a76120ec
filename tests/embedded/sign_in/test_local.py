from pathlib import Path

import pytest
from pydantic import SecretStr

from config.settings import Settings
from domain.errors import InvalidInputError
from embedded.platform import workers_and_gateway
from embedded.sign_in.__main__ import provider
from embedded.sign_in.local import is_local, local_issuer, redirect_uris, with_local_sign_in

OWN = "https://login.example.com"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, oidc_issuer=None, database_url=SecretStr("postgresql://db/holdfast"))


def test_without_a_provider_the_local_one_is_used_and_started(settings: Settings) -> None:
    local = with_local_sign_in(settings)
    assert local.oidc_issuer == local_issuer(settings) == "http://127.0.0.1:8081"
    assert local.oidc_client_secret is not None
    assert local.oidc_client_secret != with_local_sign_in(settings).oidc_client_secret
    assert [part.name for part in workers_and_gateway(1)(local)] == ["worker-1", "sign-in", "gateway"]
    assert provider(local).issuer == local.oidc_issuer


def test_with_a_provider_of_ones_own_it_is_neither(settings: Settings) -> None:
    own = settings.model_copy(update={"oidc_issuer": OWN})
    assert with_local_sign_in(own) is own
    assert not is_local(own)
    assert [part.name for part in workers_and_gateway(1)(own)] == ["worker-1", "gateway"]


@pytest.mark.parametrize("issuer", [None, OWN])
def test_it_does_not_run_for_another_provider(settings: Settings, issuer: str | None) -> None:
    with pytest.raises(InvalidInputError, match="make up"):
        provider(settings.model_copy(update={"oidc_issuer": issuer}))


def test_it_leads_back_to_this_machines_console_alone(settings: Settings) -> None:
    assert redirect_uris(settings) == (
        "http://127.0.0.1:8080/console/sign-in/callback",
        "http://localhost:8080/console/sign-in/callback",
    )
    public = settings.model_copy(update={"public_url": "https://tunnel.example/"})
    assert redirect_uris(public)[-1] == "https://tunnel.example/console/sign-in/callback"
