"""People who help, against a gateway that is made up and answers as one does in trouble."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from cast import staff as staff_module
from cast.staff import Staff, Suggestions
from domain.conversation.ownership import Status
from domain.conversation.record import TurnView
from domain.specification.organisation import Mode
from gateway.api.approvals import AskDecision, DecisionAnswer
from invariants.records import LateDecision
from sandbox.serving import serving
from tests.invariants.records import switched

SWITCHED = switched()
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


MOMENT = "2026-11-21T12:00:00Z"
JOURNEY = {
    "organisation": "shop",
    "run_id": "journey-cv_1-first-0",
    "workflow_id": "journey-cv_1-first",
    "conversation_id": "cv_1",
    "journey": "first",
    "spec_hash": "hash",
    "entered_by": "website",
    "state": "under_way",
    "began_at": MOMENT,
    "ended_at": None,
}


async def test_a_journey_is_none_before_it_has_begun(gateway: Gateway, staff: Staff) -> None:
    gateway.answers = [(200, [])]
    assert await staff.journey("anna", "cv_1", "first") is None


async def test_the_newest_journey_is_read_with_its_steps(gateway: Gateway, staff: Staff) -> None:
    gateway.answers = [(200, [JOURNEY]), (503, UNAVAILABLE), (200, {"journey": JOURNEY, "steps": []})]
    found = await staff.journey("anna", "cv_1", "first")
    assert found is not None
    assert found.journey.run_id == JOURNEY["run_id"]
    assert [path for _, path, *_ in gateway.asked][-1] == f"v1/journeys/{JOURNEY['run_id']}"


async def test_what_is_asked_of_a_journey_is_asked_again_with_the_same_id(gateway: Gateway, staff: Staff) -> None:
    accepted, done = {"request_id": "r", "state": "accepted"}, {"request_id": "r", "state": "acknowledged"}
    asking: tuple[tuple[Callable[[], Awaitable[None]], str, dict[str, str]], ...] = (
        (lambda: staff.enter_journey("website", "cv_1", "first"), "conversations/cv_1/journeys", {"journey": "first"}),
        (lambda: staff.tell_event("website", "run", "paid"), "journeys/run/events", {"event": "paid"}),
        (lambda: staff.confirm_step("anna", "run", "end", "ok"), "journeys/run/confirm", {"step": "end", "note": "ok"}),
    )
    for asked, path, body in asking:
        gateway.asked, gateway.answers = [], [(202, accepted), (200, done)]
        await asked()
        first, second = (json.loads(sent) for *_, sent in gateway.asked)
        assert first == second
        assert first.items() >= body.items()
        assert {asked_path for _, asked_path, *_ in gateway.asked} == {f"v1/{path}"}


async def test_a_suggestion_is_waited_for_that_is_younger_than_the_question(gateway: Gateway, staff: Staff) -> None:
    record = SWITCHED.recorded
    drafted, suggested = record.turns
    early = suggested.model_copy(update={"created_at": record.messages[0].at})
    text = suggested.model_copy(update={"draft": suggested.draft.model_copy(update={"text": "You choose."})})

    def shown(*turns: TurnView) -> dict[str, Any]:
        content: dict[str, Any] = Suggestions(messages=record.messages, turns=turns).model_dump(mode="json")
        return content

    gateway.answers = [(200, shown(drafted)), (200, shown(drafted, early)), (200, shown(drafted, early, text))]
    assert await staff.suggestion("anna", "cv_1", "And then?") == "You choose."
    assert len(gateway.asked) == 3
