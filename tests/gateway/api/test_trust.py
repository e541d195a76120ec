from typing import Any

import pytest

from domain.conversation.confidence import Calibration
from domain.specification.modes import Mode
from domain.specification.trust import StepUp, TrustLadder
from storage.specs import SpecRepository
from tests.gateway.conftest import Gateway
from tests.organisation import BILLING, SERVICE, SPECIFICATION, VERSION

STEP = StepUp(to=Mode.SUPERVISION, measure="drafts_unchanged", bound=0.8, conversations=50, days=30)
SUPERVISED = {"trust": TrustLadder(up=(STEP,)), "mode": Mode.SUPERVISION}


@pytest.fixture
async def earning(gateway: Gateway) -> Gateway:
    """With an AI agent that may come to supervision."""
    service = SERVICE.model_copy(update=SUPERVISED)
    specification = SPECIFICATION.model_copy(update={"ai_agents": (service, BILLING)})
    version = VERSION.model_copy(update={"specification": specification})
    await SpecRepository(gateway.database).publish(version, b"", Calibration(), "test")
    return gateway


async def decide(gateway: Gateway, role: str = "lead", ai_agent: str = "service", **body: Any) -> Any:
    headers = await gateway.key(role, person="lea")
    return await gateway.http.post(f"/v1/trust/{ai_agent}/decisions", json=body, headers=headers)


async def test_everybody_sees_who_is_trusted_with_what_and_why(earning: Gateway) -> None:
    viewer = await earning.key("viewer")
    (standing,) = (await earning.http.get("/v1/trust", headers=viewer)).json()
    assert (standing["ai_agent"], standing["mode"], standing["allowed"]) == ("service", "co_pilot", "supervision")
    assert standing["review"]["verdict"] == "stays"
    assert (await earning.http.get("/v1/trust/changes", headers=viewer)).json() == []


async def test_a_lead_decides_and_it_is_kept(earning: Gateway) -> None:
    answer = await decide(earning, action="set", level="supervision", reason="good elsewhere")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["level"], answer.json()["by"]) == ("supervision", "lea")
    viewer = await earning.key("viewer")
    assert (await earning.http.get("/v1/trust/changes", headers=viewer)).json() == [answer.json()]
    other = await earning.http.get("/v1/trust/changes", params={"ai_agent": "billing"}, headers=viewer)
    assert other.json() == []


@pytest.mark.parametrize(
    ("ai_agent", "body", "status", "told"),
    [
        ("service", {"action": "approve", "reason": "x"}, 409, "may not move up"),
        ("service", {"action": "refuse", "reason": "x"}, 409, "asks for nothing"),
        ("service", {"action": "set", "level": "delegation", "reason": "x"}, 409, "supervision at most"),
        ("service", {"action": "set", "reason": "x"}, 400, "needs a level"),
        ("service", {"action": "set", "level": "supervision"}, 422, "reason"),
        ("service", {"action": "set", "level": "supervision", "reason": ""}, 422, "reason"),
        ("service", {"action": "set", "level": "blind", "reason": "x"}, 422, "level"),
        ("service", {"action": "praise", "reason": "x"}, 422, "action"),
        ("billing", {"action": "approve", "reason": "x"}, 404, "these do: service"),
        ("nobody", {"action": "approve", "reason": "x"}, 404, "No AI agent"),
    ],
)
async def test_what_cannot_be_decided_is_told(
    earning: Gateway, ai_agent: str, body: dict[str, str], status: int, told: str
) -> None:
    refused = await decide(earning, ai_agent=ai_agent, **body)
    assert (refused.status_code, told in refused.json()["detail"]) == (status, True)


@pytest.mark.parametrize("role", ["viewer", "human_agent", "approver", "integration"])
async def test_only_leads_decide(earning: Gateway, role: str) -> None:
    refused = await decide(earning, role, action="set", level="supervision", reason="x")
    assert refused.status_code == 403


async def test_without_a_key_nothing_is_told(earning: Gateway) -> None:
    for path in ("/v1/trust", "/v1/trust/changes"):
        assert (await earning.http.get(path)).status_code == 401


async def test_where_nobody_earns_trust_the_list_is_empty(gateway: Gateway) -> None:
    assert (await gateway.http.get("/v1/trust", headers=await gateway.key("viewer"))).json() == []
