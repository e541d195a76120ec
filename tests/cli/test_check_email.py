"""`holdfast check email` where the mailbox signs in with OAuth 2."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import ADDRESS, TOKEN_PATH, MailStandIn
from sandbox.serving import serving_tls


@pytest.fixture
def mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailStandIn]:
    """A provider that is served, and the variables for it."""
    monkeypatch.chdir(tmp_path)
    authority, mail = Authority(tmp_path / "authority"), MailStandIn()
    with mail.serving(authority) as ports, serving_tls(mail.app(), authority) as url:
        values = {
            "ADDRESS": ADDRESS,
            "OAUTH_TOKEN_URL": f"{url}{TOKEN_PATH}",
            "OAUTH_CLIENT_ID": mail.grants.app.client_id,
            "OAUTH_CLIENT_SECRET": mail.grants.app.client_secret,
            "OAUTH_SCOPE": mail.grants.app.scope,
            "IMAP_HOST": "localhost",
            "IMAP_PORT": str(ports.imap),
            "SMTP_HOST": "localhost",
            "SMTP_PORT": str(ports.smtp),
            "CA_FILE": str(authority.ca_file),
        }
        for name, value in values.items():
            monkeypatch.setenv(f"HOLDFAST_EMAIL_{name}", value)
        yield mail


def checked() -> tuple[int, str]:
    result = CliRunner().invoke(app, ["check", "email"], env={"COLUMNS": "400"})
    return result.exit_code, result.output


def test_all_is_well(mail: MailStandIn) -> None:
    code, said = checked()
    assert code == 0, said
    assert "OAuth: access token" in said
    assert mail.grants.issued == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(kind="fail", path=TOKEN_PATH, status=400, body='{"error": "invalid_grant"}'), "invalid_grant"),
        (
            Fault(kind="fail", path="/imap/authenticate", times=2, body="AUTHENTICATE failed."),
            "The IMAP server refuses",
        ),
        (Fault(kind="fail", path="/smtp/auth", times=2, status=535), "The SMTP server refuses"),
    ],
)
def test_the_one_that_refuses_is_named(mail: MailStandIn, fault: Fault, told: str) -> None:
    mail.faults.add(fault)
    code, said = checked()
    assert (code, said.count(" NO ")) == (1, 1)
    assert told in said
    assert mail.grants.app.client_secret not in said


def test_what_is_missing_is_named(mail: MailStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOLDFAST_EMAIL_OAUTH_SCOPE")
    assert "OAuth needs OAUTH_SCOPE too" in checked()[1]
    monkeypatch.setenv("HOLDFAST_EMAIL_PASSWORD", "p")
    assert "set the one or the other" in checked()[1]
