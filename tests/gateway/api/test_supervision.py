"""`/v1/supervision`, through the real application."""

from tests.gateway.conftest import Gateway


async def test_the_riskiest_conversation_stands_first_with_what_a_click_needs(platform: Gateway) -> None:
    calm, watched = await platform.session(), await platform.session()
    chat = await platform.chat(calm)
    await chat.say("hello")
    await chat.reply()
    other = await platform.chat(watched)
    await other.say("a refund, please, or my lawyer writes")
    await other.until("status", status="awaiting_approval")
    taken = await platform.session()
    third = await platform.chat(taken)
    await third.say("a person, please")
    await third.until("status", status="with_human")
    viewer = await platform.key("viewer")
    found = (await platform.http.get("/v1/supervision", headers=viewer)).json()
    assert found["total"] == 2
    first, second = found["rows"]
    assert first["watched"]["conversation_id"] == watched["conversation_id"]
    assert second["watched"]["conversation_id"] == calm["conversation_id"]
    assert first["risk"] > second["risk"] == 0
    assert [cause["cause"] for cause in first["causes"]] == ["a sensitive matter: legal"]
    assert (first["confidence"], second["causes"]) == (second["confidence"], [])
    approval = first["watched"]["approval_id"]
    shown = await platform.http.get(f"/v1/approvals/{approval}", headers=viewer)
    assert shown.json()["approval"]["conversation_id"] == watched["conversation_id"]
    one = (await platform.http.get("/v1/supervision?limit=1", headers=viewer)).json()
    assert (one["total"], len(one["rows"])) == (2, 1)
    nobody = (await platform.http.get("/v1/supervision?ai_agent=nobody", headers=viewer)).json()
    assert nobody == {"total": 0, "rows": []}


async def test_who_may_not_look_sees_nothing(gateway: Gateway) -> None:
    assert (await gateway.http.get("/v1/supervision")).status_code == 401
    integration = await gateway.key("integration")
    assert (await gateway.http.get("/v1/supervision", headers=integration)).status_code == 403
    stranger = await gateway.key("admin", organisation="other")
    assert (await gateway.http.get("/v1/supervision", headers=stranger)).status_code == 404
    viewer = await gateway.key("viewer")
    for limit in ("0", "1001", "many"):
        assert (await gateway.http.get("/v1/supervision", headers=viewer, params={"limit": limit})).status_code == 422
