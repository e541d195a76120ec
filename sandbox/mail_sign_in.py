"""OAuth 2 at the mail stand-in: an app, the access tokens that it is granted, and SASL XOAUTH2 for SMTP and IMAP."""

import base64
import binascii
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiosmtpd.smtp import MISSING, SMTP, AuthResult
from pymap.exceptions import InvalidAuth
from pysasl.creds.server import ServerCredentials
from pysasl.exception import InvalidResponse
from pysasl.mechanism import ChallengeResponse, ServerChallenge, ServerMechanism

LASTING_SECONDS = 3599
TOKEN_BYTES = 1200
MAX_AUTH_BYTES = 12_288
RESPONSE = re.compile(rb"user=([^\x01]+)\x01auth=Bearer ([\x21-\x7e]+)\x01\x01")
REFUSAL = b'{"status":"400","schemes":"Bearer","scope":"https://mail.techflow.example/"}'


class GrantError(Exception):
    """A refused request for a token, with OAuth's error code and the HTTP status."""

    def __init__(self, error: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.status = error, status


@dataclass
class App:
    """An app that may use the mailbox, by itself and for the owner who consented."""

    client_id: str = "5c1f0d3e-stand-in"
    client_secret: str = "app-secret-stand-in"  # noqa: S105
    scope: str = "https://mail.techflow.example/.default"
    refresh_token: str = "1//refresh-token-stand-in"  # noqa: S105
    consented: bool = True


class Grants:
    """Who was granted what. With `rotates` a refresh token serves once, and brings the next. `clock` is in seconds."""

    def __init__(self, user: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.user = user
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        self.app = App()
        self.rotates = False
        self.lasting_seconds = LASTING_SECONDS
        self.issued = 0
        self._ends_at: dict[str, float] = {}

    def expire(self) -> None:
        """Every access token ends at once."""
        self._ends_at.clear()

    def withdraw(self) -> None:
        """The owner takes the consent back."""
        self.app.consented = False
        self.expire()

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to an accepted request (RFC 6749, 4.4 and 6). Raises GrantError."""
        app = self.app
        if (form.get("client_id"), form.get("client_secret")) != (app.client_id, app.client_secret):
            raise GrantError("invalid_client", 401)
        match form.get("grant_type"):
            case "client_credentials":
                known = {"grant_type", "client_id", "client_secret", "scope"}
            case "refresh_token":
                known = {"grant_type", "client_id", "client_secret", "scope", "refresh_token"}
                if form.get("refresh_token") != app.refresh_token:
                    raise GrantError("invalid_grant")
            case _:
                raise GrantError("unsupported_grant_type")
        if form.keys() != known:
            raise GrantError("invalid_request")
        if form["scope"] != app.scope:
            raise GrantError("invalid_scope")
        if not app.consented:
            raise GrantError("invalid_grant")
        return self._granted("refresh_token" in form)

    def _granted(self, by_refresh_token: bool) -> dict[str, Any]:
        self.issued += 1
        token = f"eyJ{secrets.token_urlsafe(TOKEN_BYTES)}"
        self._ends_at[token] = self._clock() + self.lasting_seconds
        answer = {
            "token_type": "Bearer",
            "expires_in": self.lasting_seconds,
            "access_token": token,
            "scope": self.app.scope,
        }
        if by_refresh_token and self.rotates:
            self.app.refresh_token = f"1//{secrets.token_urlsafe(40)}"
            answer["refresh_token"] = self.app.refresh_token
        return answer

    def admits(self, response: bytes) -> bool:
        """Whether a client's XOAUTH2 response has the mailbox's user and a token that is good."""
        found = RESPONSE.fullmatch(response)
        if not found or found[1] != self.user.encode():
            return False
        return self._clock() < self._ends_at.get(found[2].decode(), 0)


class BearerSubmission(SMTP):
    """An SMTP server with AUTH XOAUTH2: a refusal is a challenge first, which the client answers with an empty line."""

    grants: Grants
    line_length_limit = MAX_AUTH_BYTES

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        response = await self._initial(args)
        if response is None:
            return AuthResult(success=False)
        if self.grants.admits(response):
            return AuthResult(success=True)
        answer = await self.challenge_auth(REFUSAL)
        if answer is MISSING:
            return AuthResult(success=False)
        message = "501 5.5.4 An empty line was expected" if answer else "535 5.7.8 Username and token not accepted"
        return AuthResult(success=False, handled=False, message=message)

    async def _initial(self, args: list[str]) -> bytes | None:
        if len(args) == 1:
            answer = await self.challenge_auth("")
            return answer if isinstance(answer, bytes) else None
        try:
            return base64.b64decode(args[1], validate=True)
        except binascii.Error:
            await self.push("501 5.5.2 Can't decode base64")
            return None


class Bearer(ServerCredentials):
    """Somebody whose token was looked at already."""

    def __init__(self, user: str) -> None:
        self._user = user

    @property
    def authcid(self) -> str:
        return self._user

    @property
    def authzid(self) -> str:
        return self._user

    def verify(self, identity: object) -> bool:
        return True


class BearerMechanism(ServerMechanism):
    """AUTHENTICATE XOAUTH2, with the same challenge before a refusal."""

    def __init__(self, grants: Grants) -> None:
        super().__init__(b"XOAUTH2")
        self._grants = grants

    def server_attempt(self, responses: Sequence[ChallengeResponse]) -> tuple[Bearer, None]:
        if not responses:
            raise ServerChallenge(b"")
        if self._grants.admits(responses[0].response):
            return Bearer(self._grants.user), None
        if len(responses) == 1:
            raise ServerChallenge(REFUSAL)
        if responses[1].response:
            raise InvalidResponse
        raise InvalidAuth
