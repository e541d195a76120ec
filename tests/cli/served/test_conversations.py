"""`holdfast conversations`, against a served gateway."""

from tests.cli.served.conftest import Holdfast
from tests.cli.served.test_approvals import running
from tests.gateway.conftest import Gateway

__all__ = ["running"]


async def test_a_person_finds_answers_and_resolves_what_was_handed_over(running: Gateway, holdfast: Holdfast) -> None:
    empty = await holdfast("conversations", "list", "--status", "with_human")
    assert (empty.exit_code, empty.output.strip()) == (0, "No conversation is with_human.")
    session = await running.session()
    chat, conversation_id = await running.chat(session), session["conversation_id"]
    await chat.say("a person please")
    await chat.until("status", status="with_human")

    listed = (await holdfast("conversations", "list", "--status", "with_human")).output
    for part in (conversation_id, "web_chat", "human_agent:queue", "asked for person"):
        assert part in listed, part
    shown = (await holdfast("conversations", "show", conversation_id)).output
    assert "customer  a person please" in shown
    assert "Why a person" in shown

    answered = await holdfast("conversations", "reply", conversation_id, "Here I am.")
    assert (answered.exit_code, answered.output.strip()) == (0, "Your answer is on its way.")
    assert (await chat.until("message", kind="human_reply"))["text"] == "Here I am."
    resolved = await holdfast("conversations", "resolve", conversation_id, "--note", "done by phone")
    assert resolved.output.strip() == "The conversation is resolved."
    assert "note of operator  done by phone" in (await holdfast("conversations", "show", conversation_id)).output


async def test_an_unknown_conversation_is_told(running: Gateway, holdfast: Holdfast) -> None:
    shown = await holdfast("conversations", "show", "cv_nothing")
    assert shown.exit_code == 1
    assert "no such conversation" in shown.output.lower()
