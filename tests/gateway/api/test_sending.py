import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.conversation.confidence import Calibration
from domain.conversation.requests import StartConversation
from domain.specification.organisation import Mode
from storage.specs import SpecRepository
from tests.gateway.conftest import ORGANISATION, Gateway
from tests.organisation import VERSION
from tests.storage.stage import AI, CONVERSATION, NOW, Stage, reply


async def turn(gateway: Gateway, action: str, role: str = "lead", **body: Any) -> Any:
    headers = await gateway.key(role, person="lea")
    return await gateway.http.post(f"/v1/sending/{action}", json=body, headers=headers)


async def test_a_lead_stops_and_resumes_it_and_everybody_sees_who_did(gateway: Gateway) -> None:
    viewer = await gateway.key("viewer")
    assert (await gateway.http.get("/v1/sending", headers=viewer)).json()["stopped"] is False
    stopped = await turn(gateway, "stop", reason="  wrong prices ")
    assert stopped.status_code == 200, stopped.text
    standing = (await gateway.http.get("/v1/sending", headers=viewer)).json()
    assert stopped.json() == standing
    at = datetime.fromisoformat(standing.pop("at"))
    assert abs(datetime.now(UTC) - at).total_seconds() < 60
    assert standing == {"stopped": True, "by": "lea", "via": "api", "reason": "wrong prices", "leaving": 0}
    other = await gateway.key("viewer", organisation="another")
    assert (await gateway.http.get("/v1/sending", headers=other)).json()["stopped"] is False
    assert (await turn(gateway, "resume")).json()["stopped"] is False


async def test_the_same_request_is_the_same_change(gateway: Gateway) -> None:
    await turn(gateway, "stop", reason="x", request_id="stop-1")
    await turn(gateway, "resume")
    assert (await turn(gateway, "stop", reason="x", request_id="stop-1")).json()["stopped"] is False


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("stop", {}),
        ("stop", {"reason": "   "}),
        ("stop", {"reason": "x" * 501}),
        ("stop", {"reason": "x", "hard": True}),
        ("resume", {"reason": None}),
        ("resume", {"request_id": "not an id"}),
    ],
)
async def test_what_is_no_request_is_refused(gateway: Gateway, action: str, body: dict[str, Any]) -> None:
    assert (await turn(gateway, action, **body)).status_code == 422


@pytest.mark.parametrize("action", ["stop", "resume"])
@pytest.mark.parametrize("role", ["viewer", "human_agent", "approver", "integration"])
async def test_only_leads_turn_it(gateway: Gateway, action: str, role: str) -> None:
    assert (await turn(gateway, action, role, reason="x")).status_code == 403


async def test_without_a_key_nothing_is_told(gateway: Gateway) -> None:
    assert (await gateway.http.get("/v1/sending")).status_code == 401


async def test_a_stop_is_acknowledged_when_what_was_leaving_has_left(gateway: Gateway) -> None:
    stage = Stage(gateway.database)
    await SpecRepository(gateway.database).publish(VERSION, b"", Calibration(), "test")
    start = StartConversation(organisation=ORGANISATION, conversation_id=CONVERSATION)
    await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, NOW)
    await stage.drafted()
    await stage.deliveries.claim(reply(), NOW)
    stopping = asyncio.create_task(turn(gateway, "stop", reason="x"))
    viewer = await gateway.key("viewer")
    standing: dict[str, Any] = {}
    while not standing.get("stopped"):
        standing = (await gateway.http.get("/v1/sending", headers=viewer)).json()
    assert (standing["leaving"], stopping.done()) == (1, False)
    await stage.deliveries.complete("draft-1", "vendor-1", NOW)
    assert (await stopping).json()["leaving"] == 0
