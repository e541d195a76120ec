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
