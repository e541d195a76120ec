"""The log of what AI agents are trusted with."""

from domain.errors import ConflictError
from domain.quality.trust import TrustChange
from domain.specification.modes import Mode
from storage.database import Database, keepable

_CHANGE = "ai_agent, kind, before, level, by, reason, figures, at"


class TrustRepository:
    """It only grows; the last entry of an AI agent says where it stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def level(self, organisation: str, ai_agent: str) -> Mode | None:
        """What an AI agent is trusted with; None while nobody has decided."""
        level = await self._database.fetchval(
            """
            SELECT level FROM trust_changes WHERE organisation = $1 AND ai_agent = $2
            ORDER BY change_id DESC LIMIT 1
            """,
            organisation,
            ai_agent,
        )
        return Mode(level) if level else None

    async def last(self, organisation: str, ai_agent: str) -> TrustChange | None:
        """The last entry of an AI agent."""
        entries = await self.history(organisation, ai_agent, limit=1)
        return entries[0] if entries else None

    async def history(self, organisation: str, ai_agent: str | None = None, *, limit: int = 50) -> list[TrustChange]:
        """The newest entries first, of one AI agent or of all."""
        rows = await self._database.fetch(
            f"""
            SELECT {_CHANGE} FROM trust_changes WHERE organisation = $1 AND ($2::text IS NULL OR ai_agent = $2)
            ORDER BY change_id DESC LIMIT $3
            """,  # noqa: S608 (a constant)
            organisation,
            ai_agent,
            limit,
        )
        return [TrustChange.model_validate(dict(row)) for row in rows]

    async def keep(self, organisation: str, change: TrustChange, *, after: TrustChange | None) -> None:
        """Add an entry, and one in the audit trail. Raises ConflictError when `after` is not the last one any more."""
        async with self._database.transaction() as connection:
            lock = f"trust {organisation} {change.ai_agent}"
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", lock)
            last = await connection.fetchrow(
                f"""
                SELECT {_CHANGE} FROM trust_changes WHERE organisation = $1 AND ai_agent = $2
                ORDER BY change_id DESC LIMIT 1
                """,  # noqa: S608 (a constant)
                organisation,
                change.ai_agent,
            )
            known = TrustChange.model_validate(dict(last)) if last else None
            if known != after:
                raise ConflictError(_changed_meanwhile(known))
            await connection.execute(
                """
                INSERT INTO trust_changes (organisation, ai_agent, kind, before, level, by, reason, figures, at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """,
                *keepable((organisation, change.ai_agent, change.kind, change.before.value, change.level.value)),
                *keepable((change.by, change.reason, change.figures, change.at)),
            )
            data = change.model_dump(mode="json", exclude={"kind", "by", "at"})
            await connection.execute(
                "INSERT INTO audit_events (organisation, kind, actor, data, at) VALUES ($1, $2, $3, $4, $5)",
                *keepable((organisation, f"trust_{change.kind}", change.by, data, change.at)),
            )


def _changed_meanwhile(known: TrustChange | None) -> str:
    if known is None:
        return "Nothing is recorded of this AI agent's trust, so nothing was changed. Look at it again."
    where, when = f"{known.ai_agent} is at {known.level}", f"{known.at:%Y-%m-%d %H:%M} UTC"
    return f"{known.by} was first, at {when}: {where}, and nothing was changed now. Look at it again."
