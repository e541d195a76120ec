"""Calling activities by their rows in the table: a row says the name, the result's type and the options."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.workflow import ActivityConfig, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.options import ActivityRow
    from domain.errors import StoreUnavailableError

Argument = TypeVar("Argument")
Result = TypeVar("Result")
Start = Callable[[], ActivityHandle[Result]]
"""Starts an activity; the same one again, with the same input, where it is called again."""


def start_activity(row: ActivityRow[Argument, Result], argument: Argument, summary: str) -> ActivityHandle[Result]:
    """Start an activity; `summary` is what the Temporal UI says of it. Awaiting it raises ActivityError."""
    config: ActivityConfig = {**row.options, "summary": summary}
    return workflow.start_activity_method(row.method, argument, **config)


def startable(row: ActivityRow[Argument, Result], argument: Argument, summary: str) -> Start[Result]:
    """An activity that may have to be started more than once, with an input that is made now."""
    return partial(start_activity, row, argument, summary)


async def execute_activity(row: ActivityRow[Argument, Result], argument: Argument, summary: str) -> Result:
    """The result of an activity. Raises ActivityError once its retries are over."""
    return await start_activity(row, argument, summary)


def store_was_away(error: ActivityError) -> bool:
    """Whether the last thing that an activity met was our own database not answering."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ApplicationError) and cause.type == StoreUnavailableError.__name__:
            return True
        cause = cause.__cause__
    return False
