"""Asking from outside a workflow, as a tool of one's own does, such as one of an MCP server."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from temporalio.client import Client

from domain.guarding.calls import GuardedOutcome, call_id_of
from domain.model import Frozen
from guarding.asking import outcome_of, start
from guarding.decorator import GUARD, Guard, name_of


class Asked(Frozen):
    """`outcome`: None while people decide, or the call runs. Asking again with the same key tells how it stands."""

    call_id: str
    outcome: GuardedOutcome | None = None


async def ask(
    client: Client,
    function: Callable[..., Awaitable[Any]],
    *arguments: Any,
    key: str,
    task_queue: str,
    wait_seconds: float = 0.0,
) -> Asked:
    """Have an activity with `@require_approval` run once people agree, once for each `key`, on `task_queue`.

    Waits at most `wait_seconds` for what comes of it; every call asks, whatever its share. Raises TypeError for an
    activity without the decorator.
    """
    guard = getattr(function, GUARD, None)
    if not isinstance(guard, Guard):
        raise TypeError("Decorate the activity with @require_approval first.")
    name = name_of(function)
    call_id = call_id_of("tool", name, key)
    call = guard.call(name, task_queue, arguments, call_id, asks=True, converter=client.data_converter)
    await start(client, call)
    try:
        async with asyncio.timeout(max(wait_seconds, 0.5)):
            return Asked(call_id=call_id, outcome=await outcome_of(client, call_id))
    except TimeoutError:
        return Asked(call_id=call_id)
