"""A whole Holdfast for a test: the way in of the gateway, the workers' activities, a real PostgreSQL and Temporal."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self
from uuid import uuid4

from temporalio.client import Client, WorkflowExecutionDescription, WorkflowHandle
from temporalio.service import RPCError
from temporalio.worker import WorkerDeploymentConfig

from answering.organisations import ModelFactory
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Person
from domain.conversation.requests import AnyRequest, DecideApproval, EnterJourney, StartConversation, workflow_id
from domain.conversation.turn import Citation, Usage
from domain.delivery.channels import WEB_CHAT, ChannelTraits
from domain.errors import UnavailableError
from gateway.live import LiveUpdates
from gateway.metrics import GatewayMetrics
from gateway.signals import ConversationSignals
from integrations.channels.base import Channel
from integrations.channels.registry import TRAITS
from integrations.channels.web_chat import WebChatChannel
from integrations.crm.base import Crm
from integrations.crm.directory import DirectoryCrm
from integrations.llm.base import DraftValidator, DraftVerdict, ReplyRequest, ReplyTools, ReplyWriter, WrittenReply
from integrations.tools.base import ToolSettings
from storage.approvals import ApprovalRepository
from storage.audit import AuditRepository
from storage.conversations import ConversationRepository
from storage.customers import CustomerRepository
from storage.database import Database
from storage.notifications import NotificationListener
from storage.records import RecordRepository, TurnView
from storage.views import ApprovalView, AuditEvent, ConversationView, DecisionView, StoredMessage
from tests.e2e.gates import Gates
from tests.e2e.toolshop import use_tools
from tests.organisation import SPECIFICATION
from tests.pigeons import KIND
from tests.workflows.fakes import Gate
from workers.composition import Integrations, compose
from workers.worker import WORKFLOWS, Limits, build_workers
from workflows.conversation.workflow import ConversationWorkflow

ANNA = Person(id="anna", roles=("approver",))
BEN = Person(id="ben", roles=("approver",))
PATIENCE_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.5


class ScriptedWriter:
    """Repeats what it was asked, citing the best passage; also says yes to every draft as a validator.

    Where there are tools, it uses them as tests.e2e.toolshop says.
    """

    def __init__(self) -> None:
        self.gate: Gate | None = None

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        if self.gate:
            await self.gate.pass_through()
        again = f" ({request.instruction})" if request.instruction else ""
        found = await use_tools(request, tools) if tools and tools.offered else []
        passages = [*request.passages[:1], *found]
        cited = tuple(Citation(source_id=passage.article_id, title=passage.title) for passage in passages)
        text = "\n".join([f"You asked: {request.question}{again}", *(passage.text for passage in found)])
        return WrittenReply(text=text, citations=cited, found=tuple(found), usage=Usage(model="scripted"))

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        return DraftVerdict(supported=1.0, usage=Usage(model="scripted"))


def scripted(writer: ReplyWriter | None = None, validator: DraftValidator | None = None) -> ModelFactory:
    double = ScriptedWriter()
    return ModelFactory(writer=lambda *_: writer or double, validator=lambda _: validator or double)


@dataclass(frozen=True)
class Seen:
    """Everything that the database holds of one conversation."""

    row: ConversationView
    messages: Sequence[StoredMessage]
    events: Sequence[AuditEvent]
    turns: Sequence[TurnView]
    approvals: Sequence[ApprovalView]
    decisions: Sequence[DecisionView]

    @property
    def said(self) -> list[tuple[str, str]]:
        """Author and text of every message, oldest first."""
        return [(message.author.value, message.text) for message in self.messages]

    @property
    def replies(self) -> list[str]:
        return [text for author, text in self.said if author in {"ai_agent", "human_agent"}]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    @property
    def open_approval(self) -> ApprovalView | None:
        return next((approval for approval in self.approvals if approval.state == "open"), None)

    @property
    def effects(self) -> list[str]:
        return [decision.effect for decision in self.decisions]

    @property
    def answered(self) -> bool:
        """Nothing that the customer wrote waits."""
        asked = [message.seq for message in self.messages if message.author == "customer"]
        return bool(asked) and self.row.answered_seq >= asked[-1]

    def told(self) -> str:
        return f"{self.row.status} {self.row.owner} {self.said} {self.kinds} {self.effects}"


class Talk:
    """One conversation as its customer and its people make it."""

    def __init__(self, house: "House", conversation_id: str | None = None) -> None:
        self.house = house
        self.id = conversation_id or f"cv_{uuid4().hex}"

    @property
    def handle(self) -> WorkflowHandle[Any, Any]:
        return self.house.client.get_workflow_handle_for(ConversationWorkflow.run, workflow_id(self.id))

    async def says(self, text: str, message_id: str | None = None) -> CustomerMessage:
        said = CustomerMessage(message_id=message_id or uuid4().hex, text=text, received_at=datetime.now(UTC))
        await self.receive(said)
        return said

    async def receive(self, message: CustomerMessage) -> None:
        start = StartConversation(organisation=SPECIFICATION.organisation, conversation_id=self.id)
        await _insist(partial(self.house.way_in.receive, start, message))

    async def ask(self, request: AnyRequest | EnterJourney) -> None:
        await _insist(partial(self.house.way_in.request, self.id, request))

    async def decide(self, action: str, request_id: str, by: Person = ANNA, **more: Any) -> None:
        """Decide the approval that is open now, or another one by `approval_id`."""
        fields = {"request_id": request_id, "by": by, "action": action, **more}
        if "approval_id" not in fields:
            fields["approval_id"] = (await self.asked()).approval.approval_id
        await self.ask(DecideApproval.model_validate(fields))

    async def asked(self) -> ApprovalView:
        """Wait for an open approval."""
        seen = await self.until(lambda seen: seen.open_approval is not None)
        assert seen.open_approval
        return seen.open_approval

    async def decided(self, request_id: str) -> Seen:
        return await self.until(lambda seen: any(one.decision_id == request_id for one in seen.decisions))

    async def answered(self, replies: int) -> Seen:
        return await self.until(lambda seen: seen.answered and len(seen.replies) >= replies)

    async def seen(self) -> Seen | None:
        """None before the conversation is open."""
        store, row = self.house.store, await self.house.store.conversations.get(self.id)
        if row is None:
            return None
        approvals = await store.approvals_of(self.id)
        return Seen(
            row=row,
            messages=await store.conversations.messages_after(self.id, 0),
            events=await store.audit.events(self.id),
            turns=await store.records.turns(self.id),
            approvals=approvals,
            decisions=[one for a in approvals for one in await store.records.decisions(a.approval.approval_id)],
        )

    async def until(self, holds: Callable[[Seen], bool], within_seconds: float = PATIENCE_SECONDS) -> Seen:
        """Look again at each change that the database announces; fail with what was seen last."""
        seen = None
        with self.house.live.watch(self.id) as changed:
            changed.set()
            try:
                async with asyncio.timeout(within_seconds):
                    while seen is None or not holds(seen):
                        await _set_or_time(changed)
                        changed.clear()
                        seen = await self.seen()
            except TimeoutError:
                raise AssertionError(f"waited in vain; {self.id}: {seen.told() if seen else 'no row'}") from None
        # What was read first may be older than what fulfilled the condition.
        later = await self.seen()
        return later if later and holds(later) else seen

    async def history_length(self) -> int:
        """Events of the present run, when nothing is under way."""
        return (await self.rests()).history_length

    async def rests(self) -> WorkflowExecutionDescription:
        """Wait until no activity and no workflow task is under way."""
        while True:
            described = await self.handle.describe()
            raw = described.raw_description
            if not raw.HasField("pending_workflow_task") and not raw.pending_activities:
                return described
            await asyncio.sleep(LOOK_AGAIN_SECONDS / 10)


async def _insist(send: Callable[[], Awaitable[None]]) -> None:
    """As every channel does that hears "not received": the same again."""
    while True:
        try:
            return await send()
        except UnavailableError:
            await asyncio.sleep(LOOK_AGAIN_SECONDS / 10)


async def _set_or_time(changed: asyncio.Event) -> None:
    """Drafts are not announced, so look again now and then."""
    with suppress(TimeoutError):
        await asyncio.wait_for(changed.wait(), LOOK_AGAIN_SECONDS)


class Store:
    """What the tests read."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.conversations = ConversationRepository(database)
        self.approvals = ApprovalRepository(database)
        self.audit = AuditRepository(database)
        self.records = RecordRepository(database)

    async def approvals_of(self, conversation_id: str) -> list[ApprovalView]:
        """The newest first."""
        query = "SELECT approval_id FROM approvals WHERE conversation_id = $1 ORDER BY requested_at DESC"
        found = [
            await self.approvals.get(row["approval_id"]) for row in await self.database.fetch(query, conversation_id)
        ]
        return [approval for approval in found if approval]


class House:
    """Talks, and what they need. Workers come and go through `workers`."""

    def __init__(self, client: Client, database: Database, database_url: str) -> None:
        self.gates = Gates()
        config = client.config()
        config["interceptors"] = [*config["interceptors"], self.gates]
        self.client = Client(**config)
        self.store = Store(database)
        self.way_in = ConversationSignals(client, GatewayMetrics())
        self.live = LiveUpdates()
        self._listener = NotificationListener(database_url)

    def talk(self) -> Talk:
        return Talk(self)

    @asynccontextmanager
    async def workers(
        self,
        models: ModelFactory | None = None,
        channel: Channel | None = None,
        limits: Limits | None = None,
        tools: ToolSettings | None = None,
        further_channels: Mapping[str, Channel] | None = None,
        deployment: WorkerDeploymentConfig | None = None,
        workflows: Sequence[type] = WORKFLOWS,
    ) -> AsyncIterator[None]:
        """The workers of production in this process."""
        channels: dict[str, Channel] = {WEB_CHAT: WebChatChannel()}
        traits = TRAITS
        if channel:
            channels, traits = {WEB_CHAT: channel, KIND: channel}, {**TRAITS, WEB_CHAT: ChannelTraits(live=True)}
        channels.update(further_channels or {})
        crms: dict[str, Crm] = {"directory": DirectoryCrm(CustomerRepository(self.store.database))}
        activities = compose(
            self.store.database,
            models or scripted(),
            Integrations(channels, crms, traits=traits, tools=tools or ToolSettings()),
        )
        async with AsyncExitStack() as stack:
            for worker in build_workers(
                self.client, activities, limits or Limits(), deployment=deployment, workflows=workflows
            ):
                await stack.enter_async_context(worker)
            yield

    async def __aenter__(self) -> Self:
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        async for execution in self.client.list_workflows("ExecutionStatus = 'Running'"):
            with suppress(RPCError):
                await self.client.get_workflow_handle(execution.id).terminate()

    async def _listen(self) -> None:
        async for notification in self._listener.listen():
            if notification.conversation_id:
                self.live.wake(notification.conversation_id)
            else:
                self.live.wake_all()
