"""Over real sockets: what a cancelled call has put on the network, and what it puts there no more."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import requests

from integrations.authorities import trusting
from integrations.blocking import in_a_thread, on_cuttable_connections
from sandbox.authority import Authority
from tests.silence import SilentServer, serving


@pytest.fixture(params=["http", "https"])
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SilentServer]:
    tls = Authority(tmp_path).server_context() if request.param == "https" else None
    async with serving(tls) as served:
        yield served


@pytest.fixture
def session(tmp_path: Path) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    on_cuttable_connections(session, trusting(Authority(tmp_path).ca_file))
    return session


class Asking:
    """A call that asks for one thing after the other."""

    def __init__(self, session: requests.Session, *urls: str) -> None:
        self._session = session
        self._urls = urls
        self.failure: Exception | None = None
        self.over = threading.Event()

    def __call__(self) -> str:
        try:
            return "".join(self._session.get(url, timeout=60).text for url in self._urls)
        except Exception as error:
            self.failure = error
            raise
        finally:
            self.over.set()


async def _cancelled(asking: Callable[[], str], server: SilentServer) -> None:
    calling = asyncio.create_task(in_a_thread(asking))
    await server.asked.wait()
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling


async def test_the_answer_comes_back(session: requests.Session, server: SilentServer) -> None:
    assert await in_a_thread(Asking(session, f"{server.url}/fast")) == "ok"


async def test_a_failure_comes_back(session: requests.Session) -> None:
    with pytest.raises(requests.ConnectionError):
        await in_a_thread(Asking(session, "http://127.0.0.1:1/"))


async def test_a_call_that_is_cancelled_hangs_up_and_ends(session: requests.Session, server: SilentServer) -> None:
    asking = Asking(session, f"{server.url}/slow")
    await _cancelled(asking, server)
    await server.hung_up.wait()
    await asyncio.to_thread(asking.over.wait)
    assert isinstance(asking.failure, requests.RequestException)


async def test_a_call_that_is_cancelled_begins_nothing_else(session: requests.Session, server: SilentServer) -> None:
    """Its client may try again, or go on with what comes next."""
    may_go_on = threading.Event()
    ended = threading.Event()

    def asking() -> str:
        try:
            first: str = session.get(f"{server.url}/fast", timeout=60).text
            may_go_on.wait()
            return first + session.get(f"{server.url}/fast", timeout=60).text
        finally:
            ended.set()

    await _cancelled(asking, server)
    may_go_on.set()
    await asyncio.to_thread(ended.wait)
    assert server.requests == [b"/fast"]


async def test_a_call_that_is_cancelled_leaves_the_others_alone(
    session: requests.Session, server: SilentServer
) -> None:
    """A connection that went back to the pool is that of the call that took it since."""
    answered, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def asking() -> str:
        try:
            answer: str = session.get(f"{server.url}/fast", timeout=60).text
            answered.set()
            may_end.wait()
            return answer
        finally:
            ended.set()

    first = asyncio.create_task(in_a_thread(asking))
    await asyncio.to_thread(answered.wait)
    server.asked.clear()
    second = Asking(session, f"{server.url}/slow")
    other = asyncio.create_task(in_a_thread(second))
    await server.asked.wait()
    first.cancel()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await first
    await asyncio.to_thread(ended.wait)
    assert not second.over.is_set()
    assert not server.hung_up.is_set()
    other.cancel()
    with pytest.raises(asyncio.CancelledError):
        await other


async def test_after_a_call_that_was_cancelled_the_session_goes_on(
    session: requests.Session, server: SilentServer
) -> None:
    await _cancelled(Asking(session, f"{server.url}/slow"), server)
    assert await in_a_thread(Asking(session, f"{server.url}/fast")) == "ok"
