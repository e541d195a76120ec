"""Uses of tools that write: claimed first, so that each happens once."""

from datetime import datetime

from domain.tools.calls import CalledTool, CallToolInput, RecordedCall, ToolCallClaim, ToolCallEnd
from storage.database import Database


class ToolCallRepository:
    """The claim compares revision, owner and approval under the lock that every change of them takes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, input: CallToolInput, now: datetime) -> ToolCallClaim:
        """Claim a call for its key, with the approval that it carries out, or say what is known of it."""
        row = await self._database.fetchrow("SELECT * FROM claim_tool_call($1, $2)", input, now)
        if row is None:
            raise RuntimeError("claim_tool_call returned no row")
        if row["status"] in {"claimed", "unfinished"}:
            return ToolCallClaim(status=row["status"])
        return ToolCallClaim(status="known", called=CalledTool.model_validate(dict(row)))

    async def of(self, conversation_id: str) -> list[RecordedCall]:
        """Every call of a conversation that was begun, oldest first."""
        query = """
            SELECT call_key, draft_id, state, action, result, claimed_at FROM tool_calls
            WHERE conversation_id = $1 ORDER BY claimed_at, call_key
        """
        return [RecordedCall.model_validate(dict(row)) for row in await self._database.fetch(query, conversation_id)]

    async def settle(self, call_key: str, status: ToolCallEnd, text: str, now: datetime) -> CalledTool:
        """Record the outcome of a claimed call; the first outcome stays. NotFoundError without a claim."""
        query = "SELECT * FROM settle_tool_call($1, $2, $3, $4)"
        row = await self._database.fetchrow(query, call_key, status, text, now)
        if row is None:
            raise RuntimeError("settle_tool_call returned no row")
        return CalledTool.model_validate(dict(row))

    async def release(self, call_key: str) -> None:
        """Give up a claim whose call surely reached nobody; another attempt may claim it."""
        await self._database.fetchval("SELECT release_tool_call($1)", call_key)
