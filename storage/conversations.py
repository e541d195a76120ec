"""Conversations and their transcripts."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.conversation.activity_models import (
    ChangeOwnershipInput,
    ChangeStatusInput,
    ClimbQueueLadderInput,
    OwnershipChanged,
    RecordedMessages,
    StatusChanged,
)
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Status
from domain.conversation.requests import StartConversation
from domain.delivery.inbound import Address, CustomerRating
from domain.delivery.write_back import RecordUnwrittenInput
from domain.errors import StoreUnavailableError, UnavailableError
from domain.specification.organisation import ChannelKind, Mode
from storage.database import Database
from storage.views import ConversationView, InternalNote, Notification, RatingView, StoredMessage

_MESSAGES = """
SELECT m.*, coalesce(t.draft->'citations', '[]') AS citations
FROM messages m LEFT JOIN turns t ON t.draft_id = m.draft_id
"""


class FirstOwner(Owner):
    """Who owns a new conversation, and the status that follows from it."""

    status: Status


class ConversationRepository:
    """Each change locks the conversation's row, so changes of one conversation happen one after another."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(
        self, start: StartConversation, spec_hash: str, owner: Owner, mode: Mode, now: datetime
    ) -> ConversationView:
        """Make the conversation, or return the one that is there with what it was opened with and became since."""
        query = "SELECT * FROM open_conversation($1, $2, $3, $4, $5)"
        first = FirstOwner(kind=owner.kind, id=owner.id, status=Lifecycle(owner=owner).active_status)
        opened = Notification(kind="status", conversation_id=start.conversation_id)
        row = await self._database.call(opened, query, start, spec_hash, first, mode.value, now)
        return ConversationView.of(dict(row))

    async def record_messages(
        self, conversation_id: str, revision: int, messages: Sequence[CustomerMessage], *, answered: bool = False
    ) -> RecordedMessages:
        """Write those messages that are new; drafts and approvals of a lower revision are stale from here on.

        `answered`: they answer a question of ours, and nobody owes a reply to them.
        """
        plain, answers = "SELECT * FROM record_customer_messages", "SELECT * FROM record_answers"
        query = (answers if answered else plain) + "($1, $2, $3, $4)"
        received = Notification(kind="message", conversation_id=conversation_id)
        row = await self._database.call(received, query, conversation_id, revision, tuple(messages), datetime.now(UTC))
        return RecordedMessages(recorded=row["recorded"], last_reply=row["last_reply"])

    async def change_ownership(self, input: ChangeOwnershipInput, now: datetime) -> OwnershipChanged:
        """Change the owner once per request id. After this returned, no draft of the AI agent before is delivered.

        Nothing is changed or recorded when it is `repeated`. Raises UnavailableError while a reply is leaving, which is
        asked to stop.
        """
        changed = Notification(kind="owner", conversation_id=input.conversation_id)
        try:
            row = await self._database.call(changed, "SELECT * FROM change_owner($1, $2)", input, now)
        except StoreUnavailableError:
            raise
        except UnavailableError:
            await self._database.fetchval("SELECT stop_leaving($1)", input.conversation_id)
            raise
        return OwnershipChanged(unanswered=row["unanswered"], at=row["changed_at"], repeated=bool(row["repeated"]))

    async def change_status(self, input: ChangeStatusInput, now: datetime) -> StatusChanged:
        """Change status and mode once per request id; what is resolved counts as answered.

        Nothing is changed when it is `repeated`.
        """
        changed = Notification(kind="status", conversation_id=input.conversation_id)
        row = await self._database.call(changed, "SELECT record_status($1, $2) AS stands", input, now)
        return StatusChanged.model_validate(row["stands"])

    async def climb_queue_ladder(self, input: ClimbQueueLadderInput, now: datetime) -> None:
        """Keep whom a customer waits for after a rung of the queue's ladder, once per rung, while a person has it."""
        climbed = Notification(kind="owner", conversation_id=input.conversation_id)
        await self._database.call(climbed, "SELECT climb_queue_ladder($1, $2)", input, now)

    async def mark_read(self, conversation_id: str, seq: int, now: datetime) -> None:
        """The customer has seen everything up to `seq`; the first time counts."""
        read = Notification(kind="read", conversation_id=conversation_id)
        await self._database.call(read, "SELECT mark_read($1, $2, $3)", conversation_id, seq, now)

    async def get(self, conversation_id: str) -> ConversationView | None:
        """None for an unknown id."""
        row = await self._database.fetchrow("SELECT * FROM conversations WHERE conversation_id = $1", conversation_id)
        return ConversationView.of(dict(row)) if row else None

    async def answered_by(self, conversation_id: str) -> ChannelKind:
        """The channel that the customer used last, by which replies leave. LookupError for an unknown id."""
        channel: ChannelKind | None = await self._database.fetchval(
            """
            SELECT coalesce((
                SELECT channel FROM messages m WHERE m.conversation_id = c.conversation_id AND author = 'customer'
                ORDER BY seq DESC LIMIT 1), c.channel)
            FROM conversations c WHERE conversation_id = $1
            """,
            conversation_id,
        )
        if channel is None:
            raise LookupError(conversation_id)
        return channel

    async def messages_after(self, conversation_id: str, seq: int) -> list[StoredMessage]:
        """Every message with a higher seq, in order: nothing is ever inserted below a seq that was seen."""
        query = f"{_MESSAGES} WHERE m.conversation_id = $1 AND m.seq > $2 ORDER BY m.seq"
        rows = await self._database.fetch(query, conversation_id, seq)
        return [StoredMessage.model_validate(dict(row)) for row in rows]

    async def transcript(self, conversation_id: str, limit: int = 20) -> list[StoredMessage]:
        """The last messages, oldest first."""
        query = f"{_MESSAGES} WHERE m.conversation_id = $1 ORDER BY m.seq DESC LIMIT $2"
        rows = await self._database.fetch(query, conversation_id, limit)
        return [StoredMessage.model_validate(dict(row)) for row in reversed(rows)]

    async def unanswered(self, conversation_id: str) -> list[str]:
        """The texts of the customer messages that have no reply yet, oldest first."""
        rows = await self._database.fetch(
            "SELECT m.text FROM conversations c, unanswered_messages(c) m WHERE c.conversation_id = $1", conversation_id
        )
        return [row["text"] for row in rows]

    async def notes(self, conversation_id: str) -> list[InternalNote]:
        """What human agents wrote for each other and for the AI agent, oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM internal_notes WHERE conversation_id = $1 ORDER BY at", conversation_id
        )
        return [InternalNote.model_validate(dict(row)) for row in rows]

    async def rate(self, organisation: str, conversation_id: str, rating: CustomerRating) -> None:
        """Keep what a customer thinks of the help, once per event id."""
        await self._database.fetchval("SELECT keep_rating($1, $2, $3)", organisation, conversation_id, rating)

    async def ratings(self, conversation_id: str) -> list[RatingView]:
        """What the customer thought of the help, oldest first; the last one counts."""
        rows = await self._database.fetch(
            "SELECT channel, score, comment, at FROM ratings WHERE conversation_id = $1 ORDER BY at", conversation_id
        )
        return [RatingView.model_validate(dict(row)) for row in rows]

    async def address(self, conversation_id: str, channel: ChannelKind) -> Address:
        """How the conversation's last thread on a channel is answered; empty where it has none."""
        found: Address | None = await self._database.fetchval(
            """
            SELECT address FROM channel_threads WHERE conversation_id = $1 AND channel = $2
            ORDER BY used_at DESC LIMIT 1
            """,
            conversation_id,
            channel,
        )
        return found or {}

    async def record_unwritten(self, input: RecordUnwrittenInput, now: datetime) -> None:
        """Record, once for each key, that a system of record was not told."""
        await self._database.fetchval(
            """
            SELECT audit(c, $2 || '_not_told', 'system', jsonb_build_object('key', $3::text, 'error', $4::text), $5,
                         'not_told:' || $3)
            FROM conversations c WHERE conversation_id = $1
            """,
            input.conversation_id,
            input.system,
            input.key,
            input.error,
            now,
        )

    async def list(
        self, organisation: str, *, status: Status | None = None, limit: int = 50, before: datetime | None = None
    ) -> list[ConversationView]:
        """The conversations changed last first; `before` is the `updated_at` of the last one of the page before."""
        rows = await self._database.fetch(
            """
            SELECT * FROM conversations
            WHERE organisation = $1 AND ($2::text IS NULL OR status = $2)
                AND ($3::timestamptz IS NULL OR updated_at < $3)
            ORDER BY updated_at DESC LIMIT $4
            """,
            organisation,
            status,
            before,
            limit,
        )
        return [ConversationView.of(dict(row)) for row in rows]
