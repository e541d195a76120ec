"""The sign-in of a Salesforce organisation: three OAuth flows of one app, and the sessions that they open."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from jwt.types import Options

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")
ORGANISATION_ID = "00DHf000000000AMAQ"
USER_ID = "005Hf000000000AMAQ"


class SignInError(Exception):
    """A refused sign-in, with OAuth's error code."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass
class App:
    """A connected app and the one user who may use it. `public_key` (PEM) is that of its certificate."""

    consumer_key: str = "3MVG9standin"
    consumer_secret: str = "stand-in-secret"  # noqa: S105
    username: str = "integration@example.com"
    password: str = "stand-in-password" + "stand-in-security-token"
    public_key: str | None = None
    runs_as: bool = True
    approved: bool = True


class SignIn:
    """Opens sessions and knows the open ones."""

    def __init__(self, app: App, now: Callable[[], datetime]) -> None:
        self.app = app
        self._now = now
        self.sessions: set[str] = set()
        self.opened = 0

    def expire(self) -> None:
        """End every session at once."""
        self.sessions.clear()

    def reset(self) -> None:
        self.expire()
        self.opened = 0

    def token(self, form: Mapping[str, str], authorization: str, instance_url: str) -> dict[str, Any]:
        """The answer to an accepted sign-in. Raises SignInError."""
        match form.get("grant_type"):
            case "client_credentials":
                self._check_client(*_basic(authorization, form))
                if not self.app.runs_as:
                    raise SignInError("invalid_grant", "no client credentials user enabled")
            case "password":
                self._check_client(form.get("client_id", ""), form.get("client_secret", ""))
                if (form.get("username"), form.get("password")) != (self.app.username, self.app.password):
                    raise SignInError("invalid_grant", "authentication failure")
            case grant if grant == JWT_BEARER:
                self._check_assertion(form.get("assertion", ""))
            case _:
                raise SignInError("unsupported_grant_type", "grant type not supported")
        return self._opened(instance_url)

    def _check_client(self, key: str, secret: str) -> None:
        if key != self.app.consumer_key:
            raise SignInError("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(secret.encode(), self.app.consumer_secret.encode()):
            raise SignInError("invalid_client", "invalid client credentials")

    def _check_assertion(self, assertion: str) -> None:
        try:
            claims = jwt.decode(assertion, options={"verify_signature": False})
        except jwt.PyJWTError:
            raise SignInError("invalid_grant", "invalid assertion") from None
        if claims.get("iss") != self.app.consumer_key:
            raise SignInError("invalid_client_id", "client identifier invalid")
        if claims.get("aud") not in AUDIENCES:
            raise SignInError("invalid_grant", "audience is invalid")
        if not self._is_signed(assertion) or int(claims.get("exp", 0)) < self._now().timestamp():
            raise SignInError("invalid_grant", "invalid assertion")
        if claims.get("sub") != self.app.username or not self.app.approved:
            raise SignInError("invalid_grant", "user hasn't approved this consumer")

    def _is_signed(self, assertion: str) -> bool:
        try:
            unchecked: Options = {"verify_exp": False, "verify_aud": False}
            jwt.decode(assertion, self.app.public_key or "", algorithms=["RS256"], options=unchecked)
        except (jwt.PyJWTError, ValueError):
            return False
        return True

    def _opened(self, instance_url: str) -> dict[str, Any]:
        self.opened += 1
        token = f"{ORGANISATION_ID[:15]}!{secrets.token_urlsafe(48)}"
        self.sessions.add(token)
        identity = f"https://login.salesforce.com/id/{ORGANISATION_ID}/{USER_ID}"
        issued_at = f"{self._now().timestamp() * 1000:.0f}"
        key = self.app.consumer_secret.encode()
        signature = base64.b64encode(hmac.digest(key, (identity + issued_at).encode(), hashlib.sha256)).decode()
        return {
            "access_token": token,
            "signature": signature,
            "scope": "api",
            "instance_url": instance_url,
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued_at,
        }


def _basic(authorization: str, form: Mapping[str, str]) -> tuple[str, str]:
    """Key and secret from the header, or from the form."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        key, _, secret = base64.b64decode(encoded).decode().partition(":")
    except ValueError:
        raise SignInError("invalid_client", "invalid client credentials") from None
    return key, secret
