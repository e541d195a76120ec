"""Reading what was recorded: for people who follow a conversation, and for callers who wait for what they asked."""

from datetime import datetime
from typing import Literal

from domain.conversation.costs import UsageTotal, total_of
from domain.conversation.messages import Author
from domain.conversation.record import DecisionView
from domain.conversation.record import Receipt as Receipt
from domain.conversation.record import TurnView as TurnView
from domain.conversation.requests import human_reply_key
from domain.conversation.turn import Usage
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from storage.database import Database


class DeliveryView(Frozen):
    """A message on its way to a customer.

    `claimed`: it is being sent, or nobody knows whether it was. `withdrawn`: the channel refused it for good. `report`
    is what the vendor told afterwards, such as delivered, read or failed, with its own code.
    """

    message_key: str
    channel: ChannelKind
    author: Author
    state: Literal["claimed", "delivered", "withdrawn"]
    claimed_at: datetime
    delivered_at: datetime | None
    provider_message_id: str | None
    report: str | None
    report_code: str | None


class RecordRepository:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def carried_out_at(self, conversation_id: str, request_id: str) -> datetime | None:
        """When what a person asked of a conversation was carried out; None until then."""
        at: datetime | None = await self._database.fetchval(
            """
            SELECT at FROM audit_events WHERE event_key = format('request:%s:%s', $1::text, $2::text)
            UNION ALL
            SELECT delivered_at FROM deliveries WHERE message_key = $3 AND state = 'delivered'
            """,
            conversation_id,
            request_id,
            human_reply_key(conversation_id, request_id),
        )
        return at

    async def turns(self, conversation_id: str) -> list[TurnView]:
        """Every draft of a conversation, oldest first."""
        rows = await self._database.fetch(
            """
            SELECT t.draft_id, t.turn, t.revision, t.ai_agent, t.suggestion, t.draft, t.confidence, t.record,
                c.document AS context, t.created_at
            FROM turns t LEFT JOIN customer_contexts c USING (context_id)
            WHERE t.conversation_id = $1 ORDER BY t.turn, t.created_at
            """,
            conversation_id,
        )
        return [TurnView.model_validate(dict(row)) for row in rows]

    async def receipts(self, conversation_id: str) -> list[Receipt]:
        """What left, in the order in which it did."""
        rows = await self._database.fetch(
            """
            SELECT message_key, channel, provider_message_id FROM deliveries
            WHERE conversation_id = $1 AND state = 'delivered' ORDER BY delivered_at
            """,
            conversation_id,
        )
        return [Receipt.model_validate(dict(row)) for row in rows]

    async def deliveries(self, conversation_id: str) -> list[DeliveryView]:
        """What was sent, or was to be, in the order in which it was claimed."""
        rows = await self._database.fetch(
            """
            SELECT message_key, channel, author, state, claimed_at, delivered_at, provider_message_id,
                report, report_code
            FROM deliveries WHERE conversation_id = $1 ORDER BY claimed_at
            """,
            conversation_id,
        )
        return [DeliveryView.model_validate(dict(row)) for row in rows]

    async def usage(self, conversation_id: str) -> UsageTotal:
        """What the models of a conversation cost: drafts and verdicts, sent or not, and what nobody could use."""
        rows = await self._database.fetch(
            """
            SELECT draft->'usage' AS usage FROM turns WHERE conversation_id = $1
            UNION ALL
            SELECT verdict->'usage' FROM turns WHERE conversation_id = $1 AND verdict IS NOT NULL
            UNION ALL
            SELECT usage FROM failed_answers WHERE conversation_id = $1
            """,
            conversation_id,
        )
        return total_of(Usage.model_validate(row["usage"]) for row in rows)

    async def decisions(self, approval_id: str) -> list[DecisionView]:
        """Every decision on an approval, refused ones included, oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM decisions WHERE approval_id = $1 ORDER BY decided_at", approval_id
        )
        return [DecisionView.model_validate(dict(row)) for row in rows]
