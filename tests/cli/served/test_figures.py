import json

from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import Gateway


async def test_figures_and_what_is_behind_one(platform: Gateway, holdfast: Holdfast) -> None:
    key = (await platform.key("viewer"))["Authorization"].removeprefix("Bearer ")
    access = ("--url", platform.url, "--key", key)
    chat = await platform.chat()
    await chat.say("hello")
    await chat.reply()
    told = await holdfast("figures", *access)
    assert told.exit_code == 0, told.output
    assert "first_response_p50" in told.output
    assert "of 1: ai agent 1" in told.output
    rows = await holdfast("figures", "--rows", "escalated", *access)
    assert rows.output.startswith("escalated: 1")
    machine = await holdfast("figures", "--json", "--days", "2", *access)
    assert json.loads(machine.output)["figures"][0]["key"] == "automated_resolution"
    unknown = await holdfast("figures", "--rows", "happiness", *access)
    assert (unknown.exit_code, "no such figure" in unknown.output) == (1, True)


async def test_a_message_explains_itself(platform: Gateway, holdfast: Holdfast) -> None:
    key = (await platform.key("viewer"))["Authorization"].removeprefix("Bearer ")
    access = ("--url", platform.url, "--key", key)
    session = await platform.session()
    chat = await platform.chat(session)
    await chat.say("hello [b]")
    await chat.reply()
    told = await holdfast("conversations", "explain", session["conversation_id"], "2", *access)
    assert told.exit_code == 0, told.output
    for line in (
        "The AI agent service answered alone: confidence 0.98, confident.",
        "answers 1  hello [b]",
        "draft sent  service, scripted: the topic account is its own (1.00)",
        "  cites password",
        "  confidence 0.98: send, confident",
        f"workflow  conversation-{session['conversation_id']}",
    ):
        assert line in told.output
    machine = await holdfast("conversations", "explain", session["conversation_id"], "2", "--json", *access)
    assert json.loads(machine.output)["message"]["seq"] == 2
    customers = await holdfast("conversations", "explain", session["conversation_id"], "1", *access)
    assert customers.exit_code == 1
