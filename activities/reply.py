"""Writing replies and checking them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from temporalio import activity

from activities.at_once import AtOnce
from activities.heartbeats import heartbeats
from answering.organisations import Organisations, ServedVersion
from answering.questions import question_of
from answering.step_drafts import tool_draft, unasked
from domain.conversation.activity_models import (
    GeneratedReply,
    GenerateReplyInput,
    NewerVersion,
    ScoreConfidenceInput,
    ScoredConfidence,
)
from domain.conversation.turn import Draft, draft_for
from domain.errors import HoldfastError, NotFoundError
from domain.journeys.ahead import ai_agents_ahead
from domain.journeys.plan import Plan
from domain.journeys.work import UseTool
from domain.tools.calls import RecordedCall
from integrations.llm.abandoned import counting_abandoned
from storage.approvals import ApprovalRepository
from storage.journeys import JourneyRepository, OpenJourney
from storage.tool_calls import ToolCallRepository
from storage.turns import TurnRepository
from storage.views import DraftBasis


class ReplyActivities:
    """Drafts with the models of the pinned spec version."""

    def __init__(
        self,
        turns: TurnRepository,
        calls: ToolCallRepository,
        approvals: ApprovalRepository,
        journeys: JourneyRepository,
        organisations: Organisations,
        at_once: AtOnce,
    ) -> None:
        self._turns = turns
        self._calls = calls
        self._approvals = approvals
        self._journeys = journeys
        self._organisations = organisations
        self._at_once = at_once

    @activity.defn
    async def generate_reply(self, input: GenerateReplyInput) -> GeneratedReply:
        """Record the new messages, draft one answer to everything that nobody has answered, and decide about it.

        What is decided is carried out at once where the mandate allows it; otherwise the draft is returned.
        """
        async with heartbeats():
            basis = await self._turns.begin_draft(input, datetime.now(UTC))
            draft = await self._drafted(input, basis)
            if draft is None or input.mandate is None:
                return GeneratedReply(draft=draft)
            served = await self._organisations.served(input.spec_hash)
            reply = await self._at_once.carry_out(draft, input, input.mandate, served.policy)
            if basis.newest in (None, input.spec_hash):
                return reply
            newer = await self._newer(basis.newest, {draft.ai_agent, input.mandate.owner.id}, input)
            return reply.model_copy(update={"newer": newer})

    async def _newer(self, spec_hash: str, now: set[str | None], input: GenerateReplyInput) -> NewerVersion | None:
        """The version published last, if open conversations move to it and it has the AI agents that are needed.

        Those are the ones of `now`, and those that its journeys still come to. One that cannot be served here, as by
        workers of another release, takes over no conversation.
        """
        try:
            served = await self._organisations.served(spec_hash)
            ahead = await self._ahead(input)
        except HoldfastError as error:
            activity.logger.warning("stays on its specification: %s", type(error).__name__)
            return None
        spec = served.specification
        has = {ai_agent.id for ai_agent in spec.ai_agents}
        moves = spec.open_conversations == "move" and ahead is not None and now | ahead <= has
        return NewerVersion(spec_hash=spec_hash, policy=served.policy) if moves else None

    async def _ahead(self, input: GenerateReplyInput) -> frozenset[str] | None:
        """AI agents that the conversation's journeys still come to; None where one did not yet write down its steps."""
        runs = set(input.mandate.journeys) if input.mandate else set()
        if not runs:
            return frozenset()
        found = await self._journeys.under_way(input.conversation_id, tuple(runs))
        if len(found) < len(runs):
            return None
        return frozenset().union(*[await self._ai_agents_ahead(one) for one in found])

    async def _ai_agents_ahead(self, one: OpenJourney) -> frozenset[str]:
        """By the version with which the journey began: it keeps to that."""
        specification = (await self._organisations.served(one.spec_hash)).specification
        journey = specification.journey(one.journey)
        return ai_agents_ahead(Plan.of(journey, specification.journeys), one.steps) if journey else frozenset()

    async def _drafted(self, input: GenerateReplyInput, basis: DraftBasis) -> Draft | None:
        """The draft, kept before anything is done with it, so that no model is paid twice for a turn."""
        if basis.draft is not None or not (basis.unanswered or input.work):
            return basis.draft
        served = await self._organisations.served(input.spec_hash)
        made = await self._made(input, basis, served)
        held_to = await self._organisations.held_to(served.specification, made.ai_agent)
        return await self._turns.save_draft(input, draft_for(made, held_to, input.understands))

    async def _made(self, input: GenerateReplyInput, basis: DraftBasis, served: ServedVersion) -> Draft:
        """What an AI agent writes, or the use of a tool that a journey asks for."""
        if isinstance(input.work, UseTool):
            return tool_draft(input.draft_id, input.work, basis, served.specification)
        question = question_of(
            input.draft_id,
            basis,
            ai_agent=input.ai_agent,
            work=input.work,
            missing_sources=input.missing_sources,
            instruction=input.instruction,
            rejected=await self._rejected(input),
            done=await self._done(served, input.conversation_id),
            channel=None if input.suggestion else input.channel,
        )
        async with self._counting_failures(input.conversation_id):
            made = await served.drafter.draft(question)
        return made if input.work is None else unasked(made)

    @activity.defn
    async def score_confidence(self, input: ScoreConfidenceInput) -> ScoredConfidence:
        """Ask the validator model whether the draft is right and supported by its sources."""
        saved = await self._turns.get_verdict(input.draft_id)
        if saved is not None:
            return saved
        served = await self._organisations.served(input.spec_hash)
        basis = await self._turns.read_draft(input.draft_id)
        if basis is None or basis.draft is None or served.validator is None:
            raise NotFoundError("There is no draft to check, or no validator model in this specification.")
        done = await self._done(served, input.conversation_id)
        question = question_of(input.draft_id, basis, ai_agent=basis.draft.ai_agent, done=done, work=input.work)
        async with heartbeats(), self._counting_failures(input.conversation_id):
            verdict = await served.drafter.check(question, basis.draft, served.validator)
        scored = ScoredConfidence(supported=verdict.supported, usage=verdict.usage)
        await self._turns.save_verdict(input.draft_id, scored)
        return scored

    @asynccontextmanager
    async def _counting_failures(self, conversation_id: str) -> AsyncIterator[None]:
        """Models that said nothing usable cost all the same, and so does what is given up midway."""
        with counting_abandoned() as abandoned:
            try:
                yield
            except HoldfastError as error:
                await self._turns.keep_failed(conversation_id, error.spent)
                raise
            except asyncio.CancelledError:
                await self._turns.keep_failed(conversation_id, abandoned)
                raise

    async def _rejected(self, input: GenerateReplyInput) -> Sequence[str]:
        return await self._approvals.rejected_texts(input.conversation_id) if input.instruction else ()

    async def _done(self, served: ServedVersion, conversation_id: str) -> Sequence[RecordedCall]:
        return await self._calls.of(conversation_id) if served.version.tools else ()
