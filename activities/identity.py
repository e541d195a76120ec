"""Proving who a customer is: a one-time code to an address that the CRM knew before, and what they write back."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from temporalio import activity

from activities.heartbeats import heartbeats
from activities.tools import LoadVersion
from domain.conversation.messages import Author
from domain.conversation.turn import ContactIdentity
from domain.errors import NotFoundError
from domain.identity.check import (
    AnswerIdentityCheckInput,
    Holds,
    IdentityAnswer,
    SendIdentityCodeInput,
    SentIdentityCode,
    codes_in,
    hash_of,
    masked,
    masked_address,
    ways_for_code,
)
from domain.specification.organisation import ChannelKind, OrganisationSpec
from integrations.channels.base import Channel, OutboundMessage
from integrations.crm.base import Crm, CustomerReference
from storage.customers import CustomerRepository
from storage.identity import CodeAttempt, CodeDestination, HashedCode, IdentityRepository

IMPOSSIBLE = SentIdentityCode(status="impossible")


class IdentityActivities:
    """No workflow ever sees a code: it is made here, hashed here and goes into the outgoing message alone."""

    def __init__(
        self,
        checks: IdentityRepository,
        customers: CustomerRepository,
        crms: Mapping[str, Crm],
        channels: Mapping[ChannelKind, Channel],
        load_version: LoadVersion,
    ) -> None:
        self._checks = checks
        self._customers = customers
        self._crms = crms
        self._channels = channels
        self._load_version = load_version
        self._codes: dict[str, str] = {}

    @activity.defn
    async def send_identity_code(self, input: SendIdentityCodeInput) -> SentIdentityCode:
        """Send a code to the one contact that fits what the customer claims, by email or else by SMS.

        Not to an address that wants no messages: then by the other channel, or by none.
        A further attempt in this process sends the same code; after a crash another one replaces a code of which the
        channel knows nothing.
        """
        sent = await self._checks.check(input.check_id)
        if sent is not None:
            return SentIdentityCode(status="sent", check=sent)
        specification = (await self._load_version(input.spec_hash)).specification
        destination = await self._destination(input, specification)
        if destination is None:
            return IMPOSSIBLE
        code = self._codes.setdefault(input.check_id, f"{secrets.randbelow(10**6):06}")
        claimed = await self._checks.claim(input, destination, _hashed(code), datetime.now(UTC))
        if claimed in {"refused", "too_many"}:
            return SentIdentityCode(status="refused") if claimed == "refused" else IMPOSSIBLE
        async with heartbeats():
            await self._send(input, destination, code, specification, may_have_left=claimed == "in_doubt")
        await self._checks.complete(input.check_id, datetime.now(UTC))
        self._codes.pop(input.check_id, None)
        return SentIdentityCode(status="sent", check=await self._checks.check(input.check_id))

    @activity.defn
    async def answer_identity_check(self, input: AnswerIdentityCheckInput) -> IdentityAnswer:
        """Compare what the customer wrote with the code, and record it with the code masked."""
        hashed_code = await self._checks.hashed_code(input.check_id)
        if hashed_code is None:
            raise NotFoundError("There is no such identity check.")

        def is_right(code: str) -> bool:
            return hmac.compare_digest(hash_of(code, hashed_code.salt), hashed_code.code_hash)

        tried = codes_in(message.text for message in input.messages)
        right = {code for code in tried if is_right(code)}
        holds: Holds = "right" if right else "wrong" if tried else "none"
        messages = tuple(one.model_copy(update={"text": masked(one.text, right)}) for one in input.messages)
        recorded = input.model_copy(update={"messages": messages})
        return IdentityAnswer(verdict=await self._checks.answer(recorded, holds, datetime.now(UTC)))

    async def _destination(
        self, input: SendIdentityCodeInput, specification: OrganisationSpec
    ) -> CodeDestination | None:
        contact = await self._contact(input)
        if contact is None:
            return None
        for channel, to in ways_for_code(contact, specification.channels):
            if not await self._checks.is_opted_out(input.organisation, channel, to):
                return CodeDestination(channel=channel, to=to, masked=masked_address(to), contact=contact)
        return None

    async def _contact(self, input: SendIdentityCodeInput) -> ContactIdentity | None:
        """Of the one contact that fits what was claimed; the facts are not looked at."""
        claimed = await self._customers.get(input.customer_id) if input.customer_id else None
        if claimed is None:
            return None
        reference = CustomerReference(
            contact_id=claimed.contact_id, email=claimed.email, phone=claimed.phone, verified=True
        )
        found = await self._crms[input.source].fetch_customer_context(input.organisation, reference, {})
        return found.contact if found.matches == 1 else None

    async def _send(
        self,
        input: SendIdentityCodeInput,
        destination: CodeDestination,
        code: str,
        specification: OrganisationSpec,
        *,
        may_have_left: bool,
    ) -> None:
        """What is in doubt is looked for where it was tried, even if it is to go elsewhere now."""
        contact = destination.contact
        if may_have_left:
            tried = await self._checks.attempt(input.check_id)
            if await self._channels[tried.channel].find_sent(_message(input, tried, contact, code, specification)):
                return
            await self._checks.replace_code(input.check_id, destination, _hashed(code))
        attempt = await self._checks.attempt(input.check_id)
        await self._channels[attempt.channel].send(_message(input, attempt, contact, code, specification))


def _message(
    input: SendIdentityCodeInput,
    attempt: CodeAttempt,
    contact: ContactIdentity,
    code: str,
    specification: OrganisationSpec,
) -> OutboundMessage:
    """In the customer's own thread, where they wrote by the same channel from the known address; else in a new one."""
    thread = base64.b32encode(hashlib.sha256(input.check_id.encode()).digest()).decode()[:16].lower()
    to = contact.email if attempt.channel == "email" else contact.phone
    return OutboundMessage(
        idempotency_key=input.check_id,
        conversation_id=input.conversation_id,
        author=Author.SYSTEM,
        kind="notice",
        text=specification.wording.code.replace("{code}", code),
        address=attempt.address or {"to": to, "subject": specification.name, "thread": thread},
        claimed_at=attempt.claimed_at,
    )


def _hashed(code: str) -> HashedCode:
    salt = secrets.token_bytes(16)
    return HashedCode(salt=salt, code_hash=hash_of(code, salt))
