"""Activities that fail on purpose, once: before they did anything, or when all is done and not reported."""

from typing import Any

from temporalio import activity
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput
from temporalio.worker import Interceptor as WorkerInterceptor

from tests.e2e.gates import Moment


class Faults(ClientInterceptor, WorkerInterceptor):
    """Put on a client, it reaches the workers made with it."""

    def __init__(self) -> None:
        self._ordered: set[tuple[Moment, str]] = set()

    def fail(self, moment: Moment, name: str) -> None:
        """The next run of the activity fails; Temporal tries it again."""
        self._ordered.add((moment, name))

    def clear(self) -> None:
        self._ordered.clear()

    def strike(self, moment: Moment) -> None:
        ordered = (moment, activity.info().activity_type)
        if ordered in self._ordered:
            self._ordered.discard(ordered)
            raise ApplicationError("struck on purpose", type="UnavailableError")

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Struck(next, self)


class _Struck(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, faults: Faults) -> None:
        super().__init__(next)
        self._faults = faults

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        self._faults.strike("before")
        result = await self.next.execute_activity(input)
        self._faults.strike("after")
        return result
