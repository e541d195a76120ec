"""Messages on their way out: claimed first, so that each leaves once, and only while the conversation allows it."""

from datetime import datetime, timedelta

import asyncpg

from domain.conversation.activity_models import DeliveredMessage, DeliverMessageInput, EscalateConversationInput
from domain.conversation.routing import Candidates
from domain.delivery.inbound import Address
from storage.attachments import AttachmentRepository
from storage.database import Database
from storage.suggesting import Suggesting
from storage.views import Claim, Notification, StoredAttachment

LEASE = timedelta(seconds=15)
"""How long an attempt to send may last, at most; longer than any adapter is given."""


class DeliveryRepository:
    """The claim compares revision and owner under the lock that every change of either takes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._suggesting = Suggesting(database)
        self._attachments = AttachmentRepository(database)

    async def claim(self, input: DeliverMessageInput, now: datetime) -> Claim:
        """Claim a send for its key, with its decision record and the approval that it carries out.

        Refused when the revision has moved on, when the author does not own the conversation (any more), or when the
        approval is not open. A takeover that was acknowledged before always refuses the AI agent.
        Raises UnavailableError while another attempt of the same message is under way.
        """
        decided = Notification(kind="approval", conversation_id=input.conversation_id)
        row = await self._database.call(decided, "SELECT * FROM claim_delivery($1, $2, $3)", input, LEASE, now)
        return _claim(row, opted_out=bool(row["opted_out"]))

    async def claim_again(self, input: DeliverMessageInput, now: datetime) -> bool:
        """Whether another attempt may be made; otherwise the message is withdrawn.

        Raises UnavailableError while one is under way, as `claim` does.
        """
        allowed: bool = await self._database.fetchval("SELECT claim_again($1, $2, $3)", input, LEASE, now)
        return allowed

    async def end_lease(self, message_key: str) -> None:
        """The attempt certainly sent nothing, so nobody needs to wait for it."""
        await self._database.fetchval("SELECT end_lease($1)", message_key)

    async def end_attempt(self, message_key: str) -> None:
        """The attempt is over, and nobody knows whether it sent; another one may look and begin."""
        await self._database.fetchval("SELECT end_attempt($1)", message_key)

    async def is_to_stop(self, message_key: str) -> bool:
        """Whether somebody waits to become the owner, so that the attempt under way is to end."""
        return bool(
            await self._database.fetchval("SELECT stop_asked FROM deliveries WHERE message_key = $1", message_key)
        )

    async def withdraw(self, input: DeliverMessageInput, now: datetime) -> None:
        """The channel refuses the message for good."""
        await self._database.fetchval("SELECT withdraw_delivery($1, $2)", input, now)

    async def give_up(self, input: DeliverMessageInput, now: datetime, *, looked: bool) -> Claim:
        """End a delivery that is tried no longer: `refused` means that nothing leaves under its key any more.

        `in_doubt`: it may have left, and nothing has changed; ask the channel, then say by `looked` that it was asked.
        Raises UnavailableError while the last attempt may be under way.
        """
        ended = Notification(kind="status", conversation_id=input.conversation_id)
        row = await self._database.call(ended, "SELECT * FROM give_up_delivery($1, $2, $3)", input, looked, now)
        return _claim(row)

    async def others(self, input: DeliverMessageInput) -> frozenset[str]:
        """The channel's ids of what the conversation has sent by it otherwise."""
        rows = await self._database.fetch(
            "SELECT provider_message_id FROM deliveries WHERE conversation_id = $1 AND channel = $2 "
            "AND message_key <> $3 AND provider_message_id IS NOT NULL",
            input.conversation_id,
            input.channel,
            input.message_key,
        )
        return frozenset(row["provider_message_id"] for row in rows)

    async def files(self, input: DeliverMessageInput) -> list[StoredAttachment]:
        """The files that go along."""
        if not input.attachment_ids:
            return []
        return await self._attachments.read(input.conversation_id, input.attachment_ids)

    async def keep_address(self, message_key: str, learned: Address) -> None:
        """Add to the address of the thread on which a message was sent."""
        await self._database.fetchval("SELECT keep_address($1, $2)", message_key, learned)

    async def complete(self, message_key: str, provider_message_id: str, now: datetime) -> DeliveredMessage:
        """Write a claimed message that was sent into the transcript, once. NotFoundError without a claim."""
        query = "SELECT * FROM complete_delivery($1, $2, $3)"
        row = await self._database.fetchrow(query, message_key, provider_message_id, now)
        if row is None:
            raise RuntimeError("complete_delivery returned no row")
        await self._database.announce(Notification(kind="message", conversation_id=row["of_conversation"]))
        return DeliveredMessage(status="delivered", at=row["delivered_at"])

    async def deliver_stored(self, input: DeliverMessageInput, now: datetime) -> DeliveredMessage:
        """Claim and complete in one transaction, for channels whose transport is the store itself."""
        sent = Notification(kind="message", conversation_id=input.conversation_id)
        row = await self._database.call(sent, "SELECT * FROM deliver_stored($1, $2)", input, now)
        return DeliveredMessage(status=row["status"], at=row["delivered_at"])

    async def escalate(self, input: EscalateConversationInput, now: datetime) -> DeliveredMessage:
        """Give the conversation to the human queue and tell the customer, once per escalation key.

        Refused when a person owns it already: the owner stays, no notice is sent, the messages are recorded.
        """
        escalated = Notification(kind="owner", conversation_id=input.conversation_id)
        input = await self._suggesting.with_people(input, Candidates(), now)
        row = await self._database.call(escalated, "SELECT * FROM escalate_conversation($1, $2)", input, now)
        return DeliveredMessage(status=row["status"], at=row["escalated_at"])


def _claim(row: asyncpg.Record, *, opted_out: bool = False) -> Claim:
    return Claim(
        status=row["status"],
        text=row["body"] or "",
        at=row["claimed_at"],
        address=row["address"] or {},
        opted_out=opted_out,
    )
