"""Calls that block each other would let one silent vendor stop everything."""

import asyncio
from contextvars import ContextVar
from threading import Event, current_thread

import pytest

from integrations.threads import run_blocking

NAME: ContextVar[str] = ContextVar("name", default="")


async def test_calls_that_hang_hold_up_neither_another_call_nor_the_loops_own_threads() -> None:
    silent = Event()
    hanging = [asyncio.create_task(run_blocking(silent.wait)) for _ in range(100)]
    try:
        await asyncio.sleep(0)
        assert await run_blocking(lambda: "another vendor answers") == "another vendor answers"
        assert await asyncio.to_thread(lambda: "and so does the processor") == "and so does the processor"
        assert not any(call.done() for call in hanging)
    finally:
        silent.set()
    assert all(await asyncio.gather(*hanging))


async def test_arguments_failures_and_the_context_go_along() -> None:
    NAME.set("of the conversation")
    assert await run_blocking(NAME.get) == "of the conversation"
    assert await run_blocking(int, "11", base=2) == 3
    with pytest.raises(ValueError, match="invalid literal"):
        await run_blocking(int, "eleven")


async def test_the_threads_are_not_those_of_the_loop() -> None:
    names = {await run_blocking(lambda: current_thread().name), await asyncio.to_thread(lambda: current_thread().name)}
    assert len([name for name in names if name.startswith("vendor")]) == 1
