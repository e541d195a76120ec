import pytest

from gateway.problems import TITLES
from tests.gateway.conftest import Gateway


async def test_the_api_page_describes_every_address_and_problem(gateway: Gateway) -> None:
    described = (await gateway.http.get("/openapi.json")).json()
    assert set(described["x-problems"]) == set(TITLES)
    assert {
        "/v1/approvals",
        "/v1/approvals/{approval_id}",
        "/v1/approvals/{approval_id}/decisions",
        "/v1/approvals/{approval_id}/like",
        "/v1/approvals/decisions",
        "/v1/approvals/reassign",
        "/v1/people/{person_id}/away",
        "/v1/absences",
        "/v1/chat/sessions",
        "/v1/chat/{conversation_id}/files",
        "/v1/chat/{conversation_id}/files/{attachment_id}",
        "/v1/chat/{conversation_id}/ratings",
        "/v1/vendors",
        "/v1/conversations",
        "/v1/conversations/{conversation_id}",
        "/v1/conversations/{conversation_id}/similar",
        "/v1/conversations/{conversation_id}/co-pilot",
        "/v1/conversations/{conversation_id}/co-pilot/{suggestion_id}/use",
        "/v1/conversations/{conversation_id}/messages/{seq}/explanation",
        "/v1/figures",
        "/v1/figures/{key}/rows",
        "/v1/supervision",
        "/v1/conversations/{conversation_id}/take-over",
        "/v1/conversations/{conversation_id}/hand-back",
        "/v1/conversations/{conversation_id}/replies",
        "/v1/conversations/{conversation_id}/snooze",
        "/v1/conversations/{conversation_id}/resolve",
        "/v1/conversations/{conversation_id}/reopen",
        "/v1/conversations/{conversation_id}/mode",
        "/v1/conversations/{conversation_id}/merge",
        "/v1/conversations/{conversation_id}/split",
        "/v1/conversations/{conversation_id}/journeys",
        "/v1/conversations/{conversation_id}/events",
        "/v1/conversations/bulk",
        "/v1/conversations/{conversation_id}/notes",
        "/v1/conversations/{conversation_id}/presence",
        "/v1/inbox",
        "/v1/inbox/counts",
        "/v1/live",
        "/v1/rooms",
        "/v1/rooms/{room_id}",
        "/v1/rooms/{room_id}/files",
        "/v1/rooms/{room_id}/files/{file_id}",
        "/v1/rooms/{room_id}/messages",
        "/v1/rooms/{room_id}/read",
        "/v1/search",
        "/v1/journeys",
        "/v1/journeys/funnel/{journey}",
        "/v1/journeys/{run_id}",
        "/v1/journeys/{run_id}/pause",
        "/v1/journeys/{run_id}/resume",
        "/v1/journeys/{run_id}/skip",
        "/v1/journeys/{run_id}/leave",
        "/v1/journeys/{run_id}/events",
        "/v1/journeys/{run_id}/confirm",
        "/v1/market",
        "/v1/market/{package}",
        "/v1/market/{package}/install",
        "/v1/specification",
        "/v1/specification/changes",
        "/v1/specification/check",
        "/v1/specification/draft",
        "/v1/specification/graph/{journey}",
        "/v1/specification/health",
        "/v1/guarded-calls",
        "/v1/guarded-calls/{call_id}",
        "/v1/guarded-calls/{call_id}/decisions",
        "/v1/sending",
        "/v1/sending/stop",
        "/v1/sending/resume",
        "/v1/specification/history",
        "/v1/specification/plan",
        "/v1/specification/publish",
        "/v1/specification/rollback",
        "/v1/specification/schemas",
        "/v1/trust",
        "/v1/trust/changes",
        "/v1/trust/{ai_agent}/decisions",
        "/v1/me",
        "/v1/me/organisation",
        "/v1/people",
        "/v1/people/{person_id}",
        "/v1/keys",
        "/v1/keys/{person_id}",
        "/v1/audit",
        "/console/sign-out",
        "/v1/console/settings",
        "/v1/conversations/{conversation_id}/files",
        "/v1/conversations/{conversation_id}/files/{attachment_id}",
        "/healthz",
        "/readyz",
    } == set(described["paths"])
    for operations in described["paths"].values():
        for operation in operations.values():
            assert operation["description"]
            assert "default" in operation["responses"]


@pytest.mark.parametrize(
    "path", ["/chat", "/docs", "/widget.js", "/widget/chat.js", "/widget/widget.css", "/docs/docs.js"]
)
async def test_pages_carry_security_headers(gateway: Gateway, path: str) -> None:
    response = await gateway.http.get(path)
    assert response.status_code == 200
    assert "default-src 'self'" in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_any_page_may_load_the_widget_and_no_other_may_frame_us(gateway: Gateway) -> None:
    for path in ("/widget.js", "/widget/widget.css"):
        assert (await gateway.http.get(path)).headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in (await gateway.http.get("/chat")).headers
    assert (await gateway.http.get("/chat")).headers["x-frame-options"] == "DENY"
