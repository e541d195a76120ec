"""`holdfast quarantine` on the database of a running gateway."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.delivery.inbound import QuarantineKind, Unreadable
from storage.inbox import InboxRepository
from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import ORGANISATION, Gateway

AT = datetime(2026, 11, 3, 12, tzinfo=UTC)
LIST_MAIL = (
    b"From: kim@customer.example\r\nSubject: Lamp\r\nList-Id: <desk.lists.example>\r\n\r\nIt is broken.\x1b[2J\r\n"
)
SETTINGS = {"ADDRESS": "help@shop.example", "PASSWORD": "x", "IMAP_HOST": "localhost", "SMTP_HOST": "localhost"}


@pytest.fixture(autouse=True)
def the_same_database(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_DATABASE_URL", gateway.options.database_url.get_secret_value())
    monkeypatch.setenv("HOLDFAST_ORGANISATION", f"specs/{ORGANISATION}")
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"HOLDFAST_EMAIL_{name}", value)


async def keep(
    gateway: Gateway, content: bytes = LIST_MAIL, kind: QuarantineKind = "mailing_list", channel: str = "email"
) -> None:
    kept = Unreadable(channel=channel, event_id="mail-1", at=AT, kind=kind, reason="A list.", content=content)
    await InboxRepository(gateway.database).quarantine(ORGANISATION, kept)


async def test_what_was_skipped_is_listed_counted_and_shown(gateway: Gateway, holdfast: Holdfast) -> None:
    await keep(gateway)
    listed = (await holdfast("quarantine", "list")).output
    assert "email mailing_list: 1" in listed
    assert "mail-1" in listed
    assert (await holdfast("quarantine", "list", "--kind", "automatic")).output.startswith("Nothing like that")
    shown = (await holdfast("quarantine", "show", "mail-1")).output
    assert "A list." in shown
    assert "It is broken." in shown
    assert "\x1b[2J" not in shown
    metrics = (await gateway.http.get("/metrics")).text
    assert 'holdfast_quarantined{channel="email",kind="mailing_list"} 1.0' in metrics


async def test_it_can_be_saved_whole(gateway: Gateway, holdfast: Holdfast, tmp_path: Path) -> None:
    await keep(gateway)
    await holdfast("quarantine", "show", "mail-1", "--save", str(tmp_path / "mail.eml"))
    assert (tmp_path / "mail.eml").read_bytes() == LIST_MAIL


async def test_a_skipped_mail_is_taken_in_once(gateway: Gateway, holdfast: Holdfast) -> None:
    await keep(gateway)
    taken = await holdfast("quarantine", "take-in", "mail-1")
    assert taken.output.startswith("Taken in. It belongs to cv_")
    rows = await gateway.database.fetch("SELECT kind, channel FROM inbox")
    assert [(row["kind"], row["channel"]) for row in rows] == [("message", "email")]
    assert "taken in before" in (await holdfast("quarantine", "take-in", "mail-1")).output
    assert (await holdfast("quarantine", "list")).output.startswith("Nothing like that")
    assert "· taken in ·" in (await holdfast("quarantine", "list", "--all")).output
    assert 'kind="mailing_list"' not in (await gateway.http.get("/metrics")).text


@pytest.mark.parametrize(
    ("content", "kind", "channel", "words"),
    [
        (b"Subject: From nobody\r\n\r\nHi\r\n", "unreadable", "email", "names no sender"),
        (b"From: help@shop.example\r\n\r\nHi\r\n", "unreadable", "email", "names no sender"),
        (b"{}", "unreadable", "web_chat", "cannot be taken in"),
        (b"{}", "waited_in_vain", "email", "belongs to no conversation"),
    ],
)
async def test_what_no_message_can_be_made_of_says_why(
    gateway: Gateway, holdfast: Holdfast, content: bytes, kind: QuarantineKind, channel: str, words: str
) -> None:
    await keep(gateway, content, kind, channel)
    answer = await holdfast("quarantine", "take-in", "mail-1")
    assert (answer.exit_code, words in answer.output) == (1, True)
    assert "mail-1" in (await holdfast("quarantine", "list")).output


async def test_an_unknown_id_is_told(holdfast: Holdfast) -> None:
    answer = await holdfast("quarantine", "show", "mail-9")
    assert (answer.exit_code, "holdfast quarantine list" in answer.output) == (1, True)
