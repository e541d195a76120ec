"""Proving an identity: checks by a one-time code, of which only a salted hash is kept."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime

from domain.conversation.turn import ContactIdentity
from domain.delivery.inbound import Address
from domain.errors import NotFoundError
from domain.identity.check import (
    CODE_LIFETIME,
    AnswerIdentityCheckInput,
    Holds,
    IdentityCheck,
    SendIdentityCodeInput,
    Verdict,
)
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from storage.database import Database
from storage.views import Notification

ClaimStatus = Literal["claimed", "in_doubt", "sent", "refused", "too_many"]


class HashedCode(Frozen):
    """A code as it is kept."""

    salt: bytes
    code_hash: bytes


class CodeDestination(Frozen):
    """How a code reaches its contact: by an address that the CRM knew before."""

    channel: ChannelKind
    to: str
    masked: str
    contact: ContactIdentity


class CodeAttempt(Frozen):
    """Where a code was tried last: the address of the customer's own thread, empty for a new one."""

    channel: ChannelKind
    address: Address
    claimed_at: AwareDatetime


class IdentityRepository:
    """Each change locks the conversation, as every other one does."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(
        self, input: SendIdentityCodeInput, destination: CodeDestination, code: HashedCode, now: datetime
    ) -> ClaimStatus:
        """Claim the sending of a code. Refused when the conversation has moved on or belongs to a person."""
        status: ClaimStatus = await self._database.fetchval(
            "SELECT claim_identity_check($1, $2, $3, $4, $5, $6, $7, $8)",
            input,
            destination.contact,
            destination.channel,
            destination.masked,
            code.salt,
            code.code_hash,
            CODE_LIFETIME,
            now,
        )
        return status

    async def replace_code(self, check_id: str, destination: CodeDestination, code: HashedCode) -> None:
        """Another code counts from now on, because the one before reached nobody; it may go to another address."""
        await self._database.fetchval(
            "UPDATE identity_checks SET sent_by = $2, address = $3, salt = $4, code_hash = $5, "
            "thread = thread_for_code(conversation_id, $2, $6) WHERE check_id = $1 AND state = 'claimed'",
            check_id,
            destination.channel,
            destination.masked,
            code.salt,
            code.code_hash,
            destination.contact,
        )

    async def complete(self, check_id: str, now: datetime) -> None:
        """The code has left; its lifetime begins."""
        await self._database.fetchval("SELECT complete_identity_check($1, $2, $3)", check_id, CODE_LIFETIME, now)

    async def check(self, check_id: str) -> IdentityCheck | None:
        """A check whose code has left."""
        row = await self._database.fetchrow(
            "SELECT check_id, address, expires_at AS until FROM identity_checks "
            "WHERE check_id = $1 AND state <> 'claimed'",
            check_id,
        )
        return IdentityCheck.model_validate(dict(row)) if row else None

    async def hashed_code(self, check_id: str) -> HashedCode | None:
        row = await self._database.fetchrow("SELECT salt, code_hash FROM identity_checks WHERE check_id = $1", check_id)
        return HashedCode.model_validate(dict(row)) if row else None

    async def attempt(self, check_id: str) -> CodeAttempt:
        """Where the code of a check was tried last, which stays so while its customer writes elsewhere."""
        row = await self._database.fetchrow(
            "SELECT k.sent_by AS channel, coalesce(t.address, '{}') AS address, k.created_at AS claimed_at "
            "FROM identity_checks k JOIN conversations c USING (conversation_id) LEFT JOIN channel_threads t "
            "ON (t.organisation, t.channel, t.thread) = (c.organisation, k.sent_by, k.thread) WHERE check_id = $1",
            check_id,
        )
        if row is None:
            raise NotFoundError("There is no such identity check.")
        return CodeAttempt.model_validate(dict(row))

    async def is_opted_out(self, organisation: str, channel: ChannelKind, to: str) -> bool:
        """Whether this address wants no messages by this channel; it may have said so in another conversation."""
        stopped: bool = await self._database.fetchval(
            "SELECT EXISTS (SELECT FROM channel_threads "
            "WHERE organisation = $1 AND channel = $2 AND lower(address->>'to') = lower($3) AND opted_out)",
            organisation,
            channel,
            to,
        )
        return stopped

    async def answer(self, input: AnswerIdentityCheckInput, holds: Holds, now: datetime) -> Verdict:
        """Record the messages and count what they hold; with the right code the customer is proved from now on."""
        answered = Notification(kind="message", conversation_id=input.conversation_id)
        row = await self._database.call(
            answered, "SELECT answer_identity_check($1, $2, $3) AS verdict", input, holds, now
        )
        verdict: Verdict = row["verdict"]
        return verdict
