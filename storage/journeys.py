"""Journeys: where each stands, and how customers fare on them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.conversation.turn import CustomerContext
from domain.journeys.activity_models import JourneyState, RecordJourneyInput
from domain.journeys.funnel import StepFunnel
from domain.journeys.progress import Outcome
from domain.model import Frozen
from storage.database import Database
from storage.views import Notification

_JOURNEYS = """
    SELECT organisation, run_id, workflow_id, conversation_id, journey, spec_hash, entered_by, state, began_at,
        ended_at, (
        SELECT e.data->>'text' FROM audit_events e
        WHERE e.conversation_id = journeys.conversation_id AND e.kind = 'journey_left'
            AND e.data->>'run_id' = journeys.run_id LIMIT 1
    ) AS reason
    FROM journeys
"""
REFUSED = ("journey_refused", "journey_request_refused")


class JourneyView(Frozen):
    """A journey that a customer is on, or was. `reason`: why it was left, where no person left it."""

    organisation: str
    run_id: str
    workflow_id: str
    conversation_id: str
    journey: str
    spec_hash: str
    entered_by: str
    state: JourneyState
    reason: str | None = None
    began_at: datetime
    ended_at: datetime | None


class StepView(Frozen):
    """A step each time that it began. Without an outcome it is under way."""

    step: str
    visit: int
    kind: str
    owner: str
    began_at: datetime
    ended_at: datetime | None
    outcome: Outcome | None


class OpenJourney(Frozen):
    """A journey under way, with the paths of its steps that have begun and not ended."""

    journey: str
    spec_hash: str
    steps: tuple[str, ...]


class JourneyAnswer(Frozen):
    """What became of a request; `refused` is a sentence for whoever asked."""

    at: datetime
    refused: str | None = None


class JourneyRepository:
    """What the workflows of journeys wrote down."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, input: RecordJourneyInput) -> None:
        """Keep where a journey stands, with steps and requests; each once."""
        start, changed = input.start, Notification(kind="status", conversation_id=input.start.conversation_id)
        query = "SELECT record_journey($1, $2, $3, $4)"
        await self._database.call(changed, query, input, start.run_id, start.workflow_id, datetime.now(UTC))

    async def customer_context(self, conversation_id: str) -> CustomerContext:
        """What was fetched last about the customer of a conversation; nothing where nothing was."""
        document = await self._database.fetchval(
            "SELECT document FROM customer_contexts WHERE conversation_id = $1 ORDER BY fetched_at DESC LIMIT 1",
            conversation_id,
        )
        return CustomerContext.model_validate(document) if document else CustomerContext()

    async def listed(
        self,
        organisation: str,
        *,
        conversation_id: str | None = None,
        journey: str | None = None,
        only_open: bool = False,
        limit: int = 50,
    ) -> list[JourneyView]:
        """The newest first."""
        rows = await self._database.fetch(
            f"""
            {_JOURNEYS}
            WHERE organisation = $1 AND ($2::text IS NULL OR conversation_id = $2)
                AND ($3::text IS NULL OR journey = $3) AND (NOT $4 OR ended_at IS NULL)
            ORDER BY began_at DESC, run_id LIMIT $5
            """,
            organisation,
            conversation_id,
            journey,
            only_open,
            limit,
        )
        return [JourneyView.model_validate(dict(row)) for row in rows]

    async def get(self, run_id: str) -> JourneyView | None:
        """None for an unknown id."""
        row = await self._database.fetchrow(f"{_JOURNEYS} WHERE run_id = $1", run_id)
        return JourneyView.model_validate(dict(row)) if row else None

    async def answer_to(self, conversation_id: str, request_id: str) -> JourneyAnswer | None:
        """What became of a request to a journey; None until it was carried out or refused."""
        row = await self._database.fetchrow(
            """
            SELECT at, CASE WHEN kind = ANY($3) THEN data->>'text' END AS refused
            FROM audit_events WHERE event_key = format('request:%s:%s', $1::text, $2::text)
            """,
            conversation_id,
            request_id,
            list(REFUSED),
        )
        return JourneyAnswer.model_validate(dict(row)) if row else None

    async def steps(self, run_id: str) -> list[StepView]:
        """The steps of a journey in the order in which they began."""
        rows = await self._database.fetch(
            """
            SELECT step, visit, kind, owner, began_at, ended_at, outcome FROM journey_steps
            WHERE run_id = $1 ORDER BY number
            """,
            run_id,
        )
        return [StepView.model_validate(dict(row)) for row in rows]

    async def under_way(self, conversation_id: str, workflow_ids: Sequence[str]) -> list[OpenJourney]:
        """Those of these journeys that have not ended, as far as they have written down where they stand."""
        rows = await self._database.fetch(
            """
            SELECT j.journey, j.spec_hash, coalesce(array_agg(s.step) FILTER (WHERE s.step IS NOT NULL), '{}') AS steps
            FROM journeys j LEFT JOIN journey_steps s ON s.run_id = j.run_id AND s.outcome IS NULL
            WHERE j.conversation_id = $1 AND j.workflow_id = ANY($2) AND j.ended_at IS NULL
            GROUP BY j.run_id ORDER BY j.run_id
            """,
            conversation_id,
            list(workflow_ids),
        )
        return [OpenJourney.model_validate(dict(row)) for row in rows]

    async def funnel(self, organisation: str, journey: str, since: datetime) -> list[StepFunnel]:
        """How many customers came to each step of journeys that began since then, and what became of them."""
        rows = await self._database.fetch(
            """
            SELECT s.step, max(s.kind) AS kind, max(s.owner) AS owner, count(DISTINCT s.run_id) AS came,
                count(DISTINCT s.run_id) FILTER (WHERE s.outcome = 'done') AS done,
                count(DISTINCT s.run_id) FILTER (WHERE s.outcome IS NULL) AS under_way,
                count(DISTINCT s.run_id) FILTER (WHERE s.outcome = 'skipped') AS skipped,
                count(DISTINCT s.run_id) FILTER (
                    WHERE s.outcome IN ('failed', 'unanswered', 'timed_out')) AS came_to_nothing,
                count(DISTINCT s.run_id) FILTER (WHERE s.outcome = 'left' AND j.state = 'left') AS dropped_off,
                percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM s.ended_at - s.began_at))
                    FILTER (WHERE s.outcome = 'done') AS median_seconds
            FROM journey_steps s JOIN journeys j USING (run_id)
            WHERE j.organisation = $1 AND j.journey = $2 AND j.began_at >= $3
            GROUP BY s.step ORDER BY min(s.began_at - j.began_at), min(s.number)
            """,
            organisation,
            journey,
            since,
        )
        return [StepFunnel.model_validate(dict(row)) for row in rows]
