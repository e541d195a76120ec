"""The switch that stops automatic sending: a log that only grows, whose last entry counts."""

from domain.delivery.sending import SendingChange, SendingStanding, standing_after
from storage.database import Database
from storage.views import Notification


class SendingRepository:
    """Every claim of something automatic reads it, under a lock that each change takes alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def standing(self, organisation: str) -> SendingStanding:
        """Whether it is stopped, by whom, since when and why."""
        history = await self.history(organisation, limit=1)
        leaving = await self._database.fetchval("SELECT leaving_automatically($1)", organisation)
        return standing_after(history[0] if history else None, leaving=leaving)

    async def history(self, organisation: str, *, limit: int = 50) -> list[SendingChange]:
        """The newest changes first."""
        rows = await self._database.fetch(
            """
            SELECT request_id, action, by, via, reason, at FROM sending_changes WHERE organisation = $1
            ORDER BY change_id DESC LIMIT $2
            """,
            organisation,
            limit,
        )
        return [SendingChange.model_validate(dict(row)) for row in rows]

    async def change(self, organisation: str, change: SendingChange) -> None:
        """Turn the switch, once for each request, with its audit event.

        When a stop returns, nothing automatic is claimed any more. What was claimed before it may be with a vendor
        still: `standing` counts that.
        """
        await self._database.fetchval(
            "SELECT change_sending($1, $2, $3, $4, $5, $6, $7)",
            organisation,
            change.request_id,
            change.action,
            change.by,
            change.via,
            change.reason,
            change.at,
        )
        await self._database.announce(Notification(kind="sending", organisation=organisation))
