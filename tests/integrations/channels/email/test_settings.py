"""A mailbox has one way in: a password or OAuth."""

import pytest
from pydantic import ValidationError

from config.settings import read_vendor
from domain.errors import InvalidInputError
from integrations.adapters import Adapters
from integrations.channels.email.settings import EmailSettings, OAuthClient
from integrations.channels.registry import CHANNELS

SERVERS = {"address": "support@shop.example", "imap_host": "imap.shop.example", "smtp_host": "smtp.shop.example"}
OAUTH = {
    "oauth_token_url": "https://login.shop.example/token",
    "oauth_client_id": "app",
    "oauth_client_secret": "s3cret-of-the-app",
    "oauth_scope": "mail",
}


def test_a_password_or_oauth() -> None:
    assert EmailSettings.model_validate(SERVERS | {"password": "p"}).oauth is None
    client = EmailSettings.model_validate(SERVERS | OAUTH | {"oauth_refresh_token": "r"}).oauth
    assert isinstance(client, OAuthClient)
    assert (client.token_url, client.scope) == (OAUTH["oauth_token_url"], "mail")
    assert "s3cret" not in repr(client)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "set PASSWORD, or for OAuth OAUTH_TOKEN_URL, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_SCOPE"),
        ({"password": "p", **OAUTH}, "set the one or the other"),
        ({"password": "p", "oauth_refresh_token": "r"}, "set the one or the other"),
        ({"oauth_client_id": "app", "oauth_scope": "mail"}, "OAuth needs OAUTH_TOKEN_URL, OAUTH_CLIENT_SECRET too"),
        ({"oauth_refresh_token": "r"}, "OAuth needs OAUTH_TOKEN_URL, OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET"),
    ],
)
def test_neither_both_and_half_are_mistakes(given: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        EmailSettings.model_validate(SERVERS | given)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/token", "http://[::1]/token", "http://localhost/token"])
def test_the_token_endpoint_may_be_unencrypted_on_this_machine(url: str) -> None:
    assert EmailSettings.model_validate(SERVERS | OAUTH | {"oauth_token_url": url}).oauth is not None


@pytest.mark.parametrize(
    "url", ["http://login.shop.example/token", "http://127.0.0.1.shop.example/", "https://", "token", "http://[", ""]
)
def test_elsewhere_it_must_be_encrypted(url: str) -> None:
    with pytest.raises(ValidationError, match="oauth_token_url"):
        EmailSettings.model_validate(SERVERS | OAUTH | {"oauth_token_url": url})


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (SERVERS | OAUTH).items():
        monkeypatch.setenv(f"HOLDFAST_EMAIL_{name.upper()}", value)
    monkeypatch.setenv("HOLDFAST_EMAIL_PASSWORD", "")
    settings = read_vendor(EmailSettings, EmailSettings.prefix)
    assert settings is not None
    assert settings.oauth is not None
    assert "s3cret" not in repr(settings)


def test_a_mistake_is_told_without_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (SERVERS | OAUTH | {"password": "hunter2"}).items():
        monkeypatch.setenv(f"HOLDFAST_EMAIL_{name.upper()}", value)
    with pytest.raises(InvalidInputError) as raised:
        Adapters[object](CHANNELS, read_vendor)["email"]
    assert str(raised.value) == (
        "The settings HOLDFAST_EMAIL_… are wrong: PASSWORD and OAUTH_… are set: set the one or the other."
    )
