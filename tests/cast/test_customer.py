"""A chat client, against a made-up gateway: nothing that was said is lost, nothing heard twice."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from cast import customer as customer_module
from cast.customer import ChatClient, Customer, heard_of
from cast.saying import say
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from gateway.chat.frames import AnyServerFrame, ConversationStatus, ErrorFrame, Pushed, Received, Welcome
from gateway.chat.sessions import ChatSession
from gateway.problems import problem
from invariants.records import Heard, Sent

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PATIENCE_SECONDS = 20


def pushed(seq: int, author: Author = Author.AI_AGENT, message_id: str = "", text: str = "14") -> Pushed:
    kind: Any = {Author.CUSTOMER: "customer", Author.AI_AGENT: "reply"}.get(author, "notice")
    return Pushed(seq=seq, id=message_id or f"d{seq}", author=author, kind=kind, text=text, at=NOW)


def welcome(*, status: Status = Status.OPEN, messages: tuple[Pushed, ...] = ()) -> Welcome:
    return Welcome(conversation=ConversationStatus(status=status), messages=messages)


def heard(seq: int, author: Author, text: str = "x", message_id: str = "m") -> Heard:
    return heard_of(pushed(seq, author, message_id, text), NOW)


def test_a_pushed_message_is_heard_when_it_came() -> None:
    said = heard(3, Author.AI_AGENT, "14", "d1")
    assert (said.seq, said.message_id, said.author, said.text, said.at) == (3, "d1", Author.AI_AGENT, "14", NOW)


class Gateway:
    """Keeps every frame that it is sent, and says what a test has it say."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.connections: asyncio.Queue[ServerConnection] = asyncio.Queue()

    async def take(self, connection: ServerConnection) -> None:
        self.connections.put_nowait(connection)
        try:
            async for raw in connection:
                self.frames.put_nowait(json.loads(raw))
        except ConnectionClosed:
            return

    async def connection(self) -> ServerConnection:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self.connections.get()

    async def next(self, kind: str) -> dict[str, Any]:
        """The next frame, which is of this kind."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            frame = await self.frames.get()
        assert frame["type"] == kind, frame
        return frame


async def tell(connection: ServerConnection, *frames: AnyServerFrame) -> None:
    for frame in frames:
        await connection.send(frame.model_dump_json())


async def holds(client: Customer, condition: Any) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await client.until(condition)


@pytest.fixture
async def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def client(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ChatClient]:
    """Connected, as long as the test lasts."""
    monkeypatch.setattr(customer_module, "RECONNECT_SECONDS", 0.001)
    async with serving(gateway) as address:
        session = ChatSession(conversation_id="cv_12345678", token="t", expires_at=NOW, greeting="")
        client = ChatClient(address, session)
        task = asyncio.create_task(client.run())
        yield client
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def serving(gateway: Gateway) -> AsyncIterator[str]:
    async with serve(gateway.take, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


async def test_it_says_who_it_is_and_what_it_has_seen(gateway: Gateway, client: ChatClient) -> None:
    first = await gateway.connection()
    assert await gateway.next("hello") == {"type": "hello", "token": "t", "last_seq": 0}
    assert first.request is not None
    assert first.request.path == "/v1/chat/cv_12345678"
    await tell(first, welcome(messages=(pushed(1), pushed(2))))
    await gateway.next("read")
    await gateway.next("read")
    await first.close()
    await gateway.connection()
    assert (await gateway.next("hello"))["last_seq"] == 2
    assert client.connections == 2
    assert [said.seq for said in client.heard] == [1, 2]


async def test_every_message_has_an_id_of_its_own_and_each_copy_the_same(gateway: Gateway, client: ChatClient) -> None:
    await tell(await gateway.connection(), welcome())
    await gateway.next("hello")
    sent = await client.say(say("one", "two", copies=2))
    frames = [await gateway.next("message") for _ in range(4)]
    assert [frame["text"] for frame in frames] == ["one", "two", "one", "two"]
    assert [frame["id"] for frame in frames[:2]] == [frame["id"] for frame in frames[2:]]
    assert [one.message_id for one in sent] == [frame["id"] for frame in frames[:2]]
    assert len({one.message_id for one in sent}) == 2


async def test_what_was_not_received_goes_out_again_after_the_welcome(gateway: Gateway, client: ChatClient) -> None:
    first = await gateway.connection()
    await gateway.next("hello")
    one, two = await client.say(say("one", "two"))
    for _ in range(2):
        await gateway.next("message")
    await tell(first, Received(id=str(one.message_id)))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await client.received([one])
    await first.close()
    second = await gateway.connection()
    await gateway.next("hello")
    await tell(second, welcome())
    assert (await gateway.next("message"))["id"] == two.message_id
    await tell(second, pushed(2, Author.CUSTOMER, str(two.message_id), "two"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await client.received([one, two])


async def test_what_the_welcome_shows_is_not_sent_again(gateway: Gateway, client: ChatClient) -> None:
    first = await gateway.connection()
    await gateway.next("hello")
    (one,) = await client.say(say("one"))
    await gateway.next("message")
    await first.close()
    second = await gateway.connection()
    await gateway.next("hello")
    await tell(second, welcome(messages=(pushed(1, Author.CUSTOMER, str(one.message_id), "one"), pushed(2))))
    assert (await gateway.next("read"))["seq"] == 2
    assert gateway.frames.empty()


@pytest.mark.parametrize("retry", [True, False])
async def test_a_refusal_that_is_final_is_not_tried_again(gateway: Gateway, client: ChatClient, retry: bool) -> None:
    connection = await gateway.connection()
    await gateway.next("hello")
    (one,) = await client.say(say("one"))
    await gateway.next("message")
    refusal = problem("unavailable" if retry else "validation", "No.")
    await tell(connection, ErrorFrame(id=one.message_id, retry=retry, problem=refusal), ConversationStatus())
    await tell(connection, welcome())
    if retry:
        assert (await gateway.next("message"))["id"] == one.message_id
    else:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await client.received([one])


async def test_what_the_organisation_says_is_read_and_what_the_customer_said_is_not(
    gateway: Gateway, client: ChatClient
) -> None:
    connection = await gateway.connection()
    await gateway.next("hello")
    await tell(connection, welcome(), pushed(1, Author.CUSTOMER), pushed(2), pushed(3, Author.SYSTEM))
    assert [(await gateway.next("read"))["seq"] for _ in range(2)] == [2, 3]
    assert client.last_seq == 3


async def test_where_the_conversation_stands_is_known(gateway: Gateway, client: ChatClient) -> None:
    connection = await gateway.connection()
    await tell(connection, welcome(status=Status.AWAITING_APPROVAL))
    await holds(client, lambda: client.status is Status.AWAITING_APPROVAL)
    await tell(connection, ConversationStatus(status=Status.WITH_HUMAN, owner_kind="human_agent"))
    await holds(client, lambda: client.status is Status.WITH_HUMAN)


async def test_a_lost_connection_is_lost_at_once_and_made_again(gateway: Gateway, client: ChatClient) -> None:
    await gateway.connection()
    await gateway.next("hello")
    client.lose_connection()
    await gateway.connection()
    await gateway.next("hello")
    assert client.connections == 2


class TestPlaces:
    @pytest.fixture
    def customer(self) -> Customer:
        customer = Customer("cv_12345678")
        customer.heard = [
            heard(1, Author.CUSTOMER, "one", "m1"),
            heard(2, Author.CUSTOMER, "two", "m2"),
            heard(3, Author.SYSTEM, "Please wait."),
            heard(4, Author.AI_AGENT, "14"),
        ]
        return customer

    @pytest.mark.parametrize(
        ("sent", "place"),
        [
            ([Sent(message_id="m1", text="one")], 1),
            ([Sent(message_id="m1", text="one"), Sent(message_id="m2", text="two")], 2),
            ([Sent(message_id="m1", text="one"), Sent(message_id="m9", text="nine")], None),
            ([Sent(message_id=None, text="two")], 2),
        ],
    )
    def test_a_burst_has_a_place_once_all_of_it_is_recorded(
        self, customer: Customer, sent: list[Sent], place: int | None
    ) -> None:
        assert customer.seq_of(sent) == place

    @pytest.mark.parametrize(("seq", "found"), [(0, 3), (2, 3), (3, 4), (4, None)])
    def test_the_first_that_the_organisation_said_after_it(
        self, customer: Customer, seq: int, found: int | None
    ) -> None:
        said = customer.first_after(seq)
        assert (said.seq if said else None) == found

    def test_nothing_was_heard_yet(self) -> None:
        assert Customer().last_seq == 0
        assert Customer().first_after(0) is None
