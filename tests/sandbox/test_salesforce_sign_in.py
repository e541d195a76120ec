"""The three OAuth flows of the Salesforce stand-in, as Salesforce answers and refuses them."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox.salesforce_sign_in import AUDIENCES, JWT_BEARER, App, SignIn, SignInError

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
INSTANCE = "https://holdfast.my.salesforce.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_KEY = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.fixture
def app() -> App:
    return App(public_key=PUBLIC_KEY)


@pytest.fixture
def sign_in(app: App) -> SignIn:
    return SignIn(app, lambda: NOW)


def client(app: App, **more: str) -> dict[str, str]:
    return {"client_id": app.consumer_key, "client_secret": app.consumer_secret, **more}


def by_client(app: App, **more: str) -> dict[str, str]:
    return client(app, grant_type="client_credentials", **more)


def by_password(app: App, **more: str) -> dict[str, str]:
    return client(app, grant_type="password", username=app.username, password=app.password) | more


def by_assertion(app: App, *, key: rsa.RSAPrivateKey = KEY, **changed: Any) -> dict[str, str]:
    expires = int((NOW + timedelta(minutes=3)).timestamp())
    claims = {"iss": app.consumer_key, "sub": app.username, "aud": AUDIENCES[0], "exp": expires, **changed}
    return {"grant_type": JWT_BEARER, "assertion": jwt.encode(claims, key, algorithm="RS256")}


def basic(key: str, secret: str) -> str:
    return f"Basic {base64.b64encode(f'{key}:{secret}'.encode()).decode()}"


@pytest.mark.parametrize("flow", [by_client, by_password, by_assertion])
def test_each_flow_opens_a_session(sign_in: SignIn, app: App, flow: Callable[[App], dict[str, str]]) -> None:
    answer = sign_in.token(flow(app), "", INSTANCE)
    assert answer["access_token"] in sign_in.sessions
    assert (answer["instance_url"], answer["token_type"], sign_in.opened) == (INSTANCE, "Bearer", 1)


def test_every_sign_in_opens_a_session_of_its_own_until_all_end(sign_in: SignIn, app: App) -> None:
    first, second = (sign_in.token(by_client(app), "", INSTANCE)["access_token"] for _ in range(2))
    assert sign_in.sessions == {first, second}
    sign_in.expire()
    assert (sign_in.sessions, sign_in.opened) == (set(), 2)
    sign_in.reset()
    assert sign_in.opened == 0


def test_an_answer_is_signed_with_the_apps_secret(sign_in: SignIn, app: App) -> None:
    answer = sign_in.token(by_client(app), "", INSTANCE)
    assert answer["issued_at"] == str(int(NOW.timestamp() * 1000))
    signed = f"{answer['id']}{answer['issued_at']}".encode()
    expected = hmac.new(app.consumer_secret.encode(), signed, hashlib.sha256).digest()
    assert base64.b64decode(answer["signature"]) == expected


def test_the_app_may_show_itself_in_the_header(sign_in: SignIn, app: App) -> None:
    form = {"grant_type": "client_credentials"}
    assert sign_in.token(form, basic(app.consumer_key, app.consumer_secret), INSTANCE)["access_token"]
    for header in (basic(app.consumer_key, "wrong"), "Basic ///", "Basic w6Q="):
        with pytest.raises(SignInError):
            sign_in.token(form, header, INSTANCE)
    assert sign_in.opened == 1


@pytest.mark.parametrize(
    ("flow", "changes", "error"),
    [
        (by_client, {"client_id": "other"}, "invalid_client_id"),
        (by_client, {"client_secret": "wrong"}, "invalid_client"),
        (by_client, {"client_secret": ""}, "invalid_client"),
        (by_password, {"client_id": ""}, "invalid_client_id"),
        (by_password, {"username": "other@example.com"}, "invalid_grant"),
        (by_password, {"password": "stand-in-password"}, "invalid_grant"),
        (by_client, {"grant_type": "authorization_code"}, "unsupported_grant_type"),
        (by_client, {"grant_type": ""}, "unsupported_grant_type"),
        (by_assertion, {"assertion": "no.token"}, "invalid_grant"),
        (by_assertion, {"assertion": ""}, "invalid_grant"),
    ],
)
def test_a_wrong_form_is_refused(
    sign_in: SignIn, app: App, flow: Callable[[App], dict[str, str]], changes: dict[str, str], error: str
) -> None:
    with pytest.raises(SignInError) as caught:
        sign_in.token(flow(app) | changes, "", INSTANCE)
    assert caught.value.error == error
    assert sign_in.sessions == set()


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": "other"}, "invalid_client_id"),
        ({"aud": "https://holdfast.my.salesforce.example"}, "invalid_grant"),
        ({"sub": "other@example.com"}, "invalid_grant"),
        ({"exp": int(NOW.timestamp()) - 1}, "invalid_grant"),
        ({"exp": 0}, "invalid_grant"),
    ],
)
def test_a_wrong_assertion_is_refused(sign_in: SignIn, app: App, claims: dict[str, Any], error: str) -> None:
    with pytest.raises(SignInError) as caught:
        sign_in.token(by_assertion(app, **claims), "", INSTANCE)
    assert caught.value.error == error


def test_an_assertion_is_good_for_both_kinds_of_organisation_and_to_its_last_second(sign_in: SignIn, app: App) -> None:
    for audience in AUDIENCES:
        form = by_assertion(app, aud=audience, exp=int(NOW.timestamp()))
        assert sign_in.token(form, "", INSTANCE)["access_token"]


def test_an_assertion_without_a_good_signature_is_refused(sign_in: SignIn, app: App) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    unsigned = {"grant_type": JWT_BEARER, "assertion": jwt.encode({"iss": app.consumer_key}, "", algorithm="none")}
    for form in (by_assertion(app, key=other), unsigned):
        with pytest.raises(SignInError, match=r"audience is invalid|invalid assertion"):
            sign_in.token(form, "", INSTANCE)
    app.public_key = None
    with pytest.raises(SignInError, match="invalid assertion"):
        sign_in.token(by_assertion(app), "", INSTANCE)


@pytest.mark.parametrize(
    ("attribute", "flow", "words"),
    [
        ("runs_as", by_client, "no client credentials user enabled"),
        ("approved", by_assertion, "user hasn't approved this consumer"),
    ],
)
def test_what_an_administrator_has_to_allow(
    sign_in: SignIn, app: App, attribute: str, flow: Callable[[App], dict[str, str]], words: str
) -> None:
    setattr(app, attribute, False)
    with pytest.raises(SignInError, match=words):
        sign_in.token(flow(app), "", INSTANCE)
