"""Points at which a worker process stops a conversation and waits to be killed."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.converter import PayloadCodec
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.worker import Interceptor as WorkerInterceptor

Moment = Literal["scheduling", "before", "after"]
WORKFLOW_PREFIX = "conversation-"


@dataclass(frozen=True)
class Point:
    """`scheduling`: the activity before is done, this one is not yet asked for. `after`: committed, not reported."""

    moment: Moment
    activity: str

    @classmethod
    def parse(cls, text: str) -> Self:
        moment, name = text.split()
        return cls(moment, name)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.moment} {self.activity}"


class Stops(ClientInterceptor, WorkerInterceptor, PayloadCodec):
    """Stops each conversation at its point, the first time that it comes there, and says so on standard output.

    A workflow cannot be stopped in its own thread, where Temporal takes it for a deadlock. Its commands are encoded
    afterwards, in the event loop: there it can wait.
    """

    def __init__(self, points: Mapping[str, Point]) -> None:
        self._points = dict(points)
        self.scheduling: set[str] = set()
        self._never = asyncio.Event()

    def is_at(self, conversation_id: str, moment: Moment, name: str) -> bool:
        return self._points.get(conversation_id) == Point(moment, name)

    async def stop(self, conversation_id: str) -> None:
        sys.stdout.write(f"{conversation_id}\n")
        sys.stdout.flush()
        await self._never.wait()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _StopsActivities(next, self)

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        stops = self

        class Inbound(WorkflowInboundInterceptor):
            def init(self, outbound: WorkflowOutboundInterceptor) -> None:
                super().init(_NotesSchedules(outbound, stops))

        return Inbound

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        for conversation_id in self.scheduling:
            if any(conversation_id.encode() in payload.data for payload in payloads):
                await self.stop(conversation_id)
        return list(payloads)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return list(payloads)


class _StopsActivities(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, stops: Stops) -> None:
        super().__init__(next)
        self._stops = stops

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        conversation_id = (info.workflow_id or "").removeprefix(WORKFLOW_PREFIX)
        if self._stops.is_at(conversation_id, "before", info.activity_type):
            await self._stops.stop(conversation_id)
        result = await self.next.execute_activity(input)
        if self._stops.is_at(conversation_id, "after", info.activity_type):
            await self._stops.stop(conversation_id)
        return result


class _NotesSchedules(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, stops: Stops) -> None:
        super().__init__(next)
        self._stops = stops

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
        conversation_id = workflow.info().workflow_id.removeprefix(WORKFLOW_PREFIX)
        if self._stops.is_at(conversation_id, "scheduling", input.activity):
            self._stops.scheduling.add(conversation_id)
        return self.next.start_activity(input)
