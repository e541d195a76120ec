"""Merging and splitting over HTTP."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pydantic import TypeAdapter

from domain.delivery.inbound import AnyInboundEvent
from storage.inbox import InboxRepository
from tests.gateway.api.test_journeys import entered, journeys
from tests.gateway.conftest import ORGANISATION, Gateway
from tests.pigeons import note

EVENT: TypeAdapter[AnyInboundEvent] = TypeAdapter(AnyInboundEvent)


async def flown_in(platform: Gateway, loft: str, sender: str = "ada", text: str = "hello") -> str:
    """A conversation by pigeon, as its owner left it: a person has it."""
    event = EVENT.validate_python(
        note(f"{loft}-1", f"{text}, person", thread=loft, sender={"external_id": sender, "verified": True})
    )
    kept = await InboxRepository(platform.database).keep(ORGANISATION, event, datetime.now(UTC))
    conversation_id = kept.conversation_id or ""
    await stands(platform, conversation_id, "with_human")
    return conversation_id


async def record(platform: Gateway, conversation_id: str) -> dict[str, Any]:
    answer = await platform.http.get(f"/v1/conversations/{conversation_id}", headers=await platform.key("viewer"))
    found: dict[str, Any] = answer.json()
    return found


async def stands(platform: Gateway, conversation_id: str, status: str) -> dict[str, Any]:
    while True:
        found = await record(platform, conversation_id)
        if found.get("conversation", {}).get("status") == status:
            return found
        await platform.database.fetchval("SELECT pg_sleep(0.05)")


async def ask(
    platform: Gateway, conversation_id: str, action: str, role: str = "human_agent", **body: Any
) -> httpx.Response:
    path = f"/v1/conversations/{conversation_id}/{action}"
    return await platform.http.post(path, headers=await platform.key(role), json=body)


async def test_two_conversations_become_one_and_the_first_is_resolved(platform: Gateway) -> None:
    source, target = await flown_in(platform, "loft-1"), await flown_in(platform, "loft-2")
    for _ in range(2):
        answer = await ask(platform, source, "merge", into=target, request_id="m-1")
        assert answer.json() == {"request_id": "m-1", "state": "acknowledged"}
    merged = await stands(platform, source, "resolved")
    assert merged["conversation"]["merged_into"] == target
    assert [one["text"] for one in merged["notes"]] == [f"Merged into {target}."]
    heir = await record(platform, target)
    while len(heir["messages"]) < 2:
        heir = await record(platform, target)
    assert {one["thread"] for one in heir["threads"]} == {"loft-1", "loft-2"}
    assert [one["message_id"] for one in heir["messages"] if one["author"] == "customer"] == [
        "pigeon:loft-2-1",
        "pigeon:loft-1-1",
    ]
    assert "merged_from" in [event["kind"] for event in heir["audit"]]


async def test_journeys_of_a_merged_conversation_are_left_and_say_why(platform: Gateway) -> None:
    source, target = await flown_in(platform, "loft-1"), await flown_in(platform, "loft-2")
    await entered(platform, source)
    await ask(platform, source, "merge", into=target)
    found: list[dict[str, Any]] = []
    while not [one for one in found if one["state"] == "left"]:
        found = await journeys(platform, conversation_id=source)
    assert [one["reason"] for one in found] == ["merged"]
    kinds = [event["kind"] for event in (await record(platform, source))["audit"]]
    assert "journey_left" in kinds


async def test_a_web_chat_goes_on_in_no_other_conversation_but_takes_one_in(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello, person")
    await chat.until("status", status="with_human")
    pigeons, browser = await flown_in(platform, "loft-1"), session["conversation_id"]
    refused = await ask(platform, browser, "merge", into=pigeons)
    assert (refused.status_code, "customer's browser" in refused.json()["detail"]) == (409, True)
    assert (await ask(platform, pigeons, "merge", role="lead", into=browser)).status_code == 200


async def test_nothing_more_is_asked_of_a_merged_conversation(platform: Gateway) -> None:
    source, target = await flown_in(platform, "loft-1"), await flown_in(platform, "loft-2")
    await ask(platform, source, "merge", into=target)
    answer = await ask(platform, source, "replies", text="Too late")
    assert (answer.status_code, target in answer.json()["detail"]) == (409, True)


async def test_two_customers_need_a_lead(platform: Gateway) -> None:
    source, target = await flown_in(platform, "loft-1"), await flown_in(platform, "loft-2", "eve")
    refused = await ask(platform, source, "merge", role="approver", into=target)
    assert (refused.status_code, "lead" in refused.json()["detail"]) == (403, True)
    assert (await ask(platform, source, "merge", role="lead", into=target)).status_code == 200


async def test_a_thread_is_split_off(platform: Gateway) -> None:
    source, target = await flown_in(platform, "loft-1"), await flown_in(platform, "loft-2")
    await ask(platform, source, "merge", into=target)
    split = {"channel": "pigeon", "thread": "loft-1", "request_id": "x-1"}
    answers = [(await ask(platform, target, "split", **split)).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["conversation_id"] not in {source, target}
    assert [one["thread"] for one in (await record(platform, target))["threads"]] == ["loft-2"]


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("merge", {}, 422),
        ("merge", {"into": "cv_nobody_knows"}, 404),
        ("split", {"channel": "pigeon"}, 422),
        ("split", {"channel": "pigeon", "thread": "unknown"}, 404),
    ],
)
async def test_wrong_requests(platform: Gateway, action: str, body: dict[str, str], status: int) -> None:
    conversation_id = await flown_in(platform, "loft-1")
    assert (await ask(platform, conversation_id, action, **body)).status_code == status
    assert (await ask(platform, conversation_id, "merge", into=conversation_id)).status_code == 400


async def test_only_people_of_the_organisation_may(platform: Gateway) -> None:
    source, target = await flown_in(platform, "loft-1"), await flown_in(platform, "loft-2")
    path, body = f"/v1/conversations/{source}/merge", {"into": target}
    for headers, status in (
        ({}, 401),
        (await platform.key("viewer"), 403),
        (await platform.key("admin", organisation="other"), 404),
    ):
        assert (await platform.http.post(path, headers=headers, json=body)).status_code == status
