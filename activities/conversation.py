"""Opening a conversation, recording its messages, changing its owner and its status."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from temporalio import activity

from answering.organisations import Organisations
from domain.conversation.activity_models import (
    ChangeOwnershipInput,
    ChangeStatusInput,
    ClimbQueueLadderInput,
    FetchCustomerContextInput,
    FetchedContext,
    OpenConversationInput,
    OpenedConversation,
    OwnershipChanged,
    RecordedMessages,
    RecordMessagesInput,
    StatusChanged,
)
from domain.conversation.ownership import Owner
from domain.conversation.policy import Policy
from domain.specification.organisation import Mode
from storage.conversations import ConversationRepository

FetchContext = Callable[[FetchCustomerContextInput], Awaitable[FetchedContext]]


class ConversationActivities:
    """Everything that only our own database is needed for."""

    def __init__(
        self, conversations: ConversationRepository, organisations: Organisations, contexts: FetchContext
    ) -> None:
        self._conversations = conversations
        self.organisations = organisations
        self._fetch_context = contexts

    @activity.defn
    async def open_conversation(self, input: OpenConversationInput) -> OpenedConversation:
        """Pin the published spec version and make the row; on a later run, return what the row says."""
        active = await self.organisations.active_version(input.start.organisation)
        specification = (await self.organisations.served(active)).specification
        mode = await self.organisations.mode_of(specification, specification.default_ai_agent)
        ai = Owner(kind="ai_agent", id=specification.default_ai_agent)
        owner = Owner(kind="human_agent") if mode is Mode.CO_PILOT else ai
        row = await self._conversations.open(input.start, active, owner, mode, datetime.now(UTC))
        pinned = await self.organisations.served(row.spec_hash)
        return OpenedConversation(
            spec_hash=row.spec_hash,
            policy=pinned.policy,
            revision=row.revision,
            turn=row.turn,
            owner=row.owner,
            mode=row.mode,
            status=row.status,
            merged_into=row.merged_into,
            context=await self._context(input, row.spec_hash, pinned.policy),
        )

    async def _context(self, input: OpenConversationInput, spec_hash: str, policy: Policy) -> FetchedContext | None:
        """What a first reply needs besides: one activity less where it lies in our own store."""
        subject = input.context_of
        if subject is None or not policy.has_own_context:
            return None
        asked = FetchCustomerContextInput(
            organisation=input.start.organisation,
            spec_hash=spec_hash,
            sources=policy.context_sources,
            conversation_id=input.start.conversation_id,
            customer_id=subject.customer_id,
            channel=subject.channel,
        )
        return await self._fetch_context(asked)

    @activity.defn
    async def record_messages(self, input: RecordMessagesInput) -> RecordedMessages:
        """Write customer messages into the transcript; drafts of an older revision are stale from here on."""
        return await self._conversations.record_messages(
            input.conversation_id, input.revision, input.messages, answered=input.answered
        )

    @activity.defn
    async def change_ownership(self, input: ChangeOwnershipInput) -> OwnershipChanged:
        """Hand the conversation to a person or back; when this returns, the takeover is acknowledged."""
        return await self._conversations.change_ownership(input, datetime.now(UTC))

    @activity.defn
    async def climb_queue_ladder(self, input: ClimbQueueLadderInput) -> None:
        """Record that somebody was reminded of a customer who waits for a person, or that others are asked to look."""
        await self._conversations.climb_queue_ladder(input, datetime.now(UTC))

    @activity.defn
    async def change_status(self, input: ChangeStatusInput) -> StatusChanged | None:
        """Snooze, wake, resolve, reopen or change the mode. None from workers of the version before."""
        return await self._conversations.change_status(input, datetime.now(UTC))
