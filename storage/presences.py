"""Who looks at a conversation now, or writes in it. It ends by itself."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.conversation.inbox import PresenceState, Watcher
from storage.database import Database
from storage.views import Notification

LOOKING_FOR = timedelta(seconds=45)
TYPING_FOR = timedelta(seconds=8)
"""The console says it again well before."""


class PresenceRepository:
    """One row for each person and conversation, shared by all gateways."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def say(
        self, organisation: str, conversation_id: str, person_id: str, state: PresenceState, now: datetime
    ) -> Watcher:
        """The person is there from now on, for a while. What is over for them elsewhere is forgotten."""
        until = now + LOOKING_FOR
        typing_until = now + TYPING_FOR if state == "typing" else None
        await self._database.fetchval(
            """
            WITH over AS (DELETE FROM presences WHERE organisation = $3 AND person_id = $2 AND until < $6
                          AND conversation_id <> $1)
            INSERT INTO presences (conversation_id, person_id, organisation, until, typing_until)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (conversation_id, person_id)
            DO UPDATE SET until = excluded.until, typing_until = excluded.typing_until
            """,
            conversation_id,
            person_id,
            organisation,
            until,
            typing_until,
            now,
        )
        shown = typing_until or until
        await self._announce(organisation, conversation_id, person_id, state, shown)
        return Watcher(person_id=person_id, state=state, until=shown)

    async def leave(self, organisation: str, conversation_id: str, person_id: str, now: datetime) -> None:
        """The person is there no more."""
        await self._database.fetchval(
            "DELETE FROM presences WHERE conversation_id = $1 AND person_id = $2", conversation_id, person_id
        )
        await self._announce(organisation, conversation_id, person_id, "away", now)

    async def watchers(self, conversation_ids: Sequence[str], now: datetime) -> dict[str, list[Watcher]]:
        """Who is there, by conversation."""
        rows = await self._database.fetch(
            """
            SELECT conversation_id, person_id, until,
                CASE WHEN typing_until > $2 THEN 'typing' ELSE 'looking' END AS state
            FROM presences WHERE conversation_id = ANY($1) AND until > $2 ORDER BY person_id
            """,
            list(conversation_ids),
            now,
        )
        found: dict[str, list[Watcher]] = {}
        for row in rows:
            found.setdefault(row["conversation_id"], []).append(Watcher.model_validate(dict(row)))
        return found

    async def _announce(
        self, organisation: str, conversation_id: str, person_id: str, state: str, until: datetime
    ) -> None:
        told = Notification(
            kind="typing" if state == "typing" else "presence",
            organisation=organisation,
            conversation_id=conversation_id,
            person_id=person_id,
            state=state,
            until=until,
        )
        await self._database.announce(told)
