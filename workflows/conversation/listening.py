"""Waiting for an activity that may take hours, with an ear for what people and customers want meanwhile."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityHandle

with workflow.unsafe.imports_passed_through():
    from domain.conversation.activity_models import DeliverMessageInput
    from domain.conversation.meanwhile import calls_back, is_void, makes_room, request_at_once, withdraws
    from domain.conversation.requests import ChangeMode, HandBack, Reopen, ReportFailure, Resolve, Snooze, TakeOver
    from domain.conversation.state import ConversationState
    from workflows.activity_rows import Start
    from workflows.conversation.activity_calls import ActivityCalls

if TYPE_CHECKING:
    from workflows.conversation.lifecycle import ConversationLifecycle

Result = TypeVar("Result")

DOES_AT_ONCE = "what-people-ask-waits-for-no-vendor"


class Withdrawn(Exception):  # noqa: N818 (nothing went wrong)
    """A message must not leave any more, and is not tried further."""


class Listening:
    """`message` is what a vendor is to take; without one, people's requests wait, because it does not take long."""

    def __init__(self, state: ConversationState, activities: ActivityCalls, lifecycle: "ConversationLifecycle") -> None:
        self._state = state
        self._activities = activities
        self._lifecycle = lifecycle

    async def to(
        self,
        start: Start[Result],
        leaves_at: datetime | None,
        message: DeliverMessageInput | None = None,
        *,
        ends: bool = False,
    ) -> Result | None:
        """The result, or None when it failed for good. `ends`: the message is being given up already.

        A store that was away is no failure: the same is tried again, under the same key. Raises Withdrawn when a
        message must not leave any more.
        """
        while True:
            try:
                return await self._listen(start(), leaves_at, message, ends=ends)
            except ActivityError as error:
                if not await self._activities.store_came_back(error):
                    return None
            if self._must_stop(leaves_at):
                await self._lifecycle.record_what_overtakes()

    async def _listen(
        self,
        running: ActivityHandle[Result],
        leaves_at: datetime | None,
        message: DeliverMessageInput | None,
        *,
        ends: bool,
    ) -> Result:
        heeded = message

        def interrupted() -> bool:
            return running.done() or self._must_stop(leaves_at) or self._is_asked(heeded, ends=ends)

        while True:
            await workflow.wait_condition(interrupted)
            if running.done():
                return await running
            overtaken = self._must_stop(leaves_at)
            if overtaken:
                await self._lifecycle.record_what_overtakes()
            elif heeded is not None and workflow.patched(DOES_AT_ONCE):
                await self._carry_out(heeded)
            else:
                heeded = None
            if heeded is not None and not ends and self._is_void(heeded, asked=not overtaken):
                return await _withdrawn(running)

    def _must_stop(self, leaves_at: datetime | None) -> bool:
        still_here = leaves_at is None or workflow.now() < leaves_at
        recorded_now = still_here and self._state.waiting.identity_check is None
        return self._state.is_overtaken() if recorded_now else self._state.is_being_taken_over()

    def _is_asked(self, message: DeliverMessageInput | None, *, ends: bool) -> bool:
        if message is None:
            return False
        requests = self._state.mailbox.requests
        ends_it = makes_room(requests, message) or calls_back(requests, message)
        return request_at_once(requests, message) is not None or (not ends and ends_it)

    def _is_void(self, message: DeliverMessageInput, *, asked: bool) -> bool:
        void = is_void(message, self._state.lifecycle, asked=asked)
        requests = self._state.mailbox.requests
        unwanted = void or makes_room(requests, message) or calls_back(requests, message)
        return unwanted and workflow.patched(DOES_AT_ONCE)

    async def _carry_out(self, message: DeliverMessageInput) -> None:
        request, lifecycle = request_at_once(self._state.mailbox.requests, message), self._lifecycle
        if request is None:
            return
        self._state.drop_request(request)
        match request:
            case Resolve():
                await lifecycle.resolve(request.request_id, request.by.id, request.note, via=request.via)
            case Snooze():
                await lifecycle.snooze(request, withdraws_reply=withdraws(request, message))
            case ChangeMode():
                await lifecycle.change_mode(request, withdraws_reply=withdraws(request, message))
            case Reopen():
                await lifecycle.reopen(request)
            case ReportFailure():
                await lifecycle.report_failure(request)
            case TakeOver():
                await lifecycle.take_over(request)
            case HandBack():
                await lifecycle.hand_back(request)
        lifecycle.show()


async def _withdrawn(running: ActivityHandle[Result]) -> Result:
    """The result of what was done at this very moment; else raises Withdrawn."""
    running.cancel()
    with suppress(ActivityError, asyncio.CancelledError):
        return await running
    raise Withdrawn
