"""Which vendors answer, as every process of the installation knows it."""

from domain.delivery.vendors import VendorState
from storage.database import Database


class VendorStateRepository:
    """One row for each vendor, replaced only by whoever knew what stood there: one winner of any race."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self) -> list[VendorState]:
        """In the order of their names."""
        rows = await self._database.fetch("SELECT * FROM vendor_states ORDER BY vendor")
        return [VendorState.model_validate(dict(row)) for row in rows]

    async def replace(self, before: VendorState | None, after: VendorState) -> bool:
        """Write `after` if `before` (None: nothing) is still what stands there; False when it is not."""
        written = await self._database.fetchval(
            """
            INSERT INTO vendor_states AS kept (vendor, state, since, last_error, next_try_at)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (vendor) DO UPDATE
            SET (state, since, last_error, next_try_at)
                = (excluded.state, excluded.since, excluded.last_error, excluded.next_try_at)
            WHERE (kept.state, kept.since, kept.next_try_at)
                IS NOT DISTINCT FROM ($6::text, $7::timestamptz, $8::timestamptz)
            RETURNING true
            """,
            after.vendor,
            after.state,
            after.since,
            after.last_error,
            after.next_try_at,
            before and before.state,
            before and before.since,
            before and before.next_try_at,
        )
        return written is True
