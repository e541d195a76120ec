"""The points at which a worker of Holdfast stops: around the activity that writes the reply."""

from typing import Any

from temporalio import activity
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput
from temporalio.worker import Interceptor as WorkerInterceptor

from activities.options import GENERATE_EMBEDDED
from bench.peers.stops import Stops


class StopsDeliveries(ClientInterceptor, WorkerInterceptor):
    """`after_reply` is when the reply is committed and Temporal has not heard of it."""

    def __init__(self, stops: Stops) -> None:
        self._stops = stops

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Activities(next, self._stops)


class _Activities(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, stops: Stops) -> None:
        super().__init__(next)
        self._stops = stops

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        if activity.info().activity_type != GENERATE_EMBEDDED.name:
            return await self.next.execute_activity(input)
        await self._stops.reached("before_reply")
        result = await self.next.execute_activity(input)
        await self._stops.reached("after_reply")
        return result
