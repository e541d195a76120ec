from typing import Any

import httpx
import pytest
from temporalio.client import Client

from gateway.options import GatewayOptions
from storage.database import Database
from tests.gateway.conftest import Gateway
from tests.gateway.signing_in import sign_in_gateway
from tests.gateway.workers import STAFFED
from tests.organisation import VERSION

MIA = {"name": "Mia", "roles": ["human_agent"], "issuer": "https://login.example.com", "subject": "00u1"}


async def put(gateway: Gateway, person_id: str, body: dict[str, Any], by: str = "olga") -> httpx.Response:
    headers = await gateway.key("admin", person=by)
    return await gateway.http.put(f"/v1/people/{person_id}", json=body, headers=headers)


async def listed(gateway: Gateway) -> dict[str, dict[str, Any]]:
    answer = await gateway.http.get("/v1/people", headers=await gateway.key("viewer"))
    return {one["id"]: one for one in answer.json()}


async def test_those_of_the_specification_and_those_who_sign_in_are_one_list(gateway: Gateway) -> None:
    specified = {one.id for one in STAFFED.specification.people}
    assert specified
    assert not VERSION.specification.people
    await gateway.database.fetchval("UPDATE spec_versions SET active = false")
    await gateway.database.fetchval(
        "UPDATE spec_versions SET active = true WHERE content_hash = $1", STAFFED.content_hash
    )
    first = STAFFED.specification.people[0]
    await put(gateway, first.id, MIA)
    await put(gateway, "p_other", MIA | {"subject": "00u2", "name": "Tom"})
    people = await listed(gateway)
    assert list(people) == sorted({*specified, "p_other"})
    assert (people[first.id]["name"], people[first.id]["roles"]) == ("Mia", ["human_agent"])
    assert people[first.id]["skills"] == list(first.skills)
    assert people[first.id]["can_sign_in"]
    others = [one for one in people.values() if one["id"] not in {first.id, "p_other"}]
    assert all(one["active"] and not one["can_sign_in"] and one["away_until"] is None for one in others)


async def test_somebody_is_let_in_changed_and_put_out(gateway: Gateway) -> None:
    answer = await put(gateway, "p_mia", MIA)
    assert (answer.status_code, answer.json()["can_sign_in"]) == (200, True)
    changed = await put(gateway, "p_mia", {"name": "Mia B", "roles": ["lead"]})
    assert (changed.json()["roles"], changed.json()["can_sign_in"]) == (["lead"], True)
    admin = await gateway.key("admin", person="olga")
    assert (await gateway.http.delete("/v1/people/p_mia", headers=admin)).status_code == 204
    assert not (await listed(gateway))["p_mia"]["active"]
    audit = (await gateway.http.get("/v1/audit", params={"actor": "olga"}, headers=admin)).json()
    assert [one["kind"] for one in audit] == ["person_deactivated", "person_changed", "person_added"]


@pytest.mark.parametrize(
    ("change", "status", "told"),
    [
        ({"roles": []}, 400, "At least one"),
        ({"roles": ["integration"]}, 400, "At least one"),
        ({"roles": ["auditor", "viewer"]}, 400, "no other one"),
        ({"issuer": None}, 400, "No sign-in provider"),
        ({"subject": ""}, 422, "subject"),
        ({"name": "a\x00b"}, 422, "name"),
        ({"roles": ["Not a role"]}, 422, "roles"),
        ({"colour": "red"}, 422, "colour"),
    ],
)
async def test_what_makes_no_person_is_told(gateway: Gateway, change: dict[str, Any], status: int, told: str) -> None:
    answer = await put(gateway, "p_mia", MIA | change)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True)


async def test_an_account_is_that_of_one_person(gateway: Gateway) -> None:
    await put(gateway, "p_mia", MIA)
    answer = await put(gateway, "p_tom", MIA)
    assert (answer.status_code, "p_mia" in answer.json()["detail"]) == (409, True)


async def test_nobody_ends_their_own_administration(gateway: Gateway) -> None:
    await put(gateway, "olga", MIA | {"roles": ["admin"]})
    for body in (MIA, MIA | {"roles": ["admin"], "active": False}):
        assert (await put(gateway, "olga", body)).status_code == 409
    admin = await gateway.key("admin", person="olga")
    assert (await gateway.http.delete("/v1/people/olga", headers=admin)).status_code == 409
    assert (await put(gateway, "olga", MIA, by="anna")).status_code == 200


async def test_nobody_is_ended_who_is_not_there(gateway: Gateway) -> None:
    admin = await gateway.key("admin")
    assert (await gateway.http.delete("/v1/people/nobody", headers=admin)).status_code == 404
    assert (await gateway.http.delete("/v1/people/no%00body", headers=admin)).status_code == 422


async def test_what_is_ended_or_changed_counts_at_once(
    options: GatewayOptions, database: Database, temporal_client: Client
) -> None:
    async with sign_in_gateway(options, database, temporal_client) as console:
        await console.add("olga", "admin")
        await console.add("mia", "human_agent")
        olga, mia = await console.signed_in("olga"), await console.signed_in("mia")
        assert (await mia.get("/v1/conversations")).status_code == 200

        body = {"name": "Mia", "roles": ["auditor"]}
        assert (await olga.ask("PUT", "/v1/people/mia", json=body)).status_code == 200
        assert (await mia.get("/v1/audit")).status_code == 200
        assert (await mia.get("/v1/me")).json()["roles"] == ["auditor"]

        assert (await olga.ask("DELETE", "/v1/people/mia")).status_code == 204
        assert (await mia.get("/v1/audit")).status_code == 401

        new = {"name": "Eva", "roles": ["viewer"], "subject": "eva"}
        assert (await olga.ask("PUT", "/v1/people/p_eva", json=new)).json()["can_sign_in"]
        eva = await console.signed_in("eva")
        assert (await eva.get("/v1/me")).json()["person_id"] == "p_eva"
