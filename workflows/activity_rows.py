"""Calling activities by their rows in the table: a row says the name, the result's type and the options."""

from typing import TypeVar

from temporalio import workflow
from temporalio.workflow import ActivityConfig, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from activities.options import ActivityRow

Argument = TypeVar("Argument")
Result = TypeVar("Result")


def start_activity(row: ActivityRow[Argument, Result], argument: Argument, summary: str) -> ActivityHandle[Result]:
    """Start an activity; `summary` is what the Temporal UI says of it. Awaiting it raises ActivityError."""
    config: ActivityConfig = {**row.options, "summary": summary}
    return workflow.start_activity_method(row.method, argument, **config)


async def execute_activity(row: ActivityRow[Argument, Result], argument: Argument, summary: str) -> Result:
    """The result of an activity. Raises ActivityError once its retries are over."""
    return await start_activity(row, argument, summary)
