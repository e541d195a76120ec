"""The middleware that every request passes: headers for each answer, and a limit for each body."""

from collections.abc import AsyncIterator, Iterable

import httpx
import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.security import SECURITY_HEADERS, BodyLimit, SecurityHeaders

LIMIT = 2048


class Echo:
    """Says how many bytes it read; keeps whether the client went away meanwhile. `/early` answers before it reads."""

    def __init__(self) -> None:
        self.read: list[int] = []
        self.gone = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if scope["path"] == "/early":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        try:
            self.read.append(len(await request.body()))
        except ClientDisconnect:
            self.gone += 1
            if scope["path"] != "/early":
                raise
        if scope["path"] == "/early":
            await send({"type": "http.response.body", "body": b"done"})
        else:
            await PlainTextResponse(f"{self.read[-1]} bytes")(scope, receive, send)


def limited(app: ASGIApp) -> httpx.AsyncClient:
    limits = BodyLimit(app, limit_bytes=lambda path: LIMIT * 2 if path == "/files" else LIMIT)
    return httpx.AsyncClient(transport=httpx.ASGITransport(limits), base_url="http://gateway")


async def chunks(*sizes: int) -> AsyncIterator[bytes]:
    """A body that does not say how long it is."""
    for size in sizes:
        yield b"x" * size


class TestBodies:
    @pytest.mark.parametrize(
        ("path", "size", "status"),
        [
            ("/", 0, 200),
            ("/", LIMIT, 200),
            ("/", LIMIT + 1, 413),
            ("/files", LIMIT + 1, 200),
            ("/files", 2 * LIMIT, 200),
            ("/files", 2 * LIMIT + 1, 413),
        ],
    )
    async def test_a_body_that_says_its_length(self, path: str, size: int, status: int) -> None:
        echo = Echo()
        async with limited(echo) as http:
            answer = await http.post(path, content=b"x" * size)
        assert answer.status_code == status
        assert echo.read == ([size] if status == 200 else [])

    @pytest.mark.parametrize(
        ("sizes", "status"),
        [((LIMIT,), 200), ((LIMIT - 1, 1), 200), ((LIMIT, 1), 413), ((1,) * 10, 200), ((LIMIT + 1,), 413)],
    )
    async def test_one_that_does_not_is_counted_as_it_comes(self, sizes: Iterable[int], status: int) -> None:
        echo = Echo()
        async with limited(echo) as http:
            answer = await http.post("/", content=chunks(*sizes))
        assert answer.status_code == status
        assert echo.gone == (status == 413)

    async def test_the_refusal_is_a_problem_that_names_the_limit(self) -> None:
        async with limited(Echo()) as http:
            answer = await http.post("/", content=b"x" * 10_000)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["type"] == "/docs#problem-too-large"
        assert "At most 2 KiB" in answer.json()["detail"]

    async def test_a_length_that_lies_is_found_out(self) -> None:
        echo = Echo()
        async with limited(echo) as http:
            answer = await http.post("/", content=chunks(LIMIT * 3), headers={"Content-Length": "5"})
        assert answer.status_code == 413

    @pytest.mark.parametrize("length", ["-1", "many", "1e9", ""])
    async def test_a_length_that_is_none_counts_the_body(self, length: str) -> None:
        async with limited(Echo()) as http:
            for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
                answer = await http.post("/", content=chunks(size), headers={"Content-Length": length})
                assert answer.status_code == status

    async def test_an_answer_that_has_begun_is_not_answered_again(self) -> None:
        async with limited(Echo()) as http:
            answer = await http.post("/early", content=chunks(LIMIT, LIMIT))
        assert (answer.status_code, answer.text) == (200, "done")

    async def test_a_client_that_really_goes_is_no_refusal(self) -> None:
        sent: list[Message] = []

        async def gone() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope: Scope = {"type": "http", "method": "POST", "path": "/", "headers": [], "query_string": b""}
        with pytest.raises(ClientDisconnect):
            await BodyLimit(Echo(), limit_bytes=lambda _: LIMIT)(scope, gone, send)
        assert sent == []

    async def test_sockets_pass_untouched(self) -> None:
        passed: list[str] = []

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            passed.append(scope["type"])

        async def nothing(*_: object) -> Message:
            raise AssertionError("nothing is read or sent here")

        for middleware in (BodyLimit(app, limit_bytes=lambda _: 0), SecurityHeaders(app)):
            await middleware({"type": "websocket", "path": "/"}, nothing, nothing)  # type: ignore[arg-type]
        assert passed == ["websocket", "websocket"]


class TestHeaders:
    async def answer(self, app: ASGIApp) -> httpx.Response:
        transport = httpx.ASGITransport(SecurityHeaders(app))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            return await http.get("/")

    @pytest.mark.parametrize("status", [200, 404, 500])
    async def test_every_answer_has_them(self, status: int) -> None:
        answer = await self.answer(PlainTextResponse("x", status))
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS

    async def test_a_routes_own_value_wins(self) -> None:
        answer = await self.answer(PlainTextResponse("x", headers={"x-frame-options": "SAMEORIGIN"}))
        assert answer.headers.get_list("x-frame-options") == ["SAMEORIGIN"]
        assert answer.headers["referrer-policy"] == "no-referrer"

    async def test_a_stream_has_them_once(self) -> None:
        answer = await self.answer(StreamingResponse(chunks(1, 1)))
        assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
        assert answer.content == b"xx"
