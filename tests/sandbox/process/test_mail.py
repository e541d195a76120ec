"""The mail provider as the page plays it."""

import smtplib
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.process.mail import MailVendor
from sandbox.process.running import Running, running


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Running]:
    with running([MailVendor()], folder=tmp_path, holdfast="http://127.0.0.1:9", port_base=0) as started:
        yield started


@pytest.fixture
def page(sandbox: Running) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.page, trust_env=False) as client:
        yield client


def submit(sandbox: Running, mail: EmailMessage) -> None:
    """Send a mail as our mailbox, over TLS that is verified with the authority."""
    values, smtp = sandbox.vendors[0].environment, urlsplit(sandbox.vendors[0].addresses["smtp"])
    context = ssl.create_default_context(cafile=values["HOLDFAST_EMAIL_CA_FILE"])
    with smtplib.SMTP_SSL(str(smtp.hostname), smtp.port or 0, context=context) as client:
        client.login(values["HOLDFAST_EMAIL_ADDRESS"], values["HOLDFAST_EMAIL_PASSWORD"])
        client.send_message(mail)


def mail_to(recipient: str, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, recipient, "Your question"
    mail["Date"], mail["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain="techflow.example")
    mail.set_content("Grüße")
    return mail


def lines_of(page: httpx.Client) -> list[dict[str, str]]:
    lines: list[dict[str, str]] = page.get("/state").json()["channels"][0]["lines"]
    return lines


def test_a_mail_is_received_and_answered(page: httpx.Client, sandbox: Running) -> None:
    submit(sandbox, mail_to("mia@example.org", sandbox.vendors[0].environment["HOLDFAST_EMAIL_ADDRESS"]))
    received = page.get("/state").json()["channels"][0]["lines"][0]
    assert (received["text"], received["state"]) == ("Grüße", "Your question")
    assert page.post("/channels/email/answer", json={**received["reply"], "text": "Thank you"}).status_code == 200
    assert [line["by"] for line in lines_of(page)] == ["company", "customer"]


def test_no_mail_to_answer(page: httpx.Client) -> None:
    values = {"sender": "mia@example.org", "answered": "1", "text": "Thank you"}
    refused = page.post("/channels/email/answer", json=values)
    assert refused.json()["detail"] == "Refused: there is no such mail to answer."


def test_a_reset_forgets_what_was_exchanged(page: httpx.Client) -> None:
    page.post("/channels/email/write", json={"sender": "mia@example.org", "subject": "Hi", "text": "Hello"})
    assert len(lines_of(page)) == 1
    page.post("/vendors/mail/reset").raise_for_status()
    assert lines_of(page) == []
    assert page.post(
        "/channels/email/write", json={"sender": "m@example.org", "subject": "", "text": "Hello"}
    ).is_success
