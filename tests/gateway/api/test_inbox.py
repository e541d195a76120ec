from typing import Any

import pytest

from storage.database import Database
from tests.gateway.conftest import ORGANISATION, Gateway
from tests.storage.inbox_stage import in_queue, named, opened, over, taken_by, waiting_for_approval
from tests.storage.stage import CONVERSATION, Stage, later, staged


@pytest.fixture
async def stage(gateway: Gateway) -> Stage:
    stage = await staged(gateway.database)
    await waiting_for_approval(stage, "for-approval", later(1))
    await in_queue(stage, "in-the-queue", later(2))
    await taken_by(stage, "of-anna-1", "anna", later(3))
    await over(stage, "over-1234", later(4))
    await opened(stage, "of-others-1", organisation="other")
    await named(stage, "of-anna-1", "Vera Quick")
    return stage


async def inbox(gateway: Gateway, person: str = "anna", **params: Any) -> Any:
    response = await gateway.http.get("/v1/inbox", headers=await gateway.key("viewer", person=person), params=params)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.usefixtures("stage")
async def test_pages_follow_each_other(gateway: Gateway) -> None:
    found = list[str]()
    more: dict[str, Any] = {"limit": 2}
    while more.get("cursor", "first"):
        page = await inbox(gateway, **more)
        assert page["total"] == 5
        found += [row["conversation_id"] for row in page["rows"]]
        more["cursor"] = page["next_cursor"]
    assert found == ["over-1234", "of-anna-1", "in-the-queue", "for-approval", CONVERSATION]


@pytest.mark.usefixtures("stage")
async def test_views_and_filters(gateway: Gateway) -> None:
    async def found(**params: Any) -> list[str]:
        return [row["conversation_id"] for row in (await inbox(gateway, **params))["rows"]]

    assert await found(view="mine") == ["of-anna-1"]
    assert await found(view="mine", person="bo") == []
    assert await found(view="team") == ["of-anna-1", "in-the-queue"]
    assert await found(view="approval") == ["for-approval"]
    assert await found(view="risk") == ["in-the-queue", "of-anna-1"]
    assert await found(status="resolved") == ["over-1234"]
    assert await found(text="vera") == ["of-anna-1"]
    assert await found(only=["of-anna-1", "of-others-1"]) == ["of-anna-1"]
    assert await found(channel="email") == []
    (row,) = (await inbox(gateway, view="approval"))["rows"]
    assert (row["approval_id"], row["owner"], row["unread"]) == (
        "a-for-approval",
        {"kind": "ai_agent", "id": "service"},
        1,
    )
    assert set(row) >= {"customer_name", "confidence", "risk", "deadline", "last_message", "watchers", "ai_agent"}


@pytest.mark.usefixtures("stage")
async def test_counts(gateway: Gateway) -> None:
    response = await gateway.http.get("/v1/inbox/counts", headers=await gateway.key("viewer"))
    assert response.json() == {"mine": 1, "team": 2, "approval": 1, "ai": 2, "risk": 2, "all": 5}


@pytest.mark.usefixtures("stage")
async def test_search(gateway: Gateway, database: Database) -> None:
    headers = await gateway.key("viewer")
    found = (await gateway.http.get("/v1/search", headers=headers, params={"text": "parc over"})).json()["hits"]
    assert [(hit["conversation_id"], hit["kind"], hit["seq"]) for hit in found] == [("over-1234", "message", 1)]
    assert {"text": "parcel", "hit": True} in found[0]["parts"]
    theirs = await gateway.key("viewer", organisation="other")
    found = (await gateway.http.get("/v1/search", headers=theirs, params={"text": "parcel"})).json()["hits"]
    assert [hit["conversation_id"] for hit in found] == ["of-others-1"]


@pytest.mark.parametrize(
    ("path", "params", "status"),
    [
        ("/v1/inbox", {"cursor": "no"}, 400),
        ("/v1/inbox", {"cursor": "\x00"}, 400),
        ("/v1/inbox", {"cursor": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIngiXQ"}, 400),
        ("/v1/inbox", {"cursor": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzAwOjAwIiwgIlx1MDAwMCJd"}, 200),
        ("/v1/inbox", {"limit": 10**30}, 422),
        ("/v1/inbox", {"limit": 0}, 422),
        ("/v1/inbox", {"view": "other"}, 422),
        ("/v1/inbox", {"channel": "\x00"}, 422),
        ("/v1/inbox", {"ai_agent": "\x00\ud7ff"}, 200),
        ("/v1/inbox", {"text": "\x00'!&"}, 200),
        ("/v1/inbox", {"only": "\x00"}, 422),
        ("/v1/search", {"text": "\x00"}, 200),
        ("/v1/search", {"text": ""}, 422),
        ("/v1/search", {"text": "x" * 201}, 422),
        ("/v1/search", {"text": "\\ ' \\' :* & | ( !"}, 200),
        ("/v1/search", {}, 422),
    ],
)
async def test_odd_questions_are_answered(gateway: Gateway, path: str, params: dict[str, Any], status: int) -> None:
    response = await gateway.http.get(path, headers=await gateway.key("viewer"), params=params)
    assert response.status_code == status, response.text


@pytest.mark.parametrize("path", ["/v1/inbox", "/v1/inbox/counts", "/v1/search?text=a", "/v1/live", "/v1/rooms"])
async def test_it_needs_a_key_of_a_person(gateway: Gateway, path: str) -> None:
    assert (await gateway.http.get(path)).status_code == 401
    assert (await gateway.http.get(path, headers=await gateway.key("integration"))).status_code == 403


async def test_an_organisation_without_a_specification_has_an_empty_inbox(gateway: Gateway) -> None:
    response = await gateway.http.get("/v1/inbox?view=risk", headers=await gateway.key("viewer", organisation="new"))
    assert response.json() == {"rows": [], "next_cursor": None, "total": 0}
    assert ORGANISATION != "new"
