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
