"""What every adapter of Slack does with its Web API: errors become ours, signatures are checked, scopes are told."""

import logging
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import Clock, SignatureVerifier

from domain.errors import (
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from integrations.channels.base import ForgedRequestError, WebhookRequest
from integrations.checks import Finding

REPLAY_SECONDS = 300
SECONDS = re.compile(r"[0-9]{1,11}")
CREDENTIAL_CODES = frozenset(
    {
        "access_denied",
        "account_inactive",
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)
PASSING_CODES = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable", ""})
REMEDIES = {
    "channel_not_found": "invite the app to the channel",
    "is_archived": "the channel is archived, so nobody can be answered there",
    "missing_scope": "add the scope under OAuth & Permissions and install the app again",
    "not_in_channel": "invite the app to the channel",
}
QUIET = logging.getLogger("holdfast.slack")
QUIET.setLevel(logging.WARNING)


def verify_signature(request: WebhookRequest, secret: str, setting: str) -> None:
    """Slack's signature over time and raw body, at most five minutes old. Raises ForgedRequestError."""
    stated, signature = request.header("x-slack-request-timestamp"), request.header("x-slack-signature")
    if not SECONDS.fullmatch(stated) or not signature.isascii():
        raise ForgedRequestError("The request carries no usable X-Slack-Request-Timestamp and X-Slack-Signature.")
    arrived = request.received_at.timestamp()
    if abs(arrived - int(stated)) > REPLAY_SECONDS:
        raise ForgedRequestError("The request was signed more than five minutes ago: check the clock if it is new.")
    try:
        valid = SignatureVerifier(secret, _ClockAt(arrived)).is_valid(request.body, stated, signature)
    except UnicodeDecodeError:
        valid = False
    if not valid:
        raise ForgedRequestError(f"The signature is wrong: check {setting}.")


class _ClockAt(Clock):
    """The moment at which a request arrived, so that a check of it depends on nothing else."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def now(self) -> float:
        return self._seconds


def scope_finding(scope: str, granted: Collection[str], scopes: Mapping[str, str]) -> Finding:
    if scope in granted:
        return Finding(name=scope, ok=True, detail=f"May {scopes[scope]}.")
    return Finding(name=scope, ok=False, detail=f"Cannot {scopes[scope]}: {REMEDIES['missing_scope']}.")


@contextmanager
def domain_errors(token: str) -> Iterator[None]:
    """Foreign errors quote the whole request; ours name Slack's code and no customer. `token` is its variable."""
    try:
        yield
    except SlackApiError as error:
        raise _refusal(error.response, token) from None
    except (aiohttp.ClientError, TimeoutError):
        raise UnavailableError("Slack cannot be reached, or it hung up: check the network.") from None


def _refusal(response: Any, token: str) -> HoldfastError:
    """The error of an answer of slack_sdk, or, where the answer was no JSON, of aiohttp."""
    status = getattr(response, "status_code", None) or response.status
    data = getattr(response, "data", None)
    code = str(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code == "ratelimited":
        seconds = response.headers.get("Retry-After", "")
        wait = timedelta(seconds=int(seconds)) if SECONDS.fullmatch(seconds) else None
        return RateLimitedError("Slack asks us to slow down (HTTP 429).", retry_after=wait)
    if status >= 500 or code in PASSING_CODES:
        return UnavailableError(f"Slack has a problem of its own (HTTP {status}{code and ', '}{code}).")
    if status in (401, 403) or code in CREDENTIAL_CODES:
        needed = f" {data['needed']}" if isinstance(data, dict) and "needed" in data else ""
        remedy = REMEDIES.get(code, f"check {token}")
        return CredentialsError(f"Slack refused our token ({code}{needed}): {remedy}.")
    if code == "message_not_found":
        return NotFoundError("The message is not in Slack any more.")
    return InvalidInputError(f"Slack does not accept the request ({code}): {REMEDIES.get(code, 'see docs.slack.dev')}.")
