"""Clicks at a desk, kept before they are acknowledged and until their outcome is known."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from domain.desk.clicks import Applying, Click
from domain.model import Frozen
from storage.database import Database

LEASE = timedelta(seconds=30)
AT_ONCE = 16

ClickState = Literal["kept", "applying", "accepted"]


class WaitingClick(Frozen):
    """`applying`: its person may do it. `accepted`: Temporal keeps it, and nothing has come of it yet."""

    click: Click
    state: ClickState
    tries: int


class DeskClickRepository:
    """A click is kept once, however often it is told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, organisation: str, desk: str, click: Click, now: datetime) -> bool:
        """False for one that is there already."""
        rows = await self._database.fetch(
            """
            INSERT INTO desk_clicks (organisation, desk, click_id, subject, state, click, due_at, received_at)
            VALUES ($1, $2, $3, $4, 'kept', $5, $6, $6) ON CONFLICT DO NOTHING RETURNING click_id
            """,
            organisation,
            desk,
            click.click_id,
            click.subject,
            click,
            now,
        )
        return bool(rows)

    async def claim_due(self, organisation: str, desk: str, now: datetime) -> list[WaitingClick]:
        """Those to be worked on now, the oldest first. Nobody else is given them until the lease is over."""
        rows = await self._database.fetch(
            """
            UPDATE desk_clicks SET due_at = $4, tries = tries + 1
            WHERE organisation = $1 AND desk = $2 AND click_id IN (
                SELECT click_id FROM desk_clicks
                WHERE organisation = $1 AND desk = $2 AND click IS NOT NULL AND due_at <= $3
                ORDER BY received_at, click_id LIMIT $5 FOR UPDATE SKIP LOCKED)
            RETURNING click, state, tries
            """,
            organisation,
            desk,
            now,
            now + LEASE,
            AT_ONCE,
        )
        return [WaitingClick.model_validate(dict(row)) for row in rows]

    async def applying(self, organisation: str, desk: str, click_id: str, person_id: str) -> None:
        """Its person may do it, so it is shown to everybody as under way."""
        await self._database.fetchval(
            """
            UPDATE desk_clicks SET state = 'applying', person_id = $4
            WHERE organisation = $1 AND desk = $2 AND click_id = $3 AND click IS NOT NULL
            """,
            organisation,
            desk,
            click_id,
            person_id,
        )

    async def again(self, organisation: str, desk: str, click_id: str, state: ClickState, at: datetime) -> None:
        """Look at it again then."""
        await self._database.fetchval(
            """
            UPDATE desk_clicks SET state = $4, due_at = $5
            WHERE organisation = $1 AND desk = $2 AND click_id = $3 AND click IS NOT NULL
            """,
            organisation,
            desk,
            click_id,
            state,
            at,
        )

    async def settle(self, organisation: str, desk: str, click_id: str, *, refused: bool) -> None:
        """Its outcome is known, and its words are forgotten."""
        await self._database.fetchval(
            """
            UPDATE desk_clicks SET state = CASE WHEN $4 THEN 'refused' ELSE 'done' END, click = NULL
            WHERE organisation = $1 AND desk = $2 AND click_id = $3
            """,
            organisation,
            desk,
            click_id,
            refused,
        )

    async def under_way(self, organisation: str, subject: str) -> Sequence[Applying]:
        """What people have been told is accepted, and of which nothing has come yet."""
        rows = await self._database.fetch(
            """
            SELECT click, person_id FROM desk_clicks
            WHERE organisation = $1 AND subject = $2 AND state IN ('applying', 'accepted')
            ORDER BY received_at, click_id
            """,
            organisation,
            subject,
        )
        return [Applying(action=Click.model_validate(row["click"]).action, person_id=row["person_id"]) for row in rows]
