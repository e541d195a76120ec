"""OAuth 2 access tokens for a mailbox (RFC 6749), kept in memory until shortly before they expire."""

import asyncio
import re
import ssl
import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import httpx
from pydantic import Field, SecretStr, ValidationError

from domain.errors import CredentialsError, HoldfastError, RateLimitedError, UnavailableError
from domain.model import Frozen
from integrations.channels.email.settings import OAuthClient

MARGIN_SECONDS = 300
DEFAULT_SECONDS = 600
SECONDS = re.compile(r"[0-9]{1,6}")
TRY_LATER_CODES = frozenset({"temporarily_unavailable", "server_error"})
REASONS = {
    "invalid_client": "it does not accept the app: check HOLDFAST_EMAIL_OAUTH_CLIENT_ID, and that "
    "HOLDFAST_EMAIL_OAUTH_CLIENT_SECRET is the secret's value and has not expired",
    "invalid_grant": "the consent is missing, has expired or was withdrawn: let the mailbox's owner consent again and "
    "set the new HOLDFAST_EMAIL_OAUTH_REFRESH_TOKEN",
    "invalid_scope": "it does not know the scope: check HOLDFAST_EMAIL_OAUTH_SCOPE",
    "unauthorized_client": "the app may not sign in like this: check HOLDFAST_EMAIL_OAUTH_CLIENT_ID and the tenant in "
    "HOLDFAST_EMAIL_OAUTH_TOKEN_URL",
    "unsupported_grant_type": "it may want a refresh token: set HOLDFAST_EMAIL_OAUTH_REFRESH_TOKEN",
}
OTHER_REASON = "check HOLDFAST_EMAIL_OAUTH_TOKEN_URL and the app's settings at the provider"
NO_TOKEN = "Something that is not a token endpoint answered: check HOLDFAST_EMAIL_OAUTH_TOKEN_URL."  # noqa: S105


class Granted(Frozen):
    """What the endpoint answers. Only visible ASCII is a token (RFC 6750, 2.1)."""

    access_token: str = Field(pattern=r"^[\x21-\x7e]+$", repr=False)
    token_type: str = Field("Bearer", pattern="^(?i:bearer)$")
    expires_in: int = Field(DEFAULT_SECONDS, ge=0)
    refresh_token: SecretStr | None = None


class Refused(Frozen):
    """OAuth's error code; its description is dropped, since it may name accounts."""

    error: str = Field(pattern="^[a-z_]{1,40}$")


class Kept(NamedTuple):
    """A token, and until when by our clock it is used."""

    token: str
    until: float


class AccessTokens:
    """One token for all who sign in, and one request for it at a time. `clock` counts seconds.

    Where the endpoint replaces the refresh token, the newest one is kept as long as the process lives.
    """

    def __init__(
        self,
        client: OAuthClient,
        trust: ssl.SSLContext,
        timeout_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._trust = trust
        self._timeout_seconds = timeout_seconds
        self._clock = clock
        self._refresh_token = client.refresh_token
        self._kept: Kept | None = None
        self._asking: asyncio.Task[str] | None = None

    async def token(self, *, refused: str | None = None) -> str:
        """A token that is good for some time, other than one that was refused. Raises domain errors only."""
        kept = self._kept
        if kept and kept.token != refused and self._clock() < kept.until:
            return kept.token
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
            self._asking.add_done_callback(self._asked)
        # Whoever gives up waiting does not take the answer from the others.
        return await asyncio.shield(self._asking)

    def _asked(self, task: asyncio.Task[str]) -> None:
        self._asking = None

    async def _ask(self) -> str:
        asked_at = self._clock()
        response = await self._post()
        if not response.is_success:
            raise _refusal(response)
        try:
            granted = Granted.model_validate_json(response.content)
        except ValidationError:
            raise UnavailableError(NO_TOKEN) from None
        self._refresh_token = granted.refresh_token or self._refresh_token
        good_for = max(granted.expires_in - MARGIN_SECONDS, granted.expires_in / 2)
        self._kept = Kept(granted.access_token, asked_at + good_for)
        return granted.access_token

    async def _post(self) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client.client_id,
            "client_secret": self._client.client_secret.get_secret_value(),
            "scope": self._client.scope,
        }
        if self._refresh_token:
            form |= {"grant_type": "refresh_token", "refresh_token": self._refresh_token.get_secret_value()}
        try:
            async with httpx.AsyncClient(verify=self._trust, timeout=self._timeout_seconds) as http:
                return await http.post(self._client.token_url, data=form)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise UnavailableError(
                    "The token endpoint's certificate is not trusted. Check the host name in "
                    "HOLDFAST_EMAIL_OAUTH_TOKEN_URL, or set HOLDFAST_EMAIL_CA_FILE."
                ) from None
            raise UnavailableError(
                "The token endpoint does not answer. Check HOLDFAST_EMAIL_OAUTH_TOKEN_URL and the network."
            ) from None


def _refusal(response: httpx.Response) -> HoldfastError:
    status, stated = response.status_code, response.headers.get("retry-after", "")
    wait = timedelta(seconds=int(stated)) if SECONDS.fullmatch(stated) else None
    try:
        code = Refused.model_validate_json(response.content).error
    except ValidationError:
        code = ""
    if status == 429:
        return RateLimitedError("The token endpoint asks us to slow down (HTTP 429).", retry_after=wait)
    if status >= 500 or status == 408 or code in TRY_LATER_CODES:
        return UnavailableError(f"The token endpoint has a problem of its own (HTTP {status}).", retry_after=wait)
    where = f"HTTP {status}, {code}" if code else f"HTTP {status}"
    reason = REASONS.get(code, OTHER_REASON)
    return CredentialsError(f"The token endpoint grants no access token ({where}): {reason}.")
