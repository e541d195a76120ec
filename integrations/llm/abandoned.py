"""What models took for an answer that we gave up midway: a cancellation carries nothing, so it is told beside it."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from domain.conversation.turn import Usage

_ABANDONED: ContextVar[list[Usage] | None] = ContextVar("abandoned", default=None)


def abandon(spent: Sequence[Usage]) -> None:
    """Tell what was spent in vain to whoever counts; the cancellation goes on."""
    counted = _ABANDONED.get()
    if counted is not None:
        counted.extend(spent)


@contextmanager
def counting_abandoned() -> Iterator[list[Usage]]:
    """Fills while the block is being left because of a cancellation."""
    spent: list[Usage] = []
    token = _ABANDONED.set(spent)
    try:
        yield spent
    finally:
        _ABANDONED.reset(token)


@contextmanager
def completing_abandoned(complete: Callable[[Sequence[Usage]], Sequence[Usage]]) -> Iterator[None]:
    """On the way out of a cancellation, what was spent is passed on as `complete` makes it, such as with prices."""
    with counting_abandoned() as spent:
        try:
            yield
            return
        except asyncio.CancelledError as error:
            cancelled = error
    abandon(complete(spent))
    raise cancelled
