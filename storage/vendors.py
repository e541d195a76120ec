"""Which vendors answer and what they allow, as every process of the installation knows it."""

from domain.delivery.limits import LimitState
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


class VendorLimitRepository:
    """One row for each vendor that limits the calls of a day; of those who replace it at once one wins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read(self, vendor: str) -> LimitState | None:
        """None where nobody has told of a limit."""
        row = await self._database.fetchrow(
            "SELECT state, used, total, reserved_calls, seen_at, asked_at FROM vendor_limits WHERE vendor = $1", vendor
        )
        return LimitState.model_validate(dict(row)) if row else None

    async def replace(self, vendor: str, before: LimitState | None, after: LimitState) -> bool:
        """Write `after` if `before` (None: nothing) is still what stands there; False when it is not."""
        written = await self._database.fetchval(
            """
            INSERT INTO vendor_limits AS kept (vendor, state, used, total, reserved_calls, seen_at, asked_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (vendor) DO UPDATE
            SET (state, used, total, reserved_calls, seen_at, asked_at)
                = (excluded.state, excluded.used, excluded.total, excluded.reserved_calls, excluded.seen_at,
                   excluded.asked_at)
            WHERE (kept.state, kept.asked_at) IS NOT DISTINCT FROM ($8::text, $9::timestamptz)
            RETURNING true
            """,
            vendor,
            after.state,
            after.used,
            after.total,
            after.reserved_calls,
            after.seen_at,
            after.asked_at,
            before and before.state,
            before and before.asked_at,
        )
        return written is True
