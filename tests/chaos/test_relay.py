"""A relay passes on what it is given, until the network is cut, refused or slow."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from chaos.relay import ADDRESS, Network, Relay, network


@pytest.fixture(scope="module")
def lines() -> Iterator[Network]:
    with network() as made:
        yield made


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """The port of a server that says everything again."""

    async def again(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(again, ADDRESS, 0) as server:
        yield server.sockets[0].getsockname()[1]


async def _said_again(relay: Relay, text: bytes = b"hello\n") -> bytes:
    reader, writer = await asyncio.open_connection(ADDRESS, relay.port)
    writer.write(text)
    answer = await reader.readline()
    writer.close()
    return answer


async def test_what_is_said_arrives_and_is_answered(lines: Network, echo: int) -> None:
    relay = lines.relay(echo)
    assert await _said_again(relay) == b"hello\n"
    assert await _said_again(relay, b"x" * 50_000 + b"\n") == b"x" * 50_000 + b"\n"


async def test_who_is_connected_is_cut_and_who_comes_is_refused_until_it_is_up_again(lines: Network, echo: int) -> None:
    relay = lines.relay(echo)
    reader, writer = await asyncio.open_connection(ADDRESS, relay.port)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    await lines.down(relay)
    with pytest.raises(ConnectionResetError):
        await reader.read()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(ADDRESS, relay.port)
    port = relay.port
    await lines.up(relay)
    assert relay.port == port
    assert await _said_again(relay) == b"hello\n"


async def _hears(port: int) -> bytes:
    reader, _ = await asyncio.open_connection(ADDRESS, port)
    return await reader.read()


async def test_nothing_behind_the_relay_is_a_connection_that_ends(lines: Network) -> None:
    relay = lines.relay(1)
    with pytest.raises(ConnectionResetError):
        await _hears(relay.port)


async def test_a_slow_network_still_brings_everything(lines: Network, echo: int) -> None:
    relay = lines.relay(echo)
    lines.slow(relay, 0.01)
    assert await _said_again(relay) == b"hello\n"
