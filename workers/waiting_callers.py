"""Bringing the result of a guarded call to the activity that waits for it."""

from collections.abc import Callable

from temporalio.client import AsyncActivityCancelledError, Client
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import UnavailableError
from domain.guarding.calls import Caller, GuardedOutcome


class WaitingCallers:
    """`client` gives the one to ask with, such as that of the activity that is under way."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    async def tell(self, caller: Caller, outcome: GuardedOutcome) -> None:
        """Complete the activity, or fail it for good. One that waits no more, or between two tries, is not found.

        Raises UnavailableError while Temporal is away.
        """
        handle = self._client().get_async_activity_handle(
            workflow_id=caller.workflow_id, run_id=caller.run_id, activity_id=caller.activity_id
        )
        try:
            if outcome.state == "done":
                await handle.complete(outcome.result)
            else:
                await handle.fail(ApplicationError(outcome.message, type=outcome.error, non_retryable=True))
        except AsyncActivityCancelledError:
            return
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise UnavailableError("Temporal does not answer. This is tried again.") from error
