import asyncio
import os
import re
import sys
from pathlib import Path

from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import Gateway


def _conversation(output: str) -> str:
    found = re.search(r"--conversation (\S+)", output)
    assert found
    return found[1]


async def test_a_conversation_and_its_resumption(platform: Gateway, holdfast: Holdfast, home: Path) -> None:
    first = await holdfast("chat", "--url", platform.url, typed="How do I sign in?\n")
    assert first.exit_code == 0
    assert "You asked: How do I sign in?" in first.output
    assert "source: Reset your password" in first.output
    conversation = _conversation(first.output)
    assert (home / "chats" / f"{conversation}.json").stat().st_mode & 0o777 == 0o600
    second = await holdfast("chat", "--url", platform.url, "--conversation", conversation, typed="And this?\n")
    assert "You asked: How do I sign in?" in second.output
    assert "You asked: And this?" in second.output


async def test_the_status_is_told(platform: Gateway, holdfast: Holdfast) -> None:
    handed_over = await holdfast("chat", "--url", platform.url, typed="a person, please\n")
    assert "I am passing this to a colleague" in handed_over.output


async def test_a_verified_customer_needs_an_integration_s_key(platform: Gateway, holdfast: Holdfast) -> None:
    key = (await platform.key("integration"))["Authorization"].removeprefix("Bearer ")
    verified = await holdfast("chat", "--url", platform.url, "--email", "mia@example.org", "--key", key, typed="\n")
    assert verified.exit_code == 0
    keyless = await holdfast("chat", "--url", platform.url, "--email", "mia@example.org")
    assert (keyless.exit_code, "no API key" in keyless.output) == (1, True)


async def test_without_a_platform(holdfast: Holdfast, unused_tcp_port: int) -> None:
    dead = await holdfast("chat", "--url", f"http://127.0.0.1:{unused_tcp_port}")
    assert (dead.exit_code, "make up" in dead.output) == (1, True)


async def test_an_unknown_conversation(holdfast: Holdfast) -> None:
    unknown = await holdfast("chat", "--conversation", "../../cv_unknown")
    assert (unknown.exit_code, "Start one with" in unknown.output) == (1, True)


async def test_a_session_that_has_ended(gateway: Gateway, holdfast: Holdfast, home: Path) -> None:
    session = await gateway.session()
    (home / "chats").mkdir()
    stale = f'{{"conversation_id":"{session["conversation_id"]}","token":"x.y","expires_at":"2020-01-01T00:00:00Z",'
    (home / "chats" / f"{session['conversation_id']}.json").write_text(f'{stale}"greeting":""}}')
    ended = await holdfast("chat", "--url", gateway.url, "--conversation", session["conversation_id"], typed="hi\n")
    assert (ended.exit_code, "Start a new session" in ended.output) == (1, True)


async def test_bytes_that_are_no_text_arrive_as_signs_that_say_so(platform: Gateway, home: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "cli.main", "chat", "--url", platform.url),
        env=os.environ | {"HOLDFAST_HOME": str(home)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate(b"caf\xe9\n")
    assert (process.returncode, "You asked: caf\ufffd" in output.decode()) == (0, True)
