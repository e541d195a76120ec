import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from cli import gateway_client
from config.settings import Settings
from embedded.operator_key import ensure_operator_key
from storage.api_keys import ApiKeyRepository
from tests.cli.served.conftest import Holdfast
from tests.gateway.chat_client import ChatClient
from tests.gateway.conftest import ORGANISATION, Gateway


@pytest.fixture
async def running(platform: Gateway, home: Path) -> Gateway:
    """As `holdfast dev` leaves it: its address and the operator's key lie in the home folder."""
    (home / "endpoints.json").write_text(f'{{"gateway": "{platform.url}", "temporal_ui": null}}')
    settings = Settings(home=home, organisation=Path("specs") / ORGANISATION, database_url=SecretStr("unused"))
    await ensure_operator_key(settings, platform.database)
    return platform


async def _waiting(running: Gateway, asked: str = "refund [please]") -> tuple[ChatClient, dict[str, Any]]:
    chat = await running.chat()
    await chat.say(asked)
    await chat.until("status", status="awaiting_approval")
    found = await running.http.get("/v1/approvals?state=open", headers=await running.key("viewer"))
    return chat, found.json()[0]


async def test_list_and_show(running: Gateway, holdfast: Holdfast) -> None:
    assert "Nothing waits" in (await holdfast("approvals", "list")).output
    _, view = await _waiting(running)
    approval = view["approval"]
    listed = await holdfast("approvals", "list")
    assert approval["approval_id"] in listed.output
    assert "You asked: refund [please]" in listed.output
    assert "for bo" in listed.output
    shown = await holdfast("approvals", "show", approval["approval_id"])
    told = ("bo: has the skill account; holds 0 of at most 9", "anna: lacks", "the topic account is its own (1.00)")
    words = " ".join(shown.output.split())
    for part in ("Reset your password", "refund [please]", "supervised", "98%", *told):
        assert part in words, part
    assert approval["digest"] in "".join(words.split())


async def test_the_whole_digest_is_shown_in_a_narrow_terminal(
    running: Gateway, holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, view = await _waiting(running)
    monkeypatch.setenv("COLUMNS", "60")
    shown = await holdfast("approvals", "show", view["approval"]["approval_id"])
    assert view["approval"]["digest"] in "".join(shown.output.split())


async def test_what_is_done_first_is_shown(running: Gateway, holdfast: Holdfast) -> None:
    _, view = await _waiting(running, "a voucher please")
    (action,) = view["approval"]["actions"]
    assert (action["tool"], action["arguments"]) == ("issue_voucher", {"order_id": "A-1001", "amount": 10})
    shown = await holdfast("approvals", "show", view["approval"]["approval_id"])
    assert 'shop.issue_voucher {"amount":10,"order_id":"A-1001"}' in shown.output


async def test_decide(running: Gateway, holdfast: Holdfast) -> None:
    chat, view = await _waiting(running)
    approval_id = view["approval"]["approval_id"]
    edited = await holdfast("approvals", "decide", approval_id, "--edit", "You get it back.")
    assert (edited.exit_code, edited.output.strip()) == (0, "The reply has been sent.")
    assert (await chat.until("message", kind="reply"))["text"] == "You get it back."
    again = await holdfast("approvals", "decide", approval_id, "--approve")
    assert again.exit_code == 1
    assert "Decided by operator" in again.output
    assert "approved by operator" in (await holdfast("approvals", "show", approval_id)).output
    assert approval_id in (await holdfast("approvals", "list", "--all")).output


async def test_reject(running: Gateway, holdfast: Holdfast) -> None:
    _, view = await _waiting(running)
    answer = await holdfast("approvals", "decide", view["approval"]["approval_id"], "--reject", "Name the date")
    assert "writes a new one" in answer.output


async def test_put_off_pass_on_and_answer(running: Gateway, holdfast: Holdfast) -> None:
    chat, view = await _waiting(running)
    approval_id = view["approval"]["approval_id"]
    await running.key("approver", person="bo")
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    async def says(*arguments: str) -> str:
        result = await holdfast("approvals", *arguments)
        assert result.exit_code == 0, result.output
        return " ".join(result.output.split())

    assert "Its reminders wait" in await says("decide", approval_id, "--snooze", until)
    assert "it can be decided all the same" in await says("show", approval_id)
    assert "No other that is open is like it." in await says("like", approval_id)
    assert await says("reassign", approval_id, "--to", "bo") == f"{approval_id} applied bo is asked now."
    away = await says("away", "bo", "--until", until)
    assert away.endswith(f"{approval_id} applied its group is asked now.")
    refused = await holdfast("approvals", "decide", approval_id, "--reassign", "bo")
    assert (refused.exit_code, refused.output.startswith("bo is away until ")) == (1, True)
    assert await says("absent") == f"bo until {until[:10]} {until[11:16]} UTC"
    assert await says("back", "bo") == "bo is back."
    early = await holdfast("approvals", "decide", approval_id, "--revoke")
    assert "nothing to revoke" in " ".join(early.output.split())
    assert "your answer is on its way" in await says("decide", approval_id, "--answer", "I looked.")
    assert (await chat.until("message", kind="human_reply"))["text"] == "I looked."


async def test_take_over_and_hand_back(running: Gateway, holdfast: Holdfast) -> None:
    chat, view = await _waiting(running)
    taken = await holdfast("approvals", "take-over", view["conversation_id"], "--note", "mine")
    assert "The conversation is yours." in taken.output
    await chat.until("status", owner_kind="human_agent")
    back = await holdfast("approvals", "hand-back", view["conversation_id"], "--instruction", "Be brief")
    assert "has the conversation again" in back.output


@pytest.mark.parametrize("options", [(), ("--approve", "--take-over"), ("--edit", "x", "--reject", "y")])
async def test_exactly_one_decision(holdfast: Holdfast, options: tuple[str, ...]) -> None:
    answer = await holdfast("approvals", "decide", "ap-1", *options)
    assert answer.exit_code == 2


async def test_without_a_platform(holdfast: Holdfast, home: Path, unused_tcp_port: int) -> None:
    keyless = await holdfast("approvals", "list")
    assert keyless.exit_code == 1
    assert "make up" in keyless.output
    url = f"http://127.0.0.1:{unused_tcp_port}"
    dead = await holdfast("approvals", "list", "--url", url, "--key", "hf_x")
    assert dead.exit_code == 1
    assert f"No gateway answers at {url}" in dead.output


async def test_a_wrong_key_and_an_unknown_approval(running: Gateway, holdfast: Holdfast) -> None:
    wrong = await holdfast("approvals", "list", "--key", "hf_wrong")
    assert (wrong.exit_code, "not known" in wrong.output) == (1, True)
    unknown = await holdfast("approvals", "show", "ap-unknown")
    assert (unknown.exit_code, "no such approval" in unknown.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("approvals", "decide", "ap-1", "--edit", "x" * 20_001), "text: String should have at most 20000 characters"),
        (("approvals", "take-over", "cv-1", "--note", "x" * 100_000), "note: String should have at most"),
        (("approvals", "hand-back", "cv-1", "--instruction", "x" * 100_000), "instruction: String should have"),
        (("approvals", "list", "--key", "hf_ä"), "Copy it again"),
        (("approvals", "list", "--url", "http://127.0.0.1:port"), "is no address"),
        (("chat", "--email", "mia"), "email: is not written like one"),
    ],
)
async def test_what_cannot_be_sent_is_told_in_one_sentence(
    running: Gateway, holdfast: Holdfast, arguments: tuple[str, ...], told: str
) -> None:
    answer = await holdfast(*arguments)
    assert (answer.exit_code, told in answer.output) == (1, True), answer.output


async def test_no_proxy_stands_between_us_and_this_machine(
    running: Gateway, holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")
    monkeypatch.setenv("no_proxy", "")
    assert (await holdfast("approvals", "list")).exit_code == 0
    assert "You asked: hi" in (await holdfast("chat", typed="hi\n")).output


async def _only_listen(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def test_a_gateway_that_hangs_is_not_said_to_be_away(holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_client, "TIMEOUT_SECONDS", 0.2)
    async with await asyncio.start_server(_only_listen, "127.0.0.1") as silent:
        url = f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}"
        answer = await holdfast("approvals", "list", "--url", url, "--key", "hf_x")
    assert (answer.exit_code, f"{url}/readyz" in answer.output) == (1, True)


async def test_the_operator_s_key_is_kept_private_and_made_once(running: Gateway, home: Path) -> None:
    key = (home / "api_key").read_text()
    assert (home / "api_key").stat().st_mode & 0o777 == 0o600
    settings = Settings(home=home, organisation=Path("specs") / ORGANISATION)
    await ensure_operator_key(settings, running.database)
    assert (home / "api_key").read_text() == key
    (home / "api_key").write_text("hf_of_another_database")
    await ensure_operator_key(settings, running.database)
    assert (home / "api_key").read_text().startswith("hf_")
    assert (home / "api_key").read_text() != "hf_of_another_database"


async def test_the_operator_gets_a_key_of_the_organisation_that_is_served_now(running: Gateway, home: Path) -> None:
    before, keys = (home / "api_key").read_text(), ApiKeyRepository(running.database)
    await ensure_operator_key(Settings(home=home, organisation=Path("specs/acme")), running.database)
    owner = await keys.find((home / "api_key").read_text())
    assert owner
    assert (owner.organisation, owner.person_id) == ("acme", "operator")
    assert (home / "api_key").stat().st_mode & 0o777 == 0o600
    assert await keys.find(before), "other machines may use it"
