"""Workers as in production, except that drafts come from a script: the gateway's tests are not about wording."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Never

from temporalio import activity
from temporalio.client import Client
from temporalio.worker import Worker

from activities.approvals import ApprovalActivities
from activities.context import ContextActivities
from activities.conversation import ConversationActivities
from activities.delivery import DeliveryActivities
from activities.guarding import GuardingActivities
from activities.journeys import JourneyActivities
from answering.organisations import ModelFactory, Organisations
from domain.conversation.activity_models import (
    GeneratedReply,
    GenerateReplyInput,
    OpenConversationInput,
    OpenedConversation,
)
from domain.conversation.confidence import Calibration
from domain.conversation.ownership import Owner
from domain.conversation.policy import policy_of
from domain.conversation.turn import Citation, Draft, Evidence, Usage
from domain.delivery.channels import WEB_CHAT
from domain.queues import CONVERSATIONS, CRM, DELIVERY, LLM
from domain.specification.organisation import Mode, SpecVersion
from domain.specification.people import HumanAgentSpec
from domain.specification.tools import ToolServerSpec
from domain.tools.actions import ProposedAction
from integrations.channels.base import Channel
from integrations.channels.registry import TRAITS
from integrations.channels.web_chat import WebChatChannel
from integrations.tools.base import ToolServer
from storage.approvals import ApprovalRepository
from storage.conversations import ConversationRepository
from storage.customers import CustomerRepository
from storage.database import Database
from storage.deliveries import DeliveryRepository
from storage.guarded_calls import GuardedCallRepository
from storage.journeys import JourneyRepository
from storage.specs import SpecRepository
from storage.turns import TurnRepository
from tests.organisation import VERSION
from tests.pigeons import KIND, PigeonChannel
from workers.sandbox import workflow_runner
from workers.waiting_callers import WaitingCallers
from workflows.conversation.workflow import ConversationWorkflow
from workflows.guarding.workflow import GuardedCallWorkflow
from workflows.journeys.workflow import JourneyWorkflow


def _no_model(*_: object) -> Never:
    raise AssertionError("the gateway's tests use no model")


SURE = Evidence(topic="account", topic_confidence=1.0, retrieval=1.0, retrieval_margin=1.0, grounding=1.0)
ARTICLE = Citation(source_id="password", title="Reset your password", source="https://shop.example/help", quote="Yes.")
VOUCHER = ProposedAction(server="shop", tool="issue_voucher", arguments={"order_id": "A-1001", "amount": 10})

PEOPLE = (
    HumanAgentSpec(id="anna", name="Anna", roles=("approver",)),
    HumanAgentSpec(id="bo", name="Bo", roles=("approver",), skills=("account",), at_most=9),
    HumanAgentSpec(id="cy", name="Cy", roles=("support",), skills=("account",)),
)
STAFFED = VERSION.model_copy(
    update={"specification": VERSION.specification.model_copy(update={"people": PEOPLE})},
)
"""The shop with people."""

NO_MODELS = ModelFactory(writer=_no_model, validator=_no_model)


class ScriptedReplies:
    """Answers with what was asked. "refund" and "voucher", a tool, wait for approval; "person" and "olá" go to one."""

    def __init__(self, turns: TurnRepository) -> None:
        self._turns = turns

    @activity.defn
    async def generate_reply(self, input: GenerateReplyInput) -> GeneratedReply:
        basis = await self._turns.begin_draft(input, datetime.now(UTC))
        if basis.draft is not None or not basis.unanswered:
            return GeneratedReply(draft=basis.draft)
        asked = " + ".join(basis.unanswered)
        again = f" ({input.instruction})" if input.instruction else ""
        evidence = SURE.model_copy(update={"supervised": "refund" in asked, "asks_for_person": "person" in asked})
        if "olá" in asked:
            evidence = evidence.model_copy(update={"unsupported_language": "pt"})
        actions = (VOUCHER,) if "voucher" in asked else ()
        if actions:
            evidence = evidence.model_copy(update={"action": "needs_approval"})
        draft = Draft(
            draft_id=input.draft_id,
            ai_agent="service",
            text=f"You asked: {asked}{again}",
            citations=(ARTICLE,),
            actions=actions,
            evidence=evidence,
            usage=Usage(model="scripted"),
            chosen_by="topic",
        )
        await self._turns.save_draft(input, draft)
        return GeneratedReply(draft=draft)


class TestOrganisation:
    """Opens conversations with the published specification; needs none of its models."""

    def __init__(self, conversations: ConversationRepository) -> None:
        self._conversations = conversations

    @activity.defn
    async def open_conversation(self, input: OpenConversationInput) -> OpenedConversation:
        owner = Owner(kind="ai_agent", id=VERSION.specification.default_ai_agent)
        row = await self._conversations.open(
            input.start, STAFFED.content_hash, owner, Mode.DELEGATION, datetime.now(UTC)
        )
        return OpenedConversation(
            spec_hash=row.spec_hash,
            policy=policy_of(STAFFED.specification, Calibration(), TRAITS),
            revision=row.revision,
            turn=row.turn,
            owner=row.owner,
            mode=row.mode,
            status=row.status,
        )


async def _published(_: str) -> SpecVersion:
    return STAFFED


def no_tools(organisation: str, server: ToolServerSpec) -> ToolServer:
    raise AssertionError(f"{organisation} has no tool server {server.id}")


@asynccontextmanager
async def running_workers(client: Client, database: Database) -> AsyncIterator[None]:
    """One worker per task queue until the end of the block."""
    conversations = ConversationRepository(database)
    # Recording needs no organisation: opening, which does, is replaced.
    spent_since = TurnRepository(database).spent_since
    organisations = Organisations(SpecRepository(database), NO_MODELS, _no_model, spent_since, no_tools)
    approvals = ApprovalActivities(ApprovalRepository(database))
    channels: dict[str, Channel] = {WEB_CHAT: WebChatChannel(), KIND: PigeonChannel()}
    delivery = DeliveryActivities(DeliveryRepository(database), channels)
    context = ContextActivities(CustomerRepository(database), {}, organisations)
    recording = ConversationActivities(conversations, organisations, context.fetch_customer_context)
    journeys = JourneyActivities(JourneyRepository(database), _published)
    callers = WaitingCallers(activity.client)
    guarding = GuardingActivities(GuardedCallRepository(database), SpecRepository(database), callers)
    activities: list[Callable[..., Any]] = [
        TestOrganisation(conversations).open_conversation,
        recording.record_messages,
        recording.change_ownership,
        recording.change_status,
        approvals.request_approval,
        approvals.record_decision,
        approvals.climb_ladder,
        delivery.deliver_message,
        delivery.give_up_delivery,
        delivery.escalate_conversation,
        context.fetch_customer_context,
        ScriptedReplies(TurnRepository(database)).generate_reply,
        journeys.open_journey,
        journeys.read_customer_facts,
        journeys.record_journey,
        guarding.open_guarded_call,
        guarding.record_call_decision,
        guarding.climb_call_ladder,
        guarding.end_guarded_call,
    ]
    async with AsyncExitStack() as stack:
        runner = workflow_runner()
        worker = Worker(
            client,
            task_queue=CONVERSATIONS,
            workflows=[ConversationWorkflow, JourneyWorkflow, GuardedCallWorkflow],
            activities=activities,
            workflow_runner=runner,
            sticky_queue_schedule_to_start_timeout=timedelta(seconds=1),
        )
        await stack.enter_async_context(worker)
        for queue in (LLM, CRM, DELIVERY):
            await stack.enter_async_context(Worker(client, task_queue=queue, activities=activities))
        yield
