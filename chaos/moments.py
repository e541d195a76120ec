"""The worst moments for a worker to die: something was done and nobody has heard of it, or it is just about to be."""

import os
import signal
from collections.abc import Callable, Sequence
from typing import Any, Literal, NamedTuple

from temporalio import activity
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput
from temporalio.worker import Interceptor as WorkerInterceptor

from activities.options import (
    CALL_TOOL,
    CHANGE_OWNERSHIP,
    DELIVER_MESSAGE,
    ESCALATE_CONVERSATION,
    GENERATE_REPLY,
    OPEN_CONVERSATION,
    RECORD_DECISION,
    RECORD_MESSAGES,
    REQUEST_APPROVAL,
)


class Moment(NamedTuple):
    """Around an activity: `after` is when it is committed and Temporal has not heard of it."""

    when: Literal["before", "after"]
    activity: str


DELIVERY = DELIVER_MESSAGE.name
WORST_MOMENTS: Sequence[Moment] = (
    # Mostly there, as it is where most could go wrong: both reply to customers.
    *[Moment("after", DELIVERY)] * 16,
    *[Moment("before", DELIVERY)] * 4,
    *[Moment("after", GENERATE_REPLY.name)] * 8,
    *(
        Moment("after", row.name)
        for row in (
            CALL_TOOL,
            CHANGE_OWNERSHIP,
            ESCALATE_CONVERSATION,
            OPEN_CONVERSATION,
            RECORD_DECISION,
            RECORD_MESSAGES,
            REQUEST_APPROVAL,
        )
    ),
)


class DiesAtMoments(ClientInterceptor, WorkerInterceptor):
    """Kills its own process at the moment for which it was armed."""

    def __init__(self, choose: Callable[[], Moment]) -> None:
        self._choose = choose
        self._armed: Moment | None = None

    def arm(self) -> None:
        self._armed = self._choose()

    def reached(self, when: Literal["before", "after"], activity_type: str) -> None:
        if self._armed == (when, activity_type):
            os.kill(os.getpid(), signal.SIGKILL)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Activities(next, self)


class _Activities(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, dies: DiesAtMoments) -> None:
        super().__init__(next)
        self._dies = dies

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        name = activity.info().activity_type
        self._dies.reached("before", name)
        result = await self.next.execute_activity(input)
        self._dies.reached("after", name)
        return result
