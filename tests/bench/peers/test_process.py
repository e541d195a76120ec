"""The program of a peer as a process: it answers, it is killed, it starts again, it fails."""

import asyncio

import pytest

from bench.peers.process import PeerProcess
from bench.peers.programs.serving import arguments
from bench.peers.protocol import Receive, Resume, Stop
from domain.errors import UnavailableError
from tests.bench.peers.conftest import NewPeer, NewProcess

MESSAGE = Receive(conversation_id="c", message_id="m", text="Hello")


async def test_a_program_says_its_versions_and_answers_calls_that_are_made_at_once(stub_process: NewProcess) -> None:
    process = stub_process("loses")
    await process.start()

    assert process.versions == {"stub": "1.0"}
    async with asyncio.timeout(20):
        await asyncio.gather(*(process.call(Resume()) for _ in range(5)))


async def test_a_program_that_does_not_start_is_named_with_its_log(stub_process: NewProcess) -> None:
    with pytest.raises(UnavailableError, match=r"^Stub is not measured: its program does not start; see .*stub\.log"):
        await stub_process("never starts").start()


async def test_a_call_that_raises_ends_the_program_and_every_call(stub_process: NewProcess) -> None:
    process = stub_process("fails")
    await process.start()

    answers = [process.tell(MESSAGE), process.tell(MESSAGE)]
    async with asyncio.timeout(20):
        for answer in answers:
            with pytest.raises(UnavailableError, match=r"its program has ended; see .*stub\.log"):
                await answer


async def test_a_program_that_says_what_no_answer_is_is_ended(stub_process: NewProcess) -> None:
    process = stub_process("talks")
    await process.start()
    async with asyncio.timeout(20):
        with pytest.raises(UnavailableError, match="its program has ended"):
            await process.call(Resume())
        await process.died()


async def test_a_killed_program_takes_no_calls_until_it_is_started_again(stub_process: NewProcess) -> None:
    process = stub_process("loses")
    await process.start()
    await process.kill()
    with pytest.raises(UnavailableError, match="has ended"):
        await process.call(Resume())

    await process.start()
    async with asyncio.timeout(20):
        await process.call(Resume())


async def test_what_was_under_way_at_a_kill_is_told(stub_peer: NewPeer) -> None:
    """Nobody waits for ever for a program that is gone."""
    peer = await stub_peer("loses")
    await peer.stop_at("before_reply", 2)
    (customer,) = peer.new_customers(1)
    waiting = asyncio.create_task(customer.says())
    await asyncio.sleep(0)
    await peer.kill()
    with pytest.raises(UnavailableError, match="has ended"):
        await waiting


async def test_to_kill_what_never_ran_is_nothing(stub_process: NewProcess) -> None:
    process: PeerProcess = stub_process("none")
    await process.kill()
    await process.kill()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["url"], ("url", None)),
        (
            ["url", '{"point": "after_reply", "conversations": 3}'],
            ("url", Stop(point="after_reply", conversations=3)),
        ),
    ],
)
def test_a_program_is_told_its_database_and_where_to_stop(given: list[str], expected: tuple[str, Stop | None]) -> None:
    assert arguments(given) == expected
