import base64
import json

import httpx

from gateway.options import GatewayOptions
from storage.customers import CustomerRepository
from tests.gateway.conftest import Gateway, serve


def _payload(session: dict[str, str]) -> dict[str, str]:
    text = session["token"].split(".")[0]
    content: dict[str, str] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return content


async def test_anybody_may_start_an_anonymous_session(gateway: Gateway) -> None:
    session = await gateway.session()
    assert session["conversation_id"].startswith("cv_")
    payload = _payload(session)
    assert payload["conversation_id"] == session["conversation_id"]
    assert payload["organisation"] == "bikeshop"
    assert payload["customer_id"] is None


async def test_an_integration_names_a_verified_customer(gateway: Gateway) -> None:
    key = await gateway.key("integration", person="shop")
    session = await gateway.session(headers=key, json={"customer": {"email": "mia@example.org"}})
    assert "mia" not in session["token"]
    customer = await CustomerRepository(gateway.database).get(_payload(session)["customer_id"])
    assert customer is not None
    assert (customer.email, customer.verified) == ("mia@example.org", True)


async def test_nobody_else_may_name_a_customer(gateway: Gateway) -> None:
    body = {"customer": {"contact_id": "mia"}}
    anonymous = await gateway.http.post("/v1/chat/sessions", json=body)
    assert anonymous.status_code == 403
    admin = await gateway.http.post("/v1/chat/sessions", json=body, headers=await gateway.key("admin"))
    assert admin.status_code == 403
    assert admin.headers["content-type"] == "application/problem+json"


async def test_a_customer_without_a_reference_is_refused(gateway: Gateway) -> None:
    key = await gateway.key("integration")
    response = await gateway.http.post("/v1/chat/sessions", json={"customer": {}}, headers=key)
    assert response.status_code == 422
    assert "contact_id or email" in response.json()["detail"]


async def test_too_many_sessions_from_one_address_wait(options: GatewayOptions, gateway: Gateway) -> None:
    strict = options.model_copy(update={"chat_sessions_per_minute": 2})
    async with serve(strict, gateway.temporal) as url, httpx.AsyncClient(base_url=url) as http:
        answers = [await http.post("/v1/chat/sessions") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 30
        with_key = await http.post("/v1/chat/sessions", headers=await gateway.key("integration"))
        assert with_key.status_code == 201
