from typing import Any

import pytest

from tests.gateway.conftest import Gateway


async def test_a_key_is_made_shown_once_and_revoked(gateway: Gateway) -> None:
    admin = await gateway.key("admin", person="olga")
    body = {"person_id": "p_mia", "roles": ["approver", "tax_expert"]}
    made = await gateway.http.post("/v1/keys", json=body, headers=admin)
    assert made.status_code == 201
    key = made.json()["key"]
    mias = {"Authorization": f"Bearer {key}"}
    assert (await gateway.http.get("/v1/me", headers=mias)).json()["person_id"] == "p_mia"

    listed = await gateway.http.get("/v1/keys", headers=admin)
    assert [(one["person_id"], one["roles"]) for one in listed.json()] == [
        ("olga", ["admin"]),
        ("p_mia", ["approver", "tax_expert"]),
    ]
    assert key not in listed.text

    assert (await gateway.http.delete("/v1/keys/p_mia", headers=admin)).json() == {"revoked": 1}
    assert (await gateway.http.get("/v1/me", headers=mias)).status_code == 401
    assert (await gateway.http.delete("/v1/keys/p_mia", headers=admin)).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"person_id": "p_mia", "roles": []}, 400),
        ({"person_id": "p_mia", "roles": ["auditor", "admin"]}, 400),
        ({"person_id": "Mia Muster", "roles": ["viewer"]}, 422),
        ({"person_id": "p_mia"}, 422),
    ],
)
async def test_what_makes_no_key_is_told(gateway: Gateway, body: dict[str, Any], status: int) -> None:
    answer = await gateway.http.post("/v1/keys", json=body, headers=await gateway.key("admin"))
    assert answer.status_code == status


async def test_whoever_has_left_gets_no_key(gateway: Gateway) -> None:
    admin = await gateway.key("admin")
    person = {"name": "Mia", "roles": ["viewer"], "active": False}
    assert (await gateway.http.put("/v1/people/p_mia", json=person, headers=admin)).status_code == 200
    body = {"person_id": "p_mia", "roles": ["viewer"]}
    assert (await gateway.http.post("/v1/keys", json=body, headers=admin)).status_code == 409
