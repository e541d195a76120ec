"""Calls of a company's own activities that people approve first, and what they decided."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from domain.approvals.approval import Approval
from domain.guarding.calls import (
    CallState,
    ClimbCallLadderInput,
    EndCallInput,
    GuardedCall,
    RecordCallDecisionInput,
)
from domain.model import Frozen
from storage.database import Database
from storage.views import Notification


class GuardedCallView(Frozen):
    """A call as it stands. `approval`: None where nobody was asked."""

    call_id: str
    organisation: str
    activity: str
    arguments: tuple[JsonValue, ...]
    digest: str
    rule: str
    reason: str
    requester: str | None
    state: CallState
    approval: Approval | None
    requested_at: datetime
    closed_at: datetime | None


class CallDecision(Frozen):
    """What somebody decided, and what came of it."""

    decision_id: str
    call_id: str
    action: str
    decided_by: str
    effect: str
    refused: str | None
    reason: str
    decided_at: datetime


class GuardedCallRepository:
    """Every change is one function, once for each key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, call: GuardedCall, state: CallState, approval: Approval | None, now: datetime) -> CallState:
        """Keep a call, once; what is known of it."""
        query = "SELECT open_guarded_call($1, $2, $3, $4, $5) AS state"
        row = await self._database.call(
            _changed(call.call_id, call.organisation), query, call, call.digest, state, approval, now
        )
        known: CallState = row["state"]
        return known

    async def record_decision(self, input: RecordCallDecisionInput, now: datetime) -> None:
        """Keep a decision, once for its id, and the approval as it stands afterwards."""
        changed = _changed(input.call_id, input.organisation)
        await self._database.call(changed, "SELECT record_call_decision($1, $2)", input, now)

    async def climb_ladder(self, input: ClimbCallLadderInput, now: datetime) -> None:
        """Keep the approval after a rung of the ladder, once per rung."""
        changed = _changed(input.call_id, input.organisation)
        await self._database.call(changed, "SELECT climb_call_ladder($1, $2)", input, now)

    async def end(self, input: EndCallInput, now: datetime) -> None:
        """Keep what became of it; the first word stays."""
        changed = _changed(input.call_id, input.organisation)
        await self._database.call(changed, "SELECT end_guarded_call($1, $2)", input, now)

    async def get(self, call_id: str) -> GuardedCallView | None:
        """None for an unknown id."""
        row = await self._database.fetchrow("SELECT * FROM guarded_calls WHERE call_id = $1", call_id)
        return GuardedCallView.model_validate(dict(row)) if row else None

    async def list(
        self, organisation: str, state: CallState | None, limit: int, before: datetime | None = None
    ) -> list[GuardedCallView]:
        """The newest first."""
        rows = await self._database.fetch(
            """
            SELECT * FROM guarded_calls
            WHERE organisation = $1 AND ($2::text IS NULL OR state = $2)
                AND ($4::timestamptz IS NULL OR requested_at < $4)
            ORDER BY requested_at DESC, call_id LIMIT $3
            """,
            organisation,
            state,
            limit,
            before,
        )
        return [GuardedCallView.model_validate(dict(row)) for row in rows]

    async def decisions(self, call_id: str) -> Sequence[CallDecision]:
        """Every decision, refused ones too, oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM guarded_decisions WHERE call_id = $1 ORDER BY decided_at, decision_id", call_id
        )
        return [CallDecision.model_validate(dict(row)) for row in rows]

    async def decision(self, call_id: str, decision_id: str) -> CallDecision | None:
        """None while no worker has applied it."""
        query = "SELECT * FROM guarded_decisions WHERE call_id = $1 AND decision_id = $2"
        row = await self._database.fetchrow(query, call_id, decision_id)
        return CallDecision.model_validate(dict(row)) if row else None


def _changed(call_id: str, organisation: str) -> Notification:
    return Notification(kind="guarded_call", organisation=organisation, call_id=call_id)
