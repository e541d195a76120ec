import pytest

from gateway.api import conversation_files
from gateway.media import MAX_FILE_BYTES
from tests.gateway.conftest import Gateway

PDF = b"%PDF-1.7 an invoice"


async def _sent(platform: Gateway) -> tuple[str, str]:
    """A file that a customer sent along; gives its conversation and its id."""
    session = await platform.session()
    conversation = session["conversation_id"]
    answer = await platform.http.post(
        f"/v1/chat/{conversation}/files",
        headers={"Authorization": f"Bearer {session['token']}"},
        files={"file": ("invoice é.pdf", PDF, "application/pdf")},
    )
    chat = await platform.chat(session)
    file: str = answer.json()["attachment_id"]
    await chat.say("My invoice", attachments=[file])
    await chat.reply()
    return conversation, file


async def test_people_read_what_a_customer_sent(platform: Gateway) -> None:
    conversation, file = await _sent(platform)
    path = f"/v1/conversations/{conversation}/files/{file}"
    answer = await platform.http.get(path, headers=await platform.key("viewer"))
    assert answer.content == PDF
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''invoice%20%C3%A9.pdf"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert (await platform.http.get(path)).status_code == 401
    stranger = await platform.key("admin", organisation="another")
    assert (await platform.http.get(path, headers=stranger)).status_code == 404


async def test_what_was_not_sent_is_not_there(platform: Gateway) -> None:
    conversation, _ = await _sent(platform)
    headers = await platform.key("viewer")
    answer = await platform.http.get(f"/v1/conversations/{conversation}/files/at_unknown", headers=headers)
    assert answer.status_code == 404


async def test_what_a_person_sends_along_reaches_the_customer(platform: Gateway) -> None:
    session = await platform.session()
    conversation = session["conversation_id"]
    chat = await platform.chat(session)
    await chat.say("Where is my invoice?")
    await chat.reply()
    agent = await platform.key("human_agent")
    path = f"/v1/conversations/{conversation}"
    kept = await platform.http.post(f"{path}/files", headers=agent, files={"file": ("../invoice é.pdf", PDF)})
    assert kept.status_code == 201
    body = {"request_id": "r-1", "text": "Here it is.", "attachments": [kept.json()["attachment_id"]]}
    assert (await platform.http.post(f"{path}/replies", headers=agent, json=body)).is_success
    sent = await chat.until("message", author="human_agent")
    assert sent["attachments"] == [kept.json()]
    assert kept.json() | {"attachment_id": ""} == {
        "attachment_id": "",
        "name": "invoice é.pdf",
        "media_type": "application/pdf",
        "size_bytes": len(PDF),
    }
    customer = {"Authorization": f"Bearer {session['token']}"}
    file = await platform.http.get(
        f"/v1/chat/{conversation}/files/{sent['attachments'][0]['attachment_id']}", headers=customer
    )
    assert file.content == PDF
    shown = (await platform.http.get(path, headers=agent)).json()
    assert shown["carries_files"]
    assert [message["attachments"] for message in shown["messages"]][-1] == [kept.json()]


async def test_a_reply_names_files_of_its_own_conversation_alone(platform: Gateway) -> None:
    _, file = await _sent(platform)
    other, _ = await _sent(platform)
    agent = await platform.key("human_agent")
    body = {"request_id": "r-1", "text": "Here it is.", "attachments": [file]}
    answer = await platform.http.post(f"/v1/conversations/{other}/replies", headers=agent, json=body)
    assert answer.status_code == 400
    assert "Upload it again" in answer.json()["detail"]


async def test_no_file_is_taken_where_none_can_be_sent(platform: Gateway) -> None:
    conversation, file = await _sent(platform)
    agent = await platform.key("human_agent")
    await platform.database.fetchval("UPDATE messages SET channel = 'sms' WHERE conversation_id = $1", conversation)
    path = f"/v1/conversations/{conversation}"
    kept = await platform.http.post(f"{path}/files", headers=agent, files={"file": ("invoice.pdf", PDF)})
    body = {"request_id": "r-1", "text": "Here it is.", "attachments": [file]}
    for answer in (kept, await platform.http.post(f"{path}/replies", headers=agent, json=body)):
        assert answer.status_code == 409
        assert "link" in answer.json()["detail"]
    assert not (await platform.http.get(path, headers=agent)).json()["carries_files"]


@pytest.mark.parametrize(
    ("content", "status"), [(b"MZ\x90\x00" + b"\x00" * 100, 415), (PDF + b"0" * MAX_FILE_BYTES, 413)]
)
async def test_what_customers_may_not_send_people_may_not(platform: Gateway, content: bytes, status: int) -> None:
    conversation, _ = await _sent(platform)
    agent = await platform.key("human_agent")
    path = f"/v1/conversations/{conversation}/files"
    assert (await platform.http.post(path, headers=agent, files={"file": ("a.pdf", content)})).status_code == status


async def test_files_of_people_take_none_of_the_customers_room(
    platform: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation, _ = await _sent(platform)
    monkeypatch.setattr(conversation_files, "MAX_FILES_PER_CONVERSATION", 1)
    agent = await platform.key("human_agent")
    path = f"/v1/conversations/{conversation}/files"
    answers = [await platform.http.post(path, headers=agent, files={"file": ("a.pdf", PDF)}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
