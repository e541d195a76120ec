"""A workflow that uses one activity for each message, in its main method, as a conversation does."""

from datetime import timedelta

from temporalio import activity, workflow


class Idle:
    @activity.defn
    async def do_nothing(self, name: str) -> None:
        """Nothing, for a message."""


@workflow.defn
class Listener:
    """Ends with the message "end"."""

    def __init__(self) -> None:
        self._messages: list[str] = []

    @workflow.run
    async def run(self) -> None:
        while True:
            await workflow.wait_condition(lambda: bool(self._messages))
            message = self._messages.pop(0)
            await workflow.execute_activity("do_nothing", message, start_to_close_timeout=timedelta(seconds=10))
            if message == "end":
                return

    @workflow.signal
    async def hear(self, message: str) -> None:
        self._messages.append(message)
