"""What all activity calls share."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from temporalio import workflow
from temporalio.workflow import ActivityConfig, ActivityHandle

with workflow.unsafe.imports_passed_through():
    from domain.conversation.policy import Policy
    from domain.conversation.state import ConversationState

S = TypeVar("S")
Argument = TypeVar("Argument")
Result = TypeVar("Result")


class Calls:
    """Builds activity inputs from the state; changes nothing."""

    def __init__(self, state: ConversationState) -> None:
        self._state = state

    @property
    def _names(self) -> dict[str, str]:
        began = self._state.start
        return {"organisation": began.organisation, "conversation_id": began.conversation_id}

    @property
    def _policy(self) -> Policy:
        return self._state.opened_policy

    @property
    def _spec_hash(self) -> str:
        return self._state.spec_hash or ""


def start(
    method: Callable[[S, Argument], Awaitable[Result]], argument: Argument, options: ActivityConfig, summary: str
) -> ActivityHandle[Result]:
    """Start an activity; `summary` is what the Temporal UI says of it."""
    config: ActivityConfig = {**options, "summary": summary}
    return workflow.start_activity_method(method, argument, **config)


async def run(
    method: Callable[[S, Argument], Awaitable[Result]], argument: Argument, options: ActivityConfig, summary: str
) -> Result:
    return await start(method, argument, options, summary)
