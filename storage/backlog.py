"""What waits in the record, in numbers: for those who watch the platform, cheap enough for every scrape."""

from datetime import datetime, timedelta

from domain.model import Frozen
from storage.database import Database

_OPEN = """
    SELECT status, count(*) AS number FROM conversations
    WHERE organisation = $1 AND status <> 'resolved' GROUP BY status
"""
_WAITING = """
    WITH unanswered AS (
        SELECT min(m.at) AS since FROM conversations c JOIN messages m USING (conversation_id)
        WHERE c.organisation = $1 AND c.status = 'open' AND m.author = 'customer' AND m.seq > c.answered_seq
        GROUP BY c.conversation_id
    ), approval AS (
        SELECT count(*) AS number, min(requested_at) AS since FROM approvals WHERE organisation = $1 AND state = 'open'
    ), event AS (
        SELECT count(*) AS number, min(received_at) AS since FROM inbox
        WHERE organisation = $1 AND event IS NOT NULL AND conversation_id IS NOT NULL
    )
    SELECT
        (SELECT min(since) FROM unanswered) AS unanswered_since,
        (SELECT count(*) FROM unanswered WHERE since <= $2) AS stuck,
        approval.number AS approvals, approval.since AS approval_since,
        event.number AS events, event.since AS event_since
    FROM approval, event
"""
STUCK_AFTER = timedelta(minutes=10)
"""So long after a customer wrote, an AI agent's reply is not merely slow."""


class Backlog(Frozen):
    """Numbers, and since when the oldest of each waits; None where nothing waits.

    `unanswered_since` and `stuck` are about conversations that an AI agent owns and nobody's decision holds.
    """

    unanswered_since: datetime | None
    stuck: int
    approvals: int
    approval_since: datetime | None
    events: int
    event_since: datetime | None


class BacklogRepository:
    """Raises UnavailableError while PostgreSQL is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open_conversations(self, organisation: str) -> dict[str, int]:
        """How many there are by status; a status without any is missing."""
        rows = await self._database.fetch(_OPEN, organisation)
        return {row["status"]: row["number"] for row in rows}

    async def read(self, organisation: str, now: datetime) -> Backlog:
        row = (await self._database.fetch(_WAITING, organisation, now - STUCK_AFTER))[0]
        return Backlog.model_validate(dict(row))
