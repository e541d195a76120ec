"""Threads for clients that block: one for each call that is under way, so that no call waits for a vendor that hangs.

The event loop's own threads are few, six on two cores, and they are for what takes the processor, such as languages and
embeddings: a mailbox that is listened to, or a vendor that is silent, would hold up every answer there.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

MOST = 512
"""More than all activities of a worker and all readers of its channels together; idle threads are used again."""
_THREADS = ThreadPoolExecutor(MOST, thread_name_prefix="vendor")


async def run_blocking(
    call: Callable[Arguments, Result], /, *arguments: Arguments.args, **named: Arguments.kwargs
) -> Result:
    """What the call returns or raises; it runs in a thread, with the context of whoever waits."""
    in_context = partial(copy_context().run, call, *arguments, **named)
    return await asyncio.get_running_loop().run_in_executor(_THREADS, in_context)
