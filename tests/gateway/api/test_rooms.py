from typing import Any

import pytest

from storage.erasing import ErasingRepository
from tests.gateway.conftest import Gateway
from tests.gateway.sse import listening
from tests.storage.resolved import resolved
from tests.storage.stage import CONVERSATION, Stage, later, staged

TEXT = b"a list of things"


@pytest.fixture
async def stage(gateway: Gateway) -> Stage:
    for person in ("anna", "bo", "cy"):
        await gateway.key("human_agent", person=person)
    return await staged(gateway.database)


async def post(gateway: Gateway, path: str, by: str = "anna", role: str = "human_agent", **body: Any) -> Any:
    headers = await gateway.key(role, person=by)
    return await gateway.http.post(f"/v1/rooms{path}", headers=headers, json=body)


async def get(gateway: Gateway, path: str, by: str = "anna", **of: Any) -> Any:
    return await gateway.http.get(f"/v1/rooms{path}", headers=await gateway.key("viewer", person=by, **of))


async def channel(gateway: Gateway) -> str:
    response = await post(gateway, "", kind="team", name=" returns ")
    assert response.status_code == 200, response.text
    assert response.json()["name"] == "returns"
    id: str = response.json()["room_id"]
    return id


@pytest.mark.usefixtures("stage")
async def test_people_write_in_a_channel(gateway: Gateway) -> None:
    room = await channel(gateway)
    assert await channel(gateway) == room
    written = await post(
        gateway, f"/{room}/messages", text="@bo see this", conversation_id=CONVERSATION, request_id="m-1"
    )
    assert written.status_code == 201
    assert (written.json()["seq"], written.json()["mentions"], written.json()["conversation_id"]) == (
        1,
        ["bo"],
        CONVERSATION,
    )
    again = await post(gateway, f"/{room}/messages", text="@bo see this", request_id="m-1")
    assert again.json() == written.json()
    (listed,) = (await get(gateway, "", "bo")).json()
    assert (listed["room_id"], listed["unread"], listed["mentioned"]) == (room, 1, 1)
    headers = await gateway.key("human_agent", person="bo")
    read = await gateway.http.put(f"/v1/rooms/{room}/read", headers=headers, json={"seq": 1})
    assert (read.json()["unread"], read.json()["mentioned"]) == (0, 0)
    for text in ("two", "three"):
        await post(gateway, f"/{room}/messages", text=text)
    page = (await get(gateway, f"/{room}/messages?limit=2")).json()
    assert ([one["text"] for one in page["messages"]], page["more"]) == (["two", "three"], True)
    page = (await get(gateway, f"/{room}/messages?before=2")).json()
    assert ([one["seq"] for one in page["messages"]], page["more"]) == ([1], False)


@pytest.mark.usefixtures("stage")
async def test_what_two_people_write_is_theirs(gateway: Gateway) -> None:
    room = (await post(gateway, "", kind="direct", person_id="bo")).json()["room_id"]
    assert (await post(gateway, "", by="bo", kind="direct", person_id="anna")).json()["room_id"] == room
    await post(gateway, f"/{room}/messages", text="between us")
    for path in (f"/{room}", f"/{room}/messages"):
        assert (await get(gateway, path, "bo")).status_code == 200
        assert (await get(gateway, path, "cy")).status_code == 404
        assert (await get(gateway, path, "bo", organisation="other")).status_code == 404
    assert (await post(gateway, f"/{room}/messages", by="cy", role="admin", text="hello")).status_code == 404
    assert (await get(gateway, "", "cy")).json() == []


@pytest.mark.usefixtures("stage")
async def test_news_of_a_room_reach_those_who_belong_to_it(gateway: Gateway) -> None:
    async with (
        listening(gateway.url, await gateway.key("viewer", person="bo")) as bo,
        listening(gateway.url, await gateway.key("viewer", person="cy")) as cy,
    ):
        direct = (await post(gateway, "", kind="direct", person_id="bo")).json()["room_id"]
        await bo.until("room", room_id=direct)
        everybody = await channel(gateway)
        assert (await cy.next()).data == {"room_id": everybody}


async def test_a_conversation_has_a_room(gateway: Gateway, stage: Stage) -> None:
    room = (await post(gateway, "", kind="conversation", conversation_id=CONVERSATION)).json()
    assert (await post(gateway, f"/{room['room_id']}/messages", text="what now?")).status_code == 201
    about = await stage.database.fetchval("SELECT about FROM room_messages")
    assert about == [CONVERSATION]
    await resolved(stage, "erased-12")
    await ErasingRepository(gateway.database).erase("erased-12", later(7200), later(7200))
    assert (await post(gateway, "", kind="conversation", conversation_id="erased-12")).status_code == 409
    said = {"text": "about", "conversation_id": "erased-12"}
    assert (await post(gateway, f"/{room['room_id']}/messages", **said)).status_code == 409


async def upload(gateway: Gateway, room: str, content: bytes, name: str = "a/b.txt", by: str = "anna") -> Any:
    headers = await gateway.key("human_agent", person=by)
    return await gateway.http.post(f"/v1/rooms/{room}/files", headers=headers, files={"file": (name, content)})


@pytest.mark.usefixtures("stage")
async def test_files_are_only_ever_downloads(gateway: Gateway) -> None:
    room = await channel(gateway)
    file = (await upload(gateway, room, TEXT)).json()
    assert (file["name"], file["media_type"], file["size_bytes"]) == ("b.txt", "text/plain", len(TEXT))
    body: dict[str, Any] = {"text": "", "files": [file["file_id"]], "request_id": "m-1"}
    assert (await post(gateway, f"/{room}/messages", by="bo", **body)).status_code == 400
    written = await post(gateway, f"/{room}/messages", **body)
    assert [one["file_id"] for one in written.json()["files"]] == [file["file_id"]]
    assert (await post(gateway, f"/{room}/messages", **body)).json() == written.json()
    assert (await post(gateway, f"/{room}/messages", files=body["files"])).status_code == 400
    read = await get(gateway, f"/{room}/files/{file['file_id']}", "bo")
    assert read.content == TEXT
    assert read.headers["content-disposition"].startswith("attachment")
    assert read.headers["x-content-type-options"] == "nosniff"
    assert (await get(gateway, f"/{room}/files/{file['file_id']}", organisation="other")).status_code == 404
    assert (await get(gateway, f"/{room}/files/rf_unknown")).status_code == 404


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"x" * (5 * 1024 * 1024 + 1), "a.txt", 413),
        (b"<html><script>", "a.png", 415),
        (b"MZ\x00\x01", "a.txt", 415),
        (b"", "a.txt", 415),
        (b"\x89PNG\r\n\x1a\n", "\x00.png", 201),
    ],
)
async def test_odd_files(gateway: Gateway, content: bytes, name: str, status: int) -> None:
    assert (await upload(gateway, await channel(gateway), content, name)).status_code == status


@pytest.mark.usefixtures("stage")
async def test_files_that_wait_are_bounded(gateway: Gateway) -> None:
    room = await channel(gateway)
    statuses = [(await upload(gateway, room, TEXT)).status_code for _ in range(21)]
    assert statuses == [201] * 20 + [409]
    assert (await upload(gateway, room, TEXT, by="bo")).status_code == 201


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "team"}, 400),
        ({"kind": "team", "name": "\x00"}, 422),
        ({"kind": "team", "name": " "}, 422),
        ({"kind": "team", "name": "a", "person_id": "bo"}, 400),
        ({"kind": "direct", "person_id": "anna"}, 400),
        ({"kind": "direct", "person_id": "stranger"}, 400),
        ({"kind": "conversation", "conversation_id": "unknown-1"}, 404),
        ({"kind": "conversation", "conversation_id": "\x00"}, 422),
        ({"kind": "other"}, 422),
    ],
)
async def test_odd_rooms(gateway: Gateway, body: dict[str, Any], status: int) -> None:
    assert (await post(gateway, "", **body)).status_code == status


@pytest.mark.usefixtures("stage")
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"text": "\x00 \x00"}, 422),
        ({"text": "a\x00b"}, 422),
        ({"text": "x" * 8001}, 422),
        ({"text": "a", "conversation_id": "unknown-1"}, 404),
        ({"text": "a", "mentions": ["stranger"]}, 400),
        ({"text": "a", "files": ["rf_" + "0" * 32]}, 400),
        ({"text": "a", "files": ["\x00"]}, 422),
    ],
)
async def test_odd_messages(gateway: Gateway, body: dict[str, Any], status: int) -> None:
    assert (await post(gateway, f"/{await channel(gateway)}/messages", **body)).status_code == status


@pytest.mark.usefixtures("stage")
async def test_reading_is_for_everybody_and_writing_for_those_who_answer(gateway: Gateway) -> None:
    room = await channel(gateway)
    assert (await post(gateway, "", role="viewer", kind="team", name="b")).status_code == 403
    assert (await post(gateway, f"/{room}/messages", role="viewer", text="a")).status_code == 403
    assert (await get(gateway, "/unknown")).status_code == 404
    assert (await get(gateway, "/%00")).status_code == 404
    assert (await get(gateway, f"/{room}/messages?before=0")).status_code == 422
    assert (await get(gateway, f"/{room}/messages?limit=99999999999999999999")).status_code == 422
    viewer = await gateway.key("viewer")
    assert (await gateway.http.put(f"/v1/rooms/{room}/read", headers=viewer, json={"seq": 1})).status_code == 403
    headers = await gateway.key("human_agent")
    for seq in (-1, 2**31, "x"):
        response = await gateway.http.put(f"/v1/rooms/{room}/read", headers=headers, json={"seq": seq})
        assert response.status_code == 422
