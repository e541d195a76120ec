"""Proving an identity by a one-time code that goes to an address which the CRM knows already."""

import hashlib
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Literal

from domain.conversation.messages import CustomerMessage
from domain.conversation.turn import ContactIdentity
from domain.model import Frozen
from domain.specification.organisation import ChannelKind

CODE_LIFETIME = timedelta(minutes=10)
ATTEMPTS = 5
MASK = "••••••"
MAX_TRIED_AT_ONCE = 3
HASH_ROUNDS = 50_000
_CODE = re.compile(r"(?<!\d)(\d{3})[ -]?(\d{3})(?!\d)")

Holds = Literal["right", "wrong", "none"]
Verdict = Literal["right", "wrong", "none", "expired", "failed"]
"""none: no code was written. expired, failed: this check proves nothing any more."""


class IdentityCheck(Frozen):
    """A code that was sent; `address` is masked, so that it tells nothing to whoever does not know it."""

    check_id: str
    address: str
    until: datetime


class SendIdentityCodeInput(Frozen):
    """`check_id` is the idempotency key; `customer_id` who the customer claims to be, `source` the CRM that knows."""

    organisation: str
    conversation_id: str
    spec_hash: str
    check_id: str
    channel: ChannelKind
    customer_id: str | None
    source: str
    expected_revision: int


class SentIdentityCode(Frozen):
    """No check: the conversation had moved on (`refused`), or there is no way to prove anything (`impossible`)."""

    status: Literal["sent", "refused", "impossible"]
    check: IdentityCheck | None = None


class AnswerIdentityCheckInput(Frozen):
    """`messages` are not recorded yet; they are recorded with the code masked."""

    organisation: str
    conversation_id: str
    check_id: str
    revision: int
    messages: tuple[CustomerMessage, ...]


class IdentityAnswer(Frozen):
    verdict: Verdict


def hash_of(code: str, salt: bytes) -> bytes:
    """What is kept of a code; slow, because there are only a million codes."""
    return hashlib.pbkdf2_hmac("sha256", code.encode(), salt, HASH_ROUNDS)


def codes_in(texts: Iterable[str]) -> list[str]:
    """Numbers of six digits, such as 123456, 123 456 or 123-456: the last ones, as many as one may try at once."""
    codes = ["".join(found.groups()) for text in texts for found in _CODE.finditer(text)]
    return codes[-MAX_TRIED_AT_ONCE:]


def masked(text: str, right: Collection[str]) -> str:
    """The text without the code; without a wrong one too where it says nothing else, for that may be nearly right."""
    if _CODE.fullmatch(text.strip()):
        return MASK
    return _CODE.sub(lambda found: MASK if "".join(found.groups()) in right else found[0], text)


def without_codes(texts: Sequence[str]) -> Sequence[str]:
    """Those of the texts that say more than a code."""
    return [text for text in texts if text.strip() != MASK] or texts


def ways_for_code(contact: ContactIdentity, channels: Collection[ChannelKind]) -> list[tuple[ChannelKind, str]]:
    """By which of the organisation's channels a code may go to the contact, and to which address, the best first."""
    ways = (("email", contact.email), ("sms", contact.phone))
    return [(channel, to) for channel, to in ways if to and channel in channels]


def masked_address(address: str) -> str:
    """An email address as `a…@v…`, a phone number as `…56`."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}…@{domain[:1]}…" if at else f"…{address[-2:]}"
