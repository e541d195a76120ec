"""People who help, against a gateway that is made up and answers as one does in trouble."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from cast import staff as staff_module
from cast.staff import Staff
from domain.conversation.ownership import Status
from domain.specification.organisation import Mode
from gateway.api.approvals import AskDecision, DecisionAnswer
from invariants.records import LateDecision
from sandbox.serving import serving

APPROVE = AskDecision(action="approve", request_id="r-1")


class Gateway:
    """Says these answers one after the other, the last one for ever, and keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.asked: list[tuple[str, str, str, bytes]] = []

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "POST"])
        async def say(request: Request, path: str) -> Response:
            key = request.headers.get("authorization", "")
            self.asked.append((request.method, path, key, await request.body()))
            status, content = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            return Response(json.dumps(content), status, media_type="application/json")

        return app


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Gateway, str]]:
    gateway = Gateway()
    with serving(gateway.app()) as address:
        yield gateway, address


@pytest.fixture
def gateway(served: tuple[Gateway, str]) -> Gateway:
    served[0].answers, served[0].asked = [(200, {})], []
    return served[0]


@pytest.fixture
async def staff(served: tuple[Gateway, str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Staff]:
    monkeypatch.setattr(staff_module, "AGAIN_SECONDS", 0.001)
    keys = {"anna": "hf_anna", "website": "hf_website"}
    async with Staff(served[1], keys) as staff:
        yield staff


ANSWER = {"request_id": "r-1", "state": "applied", "effect": "send"}
UNAVAILABLE = {"type": "/docs#problem-unavailable", "title": "x", "status": 503, "detail": "x"}


async def test_each_person_has_their_own_key(gateway: Gateway, staff: Staff) -> None:
    await staff.take_over("anna", "cv_1")
    ((method, path, key, _),) = gateway.asked
    assert (method, path, key) == ("POST", "v1/conversations/cv_1/take-over", "Bearer hf_anna")


async def test_what_is_not_carried_out_yet_is_asked_again_with_the_same_id(gateway: Gateway, staff: Staff) -> None:
    gateway.answers = [(503, UNAVAILABLE), (202, ANSWER | {"state": "accepted"}), (200, ANSWER)]
    answer = await staff.decide("anna", "ap-1", APPROVE)
    assert isinstance(answer, DecisionAnswer)
    assert answer.effect == "send"
    bodies = [json.loads(body) for *_, body in gateway.asked]
    assert len(bodies) == 3
    assert {body["request_id"] for body in bodies} == {"r-1"}


async def test_who_was_faster_is_told(gateway: Gateway, staff: Staff) -> None:
    decided = {"decided_by": "bo", "decided_at": "2026-11-21T12:00:00Z"}
    gateway.answers = [(409, UNAVAILABLE | {"status": 409, **decided})]
    assert await staff.decide("anna", "ap-1", APPROVE) == LateDecision(
        approval_id="ap-1", by="anna", http_status=409, decided_by="bo"
    )


@pytest.mark.parametrize("status", [401, 403, 404, 422, 500])
async def test_any_other_refusal_ends_the_scenario(gateway: Gateway, staff: Staff, status: int) -> None:
    gateway.answers = [(status, UNAVAILABLE)]
    with pytest.raises(httpx.HTTPStatusError):
        await staff.reply("anna", "cv_1", "Hello")
    assert len(gateway.asked) == 1


async def test_a_reply_in_vain_is_asked_once_and_its_note_waited_for(gateway: Gateway, staff: Staff) -> None:
    note = {"request_id": "r-1", "author_id": "system", "text": "Nothing left.", "at": "2026-11-21T12:00:00Z"}
    gateway.answers = [(202, {}), (503, UNAVAILABLE), (200, {"notes": []}), (200, {"notes": [note]})]
    assert await staff.reply_in_vain("anna", "cv_1", "Hello") == "Nothing left."
    assert [method for method, *_ in gateway.asked] == ["POST", "GET", "GET", "GET"]


async def test_a_chat_is_opened_by_the_website(gateway: Gateway, staff: Staff) -> None:
    session = {"conversation_id": "cv_12345678", "token": "t", "expires_at": "2026-12-01T00:00:00Z", "greeting": ""}
    gateway.answers = [(201, session)]
    assert (await staff.open_chat("c-1")).conversation_id == "cv_12345678"
    ((_, path, key, body),) = gateway.asked
    assert (path, key) == ("v1/chat/sessions", "Bearer hf_website")
    assert json.loads(body) == {"customer": {"contact_id": "c-1"}}


async def test_lists_are_waited_for_while_the_store_is_away(gateway: Gateway, staff: Staff) -> None:
    gateway.answers = [(503, UNAVAILABLE), (200, [])]
    assert await staff.approvals("anna", "open") == []
    assert await staff.approvals("anna") == []
    assert await staff.conversations("anna", Status.WITH_HUMAN) == []
    assert [path for _, path, *_ in gateway.asked] == ["v1/approvals"] * 3 + ["v1/conversations"]


async def test_a_mode_is_changed_by_a_request(gateway: Gateway, staff: Staff) -> None:
    await staff.change_mode("anna", "cv_1", Mode.SUPERVISION)
    ((method, path, _, body),) = gateway.asked
    assert (method, path) == ("POST", "v1/conversations/cv_1/mode")
    assert json.loads(body)["mode"] == "supervision"
