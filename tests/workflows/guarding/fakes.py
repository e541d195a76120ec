"""Activities of guarded calls over memory, and a company's own activity."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from domain.conversation.ownership import Person
from domain.conversation.requests import DecideApproval
from domain.guarding.calls import (
    ClimbCallLadderInput,
    EndCallInput,
    GuardedCall,
    GuardedRun,
    OpenedCall,
    RecordCallDecisionInput,
    approval_of,
    call_id_of,
    guarded_workflow_id,
)
from domain.queues import CONVERSATIONS
from domain.specification.organisation import ApprovalRule, LadderRung
from domain.specification.people import Members
from workers.sandbox import workflow_runner
from workflows.guarding.workflow import GuardedCallWorkflow

LADDER = (LadderRung(after_minutes=30, action="remind"), LadderRung(after_minutes=60, action="widen", roles=("lead",)))
COMPANY = "company"
ANNA, BEN = Person(id="anna", roles=("approver",)), Person(id="ben", roles=("approver",))


class FakeGuarding:
    """What was kept, in order. `hangs`: the company's activity does not say how it ended."""

    def __init__(self, *, approvers: int = 1, known: OpenedCall | None = None, hangs: bool = False) -> None:
        self.rule = ApprovalRule(id="refunds", approvers=approvers)
        self.known = known
        self.hangs = hangs
        self.decisions: list[RecordCallDecisionInput] = []
        self.ladder: list[ClimbCallLadderInput] = []
        self.ends: list[EndCallInput] = []
        self.made: list[Any] = []

    @activity.defn
    async def open_guarded_call(self, input: GuardedCall) -> OpenedCall:
        if self.known is not None:
            return self.known
        approval = approval_of(input, self.rule, Members(), datetime.now(UTC))
        return OpenedCall(state="waiting" if input.asks else "unasked", approval=approval, ladder=LADDER)

    @activity.defn
    async def record_call_decision(self, input: RecordCallDecisionInput) -> None:
        self.decisions.append(input)

    @activity.defn
    async def climb_call_ladder(self, input: ClimbCallLadderInput) -> None:
        self.ladder.append(input)

    @activity.defn
    async def end_guarded_call(self, input: EndCallInput) -> None:
        self.ends.append(input)

    @activity.defn
    async def refund(self, order: str) -> str:
        self.made.append(order)
        if self.hangs:
            await asyncio.Event().wait()
        return f"R-{order}"


class Held:
    """A call that is held, as a test sees it."""

    def __init__(self, env: WorkflowEnvironment, handle: WorkflowHandle[Any, Any], call: GuardedCall) -> None:
        self.env = env
        self.handle = handle
        self.call = call

    async def decide(self, action: str = "approve", by: Person = ANNA, **more: Any) -> None:
        fields = {"request_id": f"{action}-{by.id}", "by": by, "approval_id": self.call.call_id, "action": action}
        request = DecideApproval.model_validate({**fields, **more})
        await self.handle.signal(GuardedCallWorkflow.decide_approval, request)

    async def until(self, holds: Callable[[GuardedRun], bool]) -> None:
        while True:
            if holds(await self.handle.query(GuardedCallWorkflow.get_call)):
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def holding(env: WorkflowEnvironment, fakes: FakeGuarding, **changes: Any) -> AsyncIterator[Held]:
    call_id = call_id_of(uuid4().hex)
    fields = {"organisation": "acme", "activity": "refund", "task_queue": COMPANY, "rule": "refunds"}
    call = GuardedCall.model_validate({**fields, "call_id": call_id, "arguments": ("A-1",), **changes})
    activities: list[Callable[..., Any]] = [
        fakes.open_guarded_call,
        fakes.record_call_decision,
        fakes.climb_call_ladder,
        fakes.end_guarded_call,
    ]
    worker = Worker(
        env.client,
        task_queue=CONVERSATIONS,
        workflows=[GuardedCallWorkflow],
        activities=activities,
        workflow_runner=workflow_runner(),
        graceful_shutdown_timeout=timedelta(),
    )
    company = Worker(env.client, task_queue=COMPANY, activities=[fakes.refund], graceful_shutdown_timeout=timedelta())
    async with worker, company:
        handle = await env.client.start_workflow(
            GuardedCallWorkflow.run,
            GuardedRun(call=call),
            id=guarded_workflow_id(call_id),
            task_queue=CONVERSATIONS,
        )
        yield Held(env, handle, call)
