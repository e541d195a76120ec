"""Stops activities before or after they did their work, without a hook in the product."""

from typing import Any, Literal

from temporalio import activity
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput
from temporalio.worker import Interceptor as WorkerInterceptor

from tests.workflows.fakes import Gate

Moment = Literal["before", "after"]


class Gates(ClientInterceptor, WorkerInterceptor):
    """Put on a client, it reaches the workers made with it."""

    def __init__(self) -> None:
        self._gates: dict[tuple[Moment, str], Gate] = {}

    def hold(self, moment: Moment, name: str) -> Gate:
        """Hold the next run of the activity: before anything is done, or when all is committed but not reported."""
        gate = Gate()
        self._gates[moment, name] = gate
        return gate

    async def pass_by(self, moment: Moment) -> None:
        gate = self._gates.pop((moment, activity.info().activity_type), None)
        if gate:
            await gate.pass_through()

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Held(next, self)


class _Held(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, gates: Gates) -> None:
        super().__init__(next)
        self._gates = gates

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        await self._gates.pass_by("before")
        result = await self.next.execute_activity(input)
        await self._gates.pass_by("after")
        return result
