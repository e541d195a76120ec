"""`@require_approval`: people approve a call of an activity before it runs."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar, cast

from temporalio import activity
from temporalio.converter import DataConverter

from config.settings import local_settings
from domain.conversation.decision import in_sample
from domain.guarding.calls import Caller, GuardedCall, GuardedOutcome, call_id_of, guarded_workflow_id
from guarding.asking import as_json, outcome_of, result_of, start
from workflows.guarding.workflow import GuardedCallWorkflow

P = ParamSpec("P")
R = TypeVar("R")
DEFINITION = "__temporal_activity_definition"
"""Where the SDK keeps what `@activity.defn` says; functools.wraps copies it with the function that it belongs to."""
GUARD = "__holdfast_guard__"


@dataclass(frozen=True)
class Guard:
    """How calls of one activity are asked for."""

    rule: str
    reason: str
    sample_rate: float
    timeout: timedelta
    repeatable: bool
    requester: Callable[..., str | None] | None
    organisation: str | None

    def call(
        self,
        name: str,
        task_queue: str,
        arguments: tuple[Any, ...],
        call_id: str,
        *,
        asks: bool,
        converter: DataConverter,
    ) -> GuardedCall:
        """Raises ApplicationError for arguments that are no JSON, since nobody could read what they approve."""
        return GuardedCall(
            call_id=call_id,
            organisation=self.organisation or local_settings().organisation.name,
            activity=name,
            task_queue=task_queue,
            arguments=as_json(arguments, converter),
            rule=self.rule,
            reason=self.reason,
            asks=asks,
            requester=self.requester(*arguments) if self.requester else None,
            timeout=self.timeout,
            repeatable=self.repeatable,
        )


def require_approval(
    *,
    rule: str,
    reason: str = "",
    sample_rate: float = 1.0,
    timeout: timedelta = timedelta(minutes=1),
    repeatable: bool = False,
    requester: Callable[..., str | None] | None = None,
    organisation: str | None = None,
) -> Callable[[Callable[P, Awaitable[R]]], Callable[P, Awaitable[R]]]:
    """Ask people before an activity runs, by an approval rule of the specification; stands above `@activity.defn`.

    Whoever calls it waits for the result without occupying a worker, for months if need be. A refused call fails with
    an ApplicationError that is not retried, `GuardedCallRejected`. Once approved, the activity runs once: an attempt
    that does not say within `timeout` how it ended is in doubt and not tried again, unless it is `repeatable`.
    `sample_rate` is the share of calls that ask; the others run at once and are recorded. `requester`, given the
    arguments, names the person who may not approve their own call. `organisation`: unset, that of the settings.

    Raises TypeError for what is no `async def`, ValueError for a share that is none.
    """
    if not 0 <= sample_rate <= 1:
        raise ValueError("sample_rate is a share: from 0 to 1")
    guard = Guard(rule, reason, sample_rate, timeout, repeatable, requester, organisation)

    def guarded(function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        if not inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__name__} is no `async def`: only such an activity can wait for people")

        @functools.wraps(function)
        async def run(*arguments: P.args, **named: P.kwargs) -> R:
            if not activity.in_activity():
                raise RuntimeError(f"{function.__name__} is an activity: call it from a workflow, or by guarding.ask")
            ended = None if _is_approved() else await _asked(guard, _without_self(function, arguments))
            if ended is None:
                return await function(*arguments, **named)
            return cast("R", result_of(ended))  # as JSON, which whoever called reads as its type

        setattr(run, GUARD, guard)
        return _defined(run)

    return guarded


def _defined(run: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
    """The definition that was copied is of the function without its guard: it is made anew, under the same name."""
    copied = run.__dict__.pop(DEFINITION, None)
    return run if copied is None else activity.defn(name=copied.name)(run)


def name_of(run: Callable[..., Any]) -> str:
    """The name under which workers register the activity. Raises TypeError for what is none."""
    defined = getattr(run, DEFINITION, None)
    if defined is None:
        raise TypeError("@activity.defn is missing.")
    return str(defined.name)


def _without_self(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    first = next(iter(inspect.signature(function).parameters), "")
    return arguments[1:] if first == "self" else arguments


def _is_approved() -> bool:
    """Only the workflow that holds calls until people agree calls from there."""
    info = activity.info()
    called_by = (info.workflow_type, (info.workflow_id or "").startswith(guarded_workflow_id("gc-")))
    return called_by == (GuardedCallWorkflow.__name__, True)


async def _asked(guard: Guard, arguments: tuple[Any, ...]) -> GuardedOutcome | None:
    """None where the call may run now. What has ended between two tries is known; else others complete the activity."""
    info = activity.info()
    caller = Caller(workflow_id=info.workflow_id or "", run_id=info.workflow_run_id or "", activity_id=info.activity_id)
    call_id = call_id_of(caller.workflow_id, caller.run_id, caller.activity_id)
    asks = in_sample(call_id, guard.sample_rate)
    client = activity.client()
    call = guard.call(
        info.activity_type, info.task_queue, arguments, call_id, asks=asks, converter=client.data_converter
    )
    is_new = await start(client, call.model_copy(update={"caller": caller}))
    if not asks:
        return None
    if is_new:
        activity.raise_complete_async()
    return await outcome_of(client, call_id)
