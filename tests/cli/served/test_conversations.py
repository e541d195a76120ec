"""`holdfast conversations`, against a served gateway."""

import json

import pytest

from storage.erasing import ErasingRepository
from tests.cli.served.conftest import Holdfast
from tests.cli.served.test_approvals import running
from tests.gateway.conftest import Gateway
from tests.storage.resolved import answered_by_anna, days_ago, ended, opened, resolved
from tests.storage.stage import NOW, Stage

__all__ = ["running"]


async def test_a_person_finds_answers_and_resolves_what_was_handed_over(running: Gateway, holdfast: Holdfast) -> None:
    empty = await holdfast("conversations", "list", "--status", "with_human")
    assert (empty.exit_code, empty.output.strip()) == (0, "No conversation is with_human.")
    session = await running.session()
    chat, conversation_id = await running.chat(session), session["conversation_id"]
    await chat.say("a person please")
    await chat.until("status", status="with_human")

    listed = (await holdfast("conversations", "list", "--status", "with_human")).output
    for part in (conversation_id, "web_chat", "human_agent:queue", "asked for person", "for bo"):
        assert part in listed, part
    shown = (await holdfast("conversations", "show", conversation_id)).output
    assert "customer  a person please" in shown
    assert "Why a person" in shown
    assert "bo: has the skill account; holds 0 of at most 9 open conversations" in shown
    assert "cy: has the skill account; holds no open conversation" in shown

    answered = await holdfast("conversations", "reply", conversation_id, "Here I am.")
    assert (answered.exit_code, answered.output.strip()) == (0, "Your answer is on its way.")
    assert (await chat.until("message", kind="human_reply"))["text"] == "Here I am."
    resolved = await holdfast("conversations", "resolve", conversation_id, "--note", "done by phone")
    assert resolved.output.strip() == "The conversation is resolved."
    assert "note of operator  done by phone" in (await holdfast("conversations", "show", conversation_id)).output


@pytest.mark.parametrize("columns", ["40", "80"])
async def test_a_narrow_terminal_hides_neither_the_id_nor_the_reason(
    running: Gateway, holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    session = await running.session()
    chat = await running.chat(session)
    await chat.say("a person please")
    await chat.until("status", status="with_human")
    monkeypatch.setenv("COLUMNS", columns)
    told = (await holdfast("conversations", "list")).output
    assert told.startswith(session["conversation_id"])
    assert {"with_human", "asked", "for", "person", "human_agent:queue", "web_chat"} <= set(told.split())


async def test_only_a_draft_that_has_not_left_is_shown_as_such(running: Gateway, holdfast: Holdfast) -> None:
    session = await running.session()
    chat, conversation_id = await running.chat(session), session["conversation_id"]
    await chat.say("How do I set a new password?")
    await chat.until("message", kind="reply")
    assert "draft that was not sent" not in (await holdfast("conversations", "show", conversation_id)).output

    await chat.say("refund, please")
    await chat.until("status", status="awaiting_approval")
    assert "draft that was not sent" in (await holdfast("conversations", "show", conversation_id)).output

    await holdfast("conversations", "reply", conversation_id, "I pay it back.")
    await chat.until("message", kind="human_reply")
    assert "draft that was not sent" not in (await holdfast("conversations", "show", conversation_id)).output


async def test_an_erased_conversation_says_so_and_keeps_its_outcome(running: Gateway, holdfast: Holdfast) -> None:
    stage = Stage(running.database)
    await resolved(stage, "cv_long_over", "Where is my saddle?", at=days_ago(400))
    assert await ErasingRepository(stage.database).erase("cv_long_over", NOW, NOW) is None
    shown = await holdfast("conversations", "show", "cv_long_over")
    assert shown.exit_code == 0
    assert "Erased on 2026-03-02 by retention" in shown.output
    assert "saddle" not in shown.output
    assert "[erased 1]" in shown.output
    assert "resolved" in shown.output
    assert "resolved · erased" in (await holdfast("conversations", "list")).output
    refused = await holdfast("conversations", "reply", "cv_long_over", "Hello?")
    assert refused.exit_code == 1
    assert "erased on 2026-03-02" in refused.output


async def test_an_unknown_conversation_is_told(running: Gateway, holdfast: Holdfast) -> None:
    shown = await holdfast("conversations", "show", "cv_nothing")
    assert shown.exit_code == 1
    assert "no such conversation" in shown.output.lower()


async def test_a_person_sees_how_the_like_was_answered(running: Gateway, holdfast: Holdfast) -> None:
    stage = Stage(running.database)
    await opened(stage, "cv_asks_now", "I forgot my password and cannot sign in")
    empty = await holdfast("conversations", "similar", "cv_asks_now")
    assert empty.output.strip() == "None of 0 resolved conversations is like this one."
    await opened(stage, "cv_password", "How can I [b]reset[/b] the password of my account?")
    await answered_by_anna(stage, "cv_password", "Choose Forgot password.")
    await ended(stage, "cv_password", by="anna", revision=3)
    await resolved(stage, "cv_saddle", "My saddle came with a scratch")

    shown = await holdfast("conversations", "similar", "cv_asks_now")
    for part in ("cv_password", "[b]reset[/b] the password", "Choose Forgot password.", "2026-03-02, web_chat"):
        assert part in shown.output, part
    assert "answered by anna" in shown.output
    assert "cv_saddle" not in shown.output

    told = json.loads((await holdfast("conversations", "similar", "cv_asks_now", "--limit", "1", "--json")).output)
    assert [one["conversation_id"] for one in told["conversations"]] == ["cv_password"]
    assert (told["compared"], told["not_compared_yet"]) == (2, 0)


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("cv_nothing",), 1, "no such conversation"),
        (("cv_silent",), 1, "written nothing yet"),
        (("cv_silent", "--limit", "21"), 2, "less than or equal to 20"),
        (("cv_silent", "--limit", "0"), 2, "greater than or equal to 1"),
    ],
)
async def test_why_nothing_is_shown(
    running: Gateway, holdfast: Holdfast, arguments: tuple[str, ...], code: int, told: str
) -> None:
    await opened(Stage(running.database), "cv_silent")
    shown = await holdfast("conversations", "similar", *arguments)
    assert (shown.exit_code, told in shown.output.lower()) == (code, True)


async def test_who_writes_in_another_language_is_told(running: Gateway, holdfast: Holdfast) -> None:
    session = await running.session()
    chat = await running.chat(session)
    await chat.say("olá, não consigo entrar")
    await chat.until("status", status="with_human")
    shown = (await holdfast("conversations", "show", session["conversation_id"])).output
    assert "unsupported language" in shown
    assert "writes in Portuguese" in shown


async def test_who_watches_a_conversation_is_told_everything_once(running: Gateway, holdfast: Holdfast) -> None:
    session = await running.session()
    chat, conversation_id = await running.chat(session), session["conversation_id"]
    await chat.say("How do I set a new password?")
    reply = await chat.until("message", kind="reply")
    await chat.say("refund please")
    await chat.until("status", status="awaiting_approval")
    watched = await holdfast("conversations", "watch", conversation_id, "--for", "0")
    assert watched.exit_code == 0, watched.output
    lines = watched.output.splitlines()
    told = [line.split(" ", 1)[1] for line in lines]
    assert [line for line in told if line.startswith("customer  ")] == [
        "customer  How do I set a new password?",
        "customer  refund please",
    ]
    assert f"service  {reply['text']}".splitlines()[0] in told
    assert any(line.startswith("service draft  send: ") for line in told)
    assert any(line.startswith("approval ") and "waits for approver" in line for line in told)
    assert len(set(lines)) == len(lines)
    unknown = await holdfast("conversations", "watch", "cv_none", "--for", "0")
    assert unknown.exit_code == 1


async def test_files_are_named_with_their_message(running: Gateway, holdfast: Holdfast) -> None:
    session = await running.session()
    chat, conversation_id = await running.chat(session), session["conversation_id"]
    customer = {"Authorization": f"Bearer {session['token']}"}
    file = {"file": ("map.txt", b"Left, then right.", "text/plain")}
    kept = await running.http.post(f"/v1/chat/{conversation_id}/files", headers=customer, files=file)
    await chat.say("the way to me", attachments=[kept.json()["attachment_id"]])
    await chat.reply()
    assert "file: map.txt, text/plain, 17 bytes" in (await holdfast("conversations", "show", conversation_id)).output
