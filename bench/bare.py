"""The cheapest possible turn in Temporal, to compare with: one signal, two activities that do nothing."""

from collections.abc import Callable
from datetime import timedelta

from temporalio import activity, workflow

QUEUE = "bare"
LIMIT = timedelta(seconds=30)


class BareActivities:
    """Do nothing; the end of the second one is told, as a reply is."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    @activity.defn
    async def do_nothing(self, text: str) -> str:
        return text

    @activity.defn
    async def do_nothing_again(self, text: str) -> str:
        self._tell(activity.info().workflow_id or "")
        return text


@workflow.defn
class BareWorkflow:
    """Waits for a signal, runs two activities, and so on."""

    def __init__(self) -> None:
        self._inbox: list[str] = []

    @workflow.signal
    def receive(self, text: str) -> None:
        self._inbox.append(text)

    @workflow.run
    async def run(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._inbox))
            text = self._inbox.pop(0)
            await workflow.execute_activity_method(BareActivities.do_nothing, text, start_to_close_timeout=LIMIT)
            await workflow.execute_activity_method(BareActivities.do_nothing_again, text, start_to_close_timeout=LIMIT)
