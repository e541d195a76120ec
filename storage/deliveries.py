"""Messages on their way out: claimed first, so that each leaves once, and only while the conversation allows it."""

from datetime import datetime

import asyncpg

from domain.steps import DeliveredMessage, DeliverMessageInput, EscalateConversationInput
from storage.database import Database
from storage.views import Claim


class DeliveryRepository:
    """The claim compares revision and owner under the lock that every change of either takes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, input: DeliverMessageInput, now: datetime) -> Claim:
        """Claim a send for its key, with its decision record and the approval that it carries out.

        Refused when the revision has moved on, when the author does not own the conversation (any more), or when the
        approval is not open. A takeover that was acknowledged before always refuses the AI agent.
        """
        row = await self._one("SELECT * FROM claim_delivery($1, $2)", input, now)
        return Claim(status=row["status"], text=row["body"] or "", at=row["claimed_at"])

    async def complete(self, message_key: str, provider_message_id: str, now: datetime) -> DeliveredMessage:
        """Write a claimed message that was sent into the transcript, once. NotFoundError without a claim."""
        row = await self._one(
            "SELECT complete_delivery($1, $2, $3) AS delivered_at", message_key, provider_message_id, now
        )
        return DeliveredMessage(status="delivered", at=row["delivered_at"])

    async def deliver_stored(self, input: DeliverMessageInput, now: datetime) -> DeliveredMessage:
        """Claim and complete in one transaction, for channels whose transport is the store itself."""
        row = await self._one("SELECT * FROM deliver_stored($1, $2)", input, now)
        return DeliveredMessage(status=row["status"], at=row["delivered_at"])

    async def escalate(self, input: EscalateConversationInput, now: datetime) -> DeliveredMessage:
        """Give the conversation to the human queue and tell the customer, once per escalation key.

        Refused when a person owns it already: the owner stays, no notice is sent, the messages are recorded.
        """
        row = await self._one("SELECT * FROM escalate_conversation($1, $2)", input, now)
        return DeliveredMessage(status=row["status"], at=row["escalated_at"])

    async def _one(self, query: str, *args: object) -> asyncpg.Record:
        row = await self._database.fetchrow(query, *args)
        if row is None:
            raise RuntimeError("a step function returned no row")
        return row
