"""What all remote providers share: how we reach them, and how their failures become ours.

Their own texts are dropped, not chained: a provider's message may repeat what the customer wrote, or part of the key.
"""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from math import isfinite
from pathlib import Path

from pydantic import SecretStr

from domain.errors import (
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    ModelOutputError,
    PermanentError,
    RateLimitedError,
    UnavailableError,
)
from domain.model import Frozen
from integrations.authorities import trusting

MAX_WAIT_SECONDS = 24 * 3600
TRY_LATER_STATUSES = frozenset({408, 409, 499})
PLAIN_CODE = re.compile(r"[a-z_]{1,60}")


class ModelAccess(Frozen):
    """Where a provider is and what opens it. `ca_file` names an authority that is trusted beside the usual ones."""

    api_key: SecretStr | None = None
    base_url: str | None = None
    ca_file: Path | None = None

    def trust(self) -> ssl.SSLContext:
        return _trust(self.ca_file)


@cache
def _trust(ca_file: Path | None) -> ssl.SSLContext:
    """Reading the usual authorities takes longer than all else about a client."""
    try:
        return trusting(ca_file)
    except OSError:
        raise InvalidInputError(f"HOLDFAST_MODEL_CA_FILE: {ca_file} holds no certificates (PEM).") from None


@dataclass(frozen=True)
class Provider:
    """What error texts call a provider, and the settings that they point at."""

    name: str
    key_setting: str
    url_setting: str

    def key(self, access: ModelAccess) -> str:
        """Raises CredentialsError for a key that is missing, or cannot be one."""
        key = access.api_key.get_secret_value().strip() if access.api_key else ""
        if not key:
            text = f"{self.name} needs an API key: set {self.key_setting}, or use another model, such as `local`."
            raise CredentialsError(text)
        if not key.isascii() or not key.isprintable() or " " in key:
            raise CredentialsError(f"{self.key_setting} holds characters that no key has: copy the key again.")
        return key

    def url(self, access: ModelAccess, default: str = "") -> str:
        """Raises InvalidInputError for what is no address."""
        url = access.base_url or default
        if not url.startswith(("http://", "https://")):
            text = f"{self.url_setting} must be set to an address that starts with http:// or https://."
            raise InvalidInputError(text)
        return url

    def unreachable(self) -> UnavailableError:
        text = f"{self.name} cannot be reached, or hung up: check the network and {self.url_setting}."
        return UnavailableError(text)

    def cut(self) -> UnavailableError:
        return UnavailableError(f"{self.name} stopped in the middle of its answer. Nothing of it is used.")

    def check_stream(self, content_type: str) -> None:
        """Raises ModelOutputError for what is no stream of events, such as a proxy's login page."""
        if not content_type.startswith("text/event-stream"):
            raise self.rubbish()

    def rubbish(self) -> ModelOutputError:
        return ModelOutputError(f"{self.name} sent something that is no answer of a model: check {self.url_setting}.")

    def refused(self, status: int, headers: Mapping[str, str], model: str, code: str = "") -> HoldfastError:
        """What an error response means for us; `code` is the provider's own short name for it."""
        if status in {401, 403, 498}:
            return CredentialsError(f"{self.name} refused our key (HTTP {status}): check {self.key_setting}.")
        if status == 402 or code == "insufficient_quota":
            text = f"The account behind {self.key_setting} has no quota left: check its plan and billing."
            return CredentialsError(text)
        if status == 404:
            text = f"{self.name} has no model {model!r} for us (HTTP 404): check `model` in the specification, and"
            return InvalidInputError(f"{text} {self.url_setting}.")
        wait = retry_after(headers, datetime.now(UTC))
        if status == 429:
            return RateLimitedError(f"{self.name} asks us to slow down (HTTP 429).", retry_after=wait)
        if status >= 500 or status in TRY_LATER_STATUSES:
            return UnavailableError(f"{self.name} has a problem of its own (HTTP {status}).", retry_after=wait)
        known = f", {code}" if PLAIN_CODE.fullmatch(code) else ""
        text = f"{self.name} does not accept the request (HTTP {status}{known}): check `model` in the specification."
        return PermanentError(text)


@contextmanager
def reading(provider: Provider) -> Iterator[None]:
    """Around a vendor's stream: its clients take events as they come, unchecked, so that rubbish shows only in use."""
    try:
        yield
    except (ValueError, TypeError, AttributeError, LookupError, RuntimeError):
        raise provider.rubbish() from None


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """One deadline for all rounds, so that a server that drips cannot stretch it as it could with a read timeout."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise UnavailableError(f"The model did not answer within {seconds:g} seconds.") from None


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long the server asks us to wait: `retry-after-ms`, or `retry-after` in seconds or as an HTTP date."""
    milliseconds = _number(headers.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _wait(milliseconds / 1000)
    stated = headers.get("retry-after", "")
    seconds = _number(stated)
    if seconds is not None:
        return _wait(seconds)
    try:
        date = parsedate_to_datetime(stated)
    except ValueError:
        return None
    return _wait((date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _wait(seconds: float) -> timedelta:
    return timedelta(seconds=min(max(seconds, 0.0), MAX_WAIT_SECONDS))
