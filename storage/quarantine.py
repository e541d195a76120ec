"""What made no message: kept whole, so that people can count it, look at it and have it taken in."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from domain.delivery.inbound import QuarantineKind, Unreadable
from domain.errors import NotFoundError
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from storage.database import Database, keepable

if TYPE_CHECKING:
    from storage.database import PooledConnection

MAX_LISTED = 100
_KEEP = """
    INSERT INTO quarantine (organisation, channel, event_id, kind, reason, content, at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
"""
_LIST = """
    SELECT channel, event_id, kind, reason, at, kept_at, taken_in_at, length(content) AS size_bytes FROM quarantine
    WHERE organisation = $1 AND ($2::text IS NULL OR channel = $2) AND ($3::text IS NULL OR kind = $3)
        AND ($4 OR taken_in_at IS NULL)
    ORDER BY kept_at DESC, event_id LIMIT $5
"""
_FIND = "SELECT channel, event_id, kind, reason, content, at FROM quarantine WHERE organisation = $1 AND event_id = $2"
_COUNT = """
    SELECT channel, kind, count(*)::int AS number FROM quarantine WHERE organisation = $1 AND taken_in_at IS NULL
    GROUP BY channel, kind ORDER BY channel, kind
"""
_TAKEN_IN = """
    UPDATE quarantine SET taken_in_at = coalesce(taken_in_at, $4)
    WHERE organisation = $1 AND channel = $2 AND event_id = $3
"""


class QuarantineEntry(Frozen):
    """One row without its content. `at` is when the vendor had it, `kept_at` when it came into quarantine."""

    channel: ChannelKind
    event_id: str
    kind: QuarantineKind
    reason: str
    at: datetime
    kept_at: datetime
    taken_in_at: datetime | None
    size_bytes: int


class QuarantineCount(Frozen):
    """How many of a kind nobody has had taken in."""

    channel: ChannelKind
    kind: QuarantineKind
    number: int


class QuarantineRepository:
    """Rows stay after they were taken in, so that the same thing is never quarantined twice."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, organisation: str) -> list[QuarantineCount]:
        """How much waits, by channel and kind."""
        rows = await self._database.fetch(_COUNT, organisation)
        return [QuarantineCount.model_validate(dict(row)) for row in rows]

    async def find(self, organisation: str, event_id: str) -> Unreadable:
        """One, whole. Raises NotFoundError."""
        rows = await self._database.fetch(_FIND, organisation, event_id)
        if not rows:
            raise NotFoundError(f"Nothing with the id {event_id} is in quarantine. `holdfast quarantine list` has ids.")
        return Unreadable.model_validate(dict(rows[0]))

    async def taken_in(self, organisation: str, broken: Unreadable, now: datetime) -> None:
        """A message was made of it. The first time counts."""
        await self._database.fetchval(_TAKEN_IN, organisation, broken.channel, broken.event_id, now)

    async def list(
        self,
        organisation: str,
        *,
        channel: ChannelKind | None = None,
        kind: QuarantineKind | None = None,
        taken_in: bool = False,
        limit: int = MAX_LISTED,
    ) -> list[QuarantineEntry]:
        """The newest first; with `taken_in` also those that were taken in."""
        rows = await self._database.fetch(_LIST, organisation, channel, kind, taken_in, limit)
        return [QuarantineEntry.model_validate(dict(row)) for row in rows]


async def keep_in_quarantine(connection: "PooledConnection", organisation: str, broken: Unreadable) -> None:
    """Keep something once, in a transaction of the caller."""
    await connection.execute(_KEEP, *_row(organisation, broken))


async def quarantine(database: Database, organisation: str, broken: Unreadable) -> None:
    """Keep something once."""
    await database.fetchval(_KEEP, *_row(organisation, broken))


def _row(organisation: str, broken: Unreadable) -> tuple[Any, ...]:
    return keepable(
        (organisation, broken.channel, broken.event_id, broken.kind, broken.reason, broken.content, broken.at)
    )
