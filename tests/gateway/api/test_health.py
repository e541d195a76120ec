from tests.gateway.conftest import Gateway


async def test_alive_and_ready(gateway: Gateway) -> None:
    assert (await gateway.http.get("/healthz")).json() == {"status": "alive"}
    assert (await gateway.http.get("/readyz")).json() == {"status": "ready", "missing": []}


async def test_metrics_name_routes_and_not_ids(gateway: Gateway) -> None:
    viewer = await gateway.key("viewer")
    await gateway.http.get("/v1/conversations/cv_secret00", headers=viewer)
    await gateway.http.get("/no/such/address")
    metrics = (await gateway.http.get("/metrics")).text
    assert 'route="/v1/conversations/{conversation_id}"' in metrics
    assert 'route="other"' in metrics
    assert "cv_secret00" not in metrics


async def test_what_waits_for_a_newer_version_is_counted(gateway: Gateway) -> None:
    insert = """
        INSERT INTO inbox (organisation, channel, event_id, kind, conversation_id, event, received_at)
        VALUES ($1, 'email', 'e-1', 'poke', 'cv_1', '{"kind": "poke"}', now())
    """
    await gateway.database.fetchval(insert, gateway.options.organisation)
    counted = 'holdfast_events_of_unknown_kind{kind="poke"}'
    assert f"{counted} 1.0" in (await gateway.http.get("/metrics")).text
    await gateway.database.fetchval("DELETE FROM inbox")
    assert counted not in (await gateway.http.get("/metrics")).text
