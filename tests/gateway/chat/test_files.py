from typing import Any

import pytest

from gateway.chat import files
from gateway.media import MAX_FILE_BYTES
from storage.erasing import ErasingRepository
from tests.gateway.conftest import Gateway
from tests.storage.resolved import resolved
from tests.storage.stage import Stage, later

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 1000


async def _upload(gateway: Gateway, session: dict[str, str], content: bytes, name: str = "a.png") -> Any:
    return await gateway.http.post(
        f"/v1/chat/{session['conversation_id']}/files",
        files={"file": (name, content, "application/x-whatever")},
        headers={"Authorization": f"Bearer {session['token']}"},
    )


async def test_a_file_travels_with_a_message_and_back(platform: Gateway) -> None:
    session = await platform.session()
    chat = await platform.chat(session)
    uploaded = (await _upload(platform, session, PNG, "Bild 1.png")).json()
    assert uploaded | {"attachment_id": ""} == {
        "attachment_id": "",
        "name": "Bild 1.png",
        "media_type": "image/png",
        "size_bytes": len(PNG),
    }
    await chat.say("", attachments=[uploaded["attachment_id"]])
    own = await chat.until("message", author="customer")
    assert own["attachments"] == [uploaded]
    response = await platform.http.get(
        f"/v1/chat/{session['conversation_id']}/files/{uploaded['attachment_id']}",
        headers={"Authorization": f"Bearer {session['token']}"},
    )
    assert response.content == PNG
    assert response.headers["content-type"] == "image/png"
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''Bild%201.png"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]


async def test_a_program_is_refused_even_with_the_name_of_a_picture(gateway: Gateway) -> None:
    refused = await _upload(gateway, await gateway.session(), b"MZ\x90\x00" + b"\x00" * 100)
    assert refused.status_code == 415
    assert "PDF" in refused.json()["detail"]


@pytest.mark.parametrize("extra_bytes", [1, 4 * 1024 * 1024])
async def test_a_file_that_is_too_large_is_refused(gateway: Gateway, extra_bytes: int) -> None:
    refused = await _upload(gateway, await gateway.session(), PNG + b"0" * (MAX_FILE_BYTES + extra_bytes))
    assert refused.status_code == 413
    assert refused.headers["content-type"] == "application/problem+json"


async def test_a_file_of_unknown_length_is_cut_off(gateway: Gateway) -> None:
    session = await gateway.session()

    async def endless() -> Any:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n' + PNG
        for _ in range(100):
            yield b"0" * 100_000

    refused = await gateway.http.post(
        f"/v1/chat/{session['conversation_id']}/files",
        content=endless(),
        headers={"Authorization": f"Bearer {session['token']}", "Content-Type": "multipart/form-data; boundary=b"},
    )
    assert refused.status_code == 413


async def test_a_conversation_takes_only_so_many_files(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILES_PER_CONVERSATION", 2)
    session = await gateway.session()
    answers = [await _upload(gateway, session, PNG) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 409]


async def test_files_need_the_token_of_their_conversation(gateway: Gateway) -> None:
    session, other = await gateway.session(), await gateway.session()
    mixed = session | {"token": other["token"]}
    assert (await _upload(gateway, mixed, PNG)).status_code == 401
    path = f"/v1/chat/{session['conversation_id']}/files"
    assert (await gateway.http.post(path, files={"file": PNG})).status_code == 401
    uploaded = (await _upload(gateway, session, PNG)).json()
    stolen = await gateway.http.get(
        f"/v1/chat/{other['conversation_id']}/files/{uploaded['attachment_id']}",
        headers={"Authorization": f"Bearer {other['token']}"},
    )
    assert stolen.status_code == 404


async def test_another_conversation_s_file_cannot_be_attached(gateway: Gateway) -> None:
    uploaded = (await _upload(gateway, await gateway.session(), PNG)).json()
    chat = await gateway.chat()
    await chat.say("look", "m", attachments=[uploaded["attachment_id"]])
    assert (await chat.until("error", id="m"))["problem"]["status"] == 400


async def test_an_erased_conversation_takes_no_files(gateway: Gateway) -> None:
    session, stage = await gateway.session(), Stage(gateway.database)
    await resolved(stage, session["conversation_id"], "Hello")
    assert await ErasingRepository(gateway.database).erase(session["conversation_id"], later(9), later(9)) is None
    refused = await _upload(gateway, session, PNG)
    assert refused.status_code == 409
    assert "Start a new session" in refused.json()["detail"]
