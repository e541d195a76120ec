"""What the SMTP side of the mail stand-in refuses, in the words of RFC 5321 and of the large providers."""

import base64
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import ADDRESS, PASSWORD, SENT, MailStandIn
from sandbox.mail_submission import MAX_BYTES, failure_line, refusal_of

CUSTOMER = "erika@customer.example"


@pytest.fixture(scope="module")
def served(authority: Authority) -> Iterator[tuple[MailStandIn, int]]:
    mail = MailStandIn()
    with mail.serving(authority) as ports:
        yield mail, ports.smtp


@pytest.fixture
def mail(served: tuple[MailStandIn, int]) -> MailStandIn:
    served[0].restart()
    served[0].keeps_sent = False
    return served[0]


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return authority.client_context()


@pytest.fixture
def stranger(mail: MailStandIn, served: tuple[MailStandIn, int], trust: ssl.SSLContext) -> Iterator[smtplib.SMTP_SSL]:
    """Connected, and not logged in."""
    with smtplib.SMTP_SSL("localhost", served[1], context=trust, timeout=10) as client:
        yield client


@pytest.fixture
def smtp(stranger: smtplib.SMTP_SSL) -> smtplib.SMTP_SSL:
    stranger.login(ADDRESS, PASSWORD)
    return stranger


def raw(**changes: str | None) -> bytes:
    """A good mail with other headers; None leaves one out."""
    names: dict[str, str | None] = {
        "From": f"Support <{ADDRESS}>",
        "To": CUSTOMER,
        "Subject": "Hi",
        "Date": "Mon, 3 Nov 2025 12:00:00 +0000",
        "Message-ID": "<a@techflow.example>",
        **{name.replace("_", "-"): value for name, value in changes.items()},
    }
    mail = EmailMessage()
    for name, value in names.items():
        if value is not None:
            mail[name] = value
    mail.set_content("Hello")
    return mail.as_bytes().replace(b"\n", b"\r\n")


class TestContent:
    @pytest.mark.parametrize(
        "sender",
        [ADDRESS, f"Support <{ADDRESS}>", f'"Support, Europe" <{ADDRESS}>', ADDRESS.upper(), f"<{ADDRESS}>"],
    )
    def test_our_own_address_is_taken(self, sender: str) -> None:
        assert refusal_of(raw(From=sender), ADDRESS) == ""

    @pytest.mark.parametrize(
        "sender",
        [
            "boss@techflow.example",
            f"{ADDRESS}.evil.example",
            f"not-{ADDRESS}",
            f'"{ADDRESS}" <boss@techflow.example>',
            f"{ADDRESS}, boss@techflow.example",
            "Support",
        ],
    )
    def test_an_address_that_only_looks_like_ours_is_refused(self, sender: str) -> None:
        head = f"From: {sender}\r\n".encode()
        assert refusal_of(head + raw(From=None), ADDRESS).startswith("550 5.7.60 ")

    @pytest.mark.parametrize("name", ["From", "To", "Date", "Message-ID", "Subject"])
    @pytest.mark.parametrize("how_often", [0, 2])
    def test_a_header_stands_there_once(self, name: str, how_often: int) -> None:
        head = f"{name}: x\r\n".encode() * how_often
        refusal = refusal_of(head + raw(**{name.replace("-", "_"): None}), ADDRESS)
        assert refusal == f"550 5.7.1 Messages missing a valid {name} header, or having several, are not accepted"

    @pytest.mark.parametrize(("length", "is_taken"), [(998, True), (999, False)])
    def test_a_line_has_998_bytes_at_most(self, length: int, is_taken: bool) -> None:
        assert (refusal_of(raw() + b"x" * length + b"\r\n", ADDRESS) == "") == is_taken

    @pytest.mark.parametrize(
        ("mail", "is_taken"),
        [
            (b"X-Note: gr\xc3\xbcn\r\n" + raw(), False),
            (raw() + "grün\r\n".encode(), True),
            (raw(Subject="Grüße"), True),
        ],
    )
    def test_headers_are_ascii(self, mail: bytes, is_taken: bool) -> None:
        assert (refusal_of(mail, ADDRESS) == "") == is_taken


class TestSession:
    @pytest.mark.parametrize(
        ("login", "password"), [(ADDRESS, "wrong"), ("other@techflow.example", PASSWORD), (ADDRESS.upper(), PASSWORD)]
    )
    def test_a_wrong_login(self, stranger: smtplib.SMTP_SSL, login: str, password: str) -> None:
        with pytest.raises(smtplib.SMTPAuthenticationError) as caught:
            stranger.login(login, password)
        assert caught.value.smtp_code == 535
        assert stranger.mail(ADDRESS)[0] == 530

    def test_the_sender_is_ours_in_any_case(self, smtp: smtplib.SMTP_SSL) -> None:
        assert smtp.mail(ADDRESS.upper())[0] == 250

    def test_one_unknown_recipient_does_not_stop_the_others(self, mail: MailStandIn, smtp: smtplib.SMTP_SSL) -> None:
        mail.unknown.add("nobody@customer.example")
        refused = smtp.sendmail(ADDRESS, ["nobody@customer.example", CUSTOMER], raw())
        assert {to: code for to, (code, _) in refused.items()} == {"nobody@customer.example": 550}
        assert [received.to for received in mail.received] == [CUSTOMER]

    @pytest.mark.parametrize(("size", "code"), [(MAX_BYTES, 250), (MAX_BYTES + 1, 552)])
    def test_a_size_that_is_announced(self, smtp: smtplib.SMTP_SSL, size: int, code: int) -> None:
        assert smtp.docmd("MAIL", f"FROM:<{ADDRESS}> SIZE={size}")[0] == code

    def test_what_is_refused_is_nowhere(self, mail: MailStandIn, smtp: smtplib.SMTP_SSL) -> None:
        mail.keeps_sent = True
        with pytest.raises(smtplib.SMTPDataError) as caught:
            smtp.sendmail(ADDRESS, [CUSTOMER], raw(Date=None))
        assert caught.value.smtp_code == 550
        assert mail.received == []
        assert smtp.sendmail(ADDRESS, [CUSTOMER], raw()) == {}
        assert len(mail.received) == 1

    async def test_a_copy_of_what_was_sent_is_kept_once_for_all_recipients(
        self, mail: MailStandIn, smtp: smtplib.SMTP_SSL
    ) -> None:
        mail.keeps_sent = True
        smtp.sendmail(ADDRESS, [CUSTOMER, "max@customer.example"], raw())
        assert len(mail.received) == 2
        assert len(await mail.folder(SENT)) == 1

    def test_tokens_are_offered_where_they_are_taken(self, authority: Authority, trust: ssl.SSLContext) -> None:
        mail = MailStandIn(takes_tokens=False)
        with (
            mail.serving(authority) as ports,
            smtplib.SMTP_SSL("localhost", ports.smtp, context=trust, timeout=10) as client,
        ):
            client.ehlo()
            assert "XOAUTH2" not in client.esmtp_features["auth"]
            assert client.docmd("AUTH", "XOAUTH2")[0] == 504


class TestFaults:
    @pytest.mark.parametrize(
        ("command", "status"), [("ehlo", 421), ("auth", 454), ("mail", 451), ("rcpt", 450), ("data", 452)]
    )
    def test_each_command_can_fail_once(
        self, mail: MailStandIn, stranger: smtplib.SMTP_SSL, command: str, status: int
    ) -> None:
        mail.faults.add(Fault(kind="fail", path=f"^/smtp/{command}$", status=status))
        codes = [
            stranger.ehlo()[0],
            stranger.docmd("AUTH", f"PLAIN {plain()}")[0],
            stranger.mail(ADDRESS)[0],
            stranger.rcpt(CUSTOMER)[0],
        ]
        if command == "data":
            stranger.rset()
            with pytest.raises(smtplib.SMTPDataError) as caught:
                stranger.sendmail(ADDRESS, [CUSTOMER], raw())
            assert caught.value.smtp_code == status
        else:
            assert status in codes
        assert mail.received == []
        assert mail.faults.pending() == []

    def test_a_mail_that_is_cut_off_was_not_taken_unless_it_was_handled(
        self, mail: MailStandIn, smtp: smtplib.SMTP_SSL
    ) -> None:
        mail.faults.add(Fault(kind="cut", path="/smtp/data"))
        with pytest.raises(smtplib.SMTPServerDisconnected):
            smtp.sendmail(ADDRESS, [CUSTOMER], raw())
        assert mail.received == []

    def test_faults_stand_in_the_journal(self, mail: MailStandIn, smtp: smtplib.SMTP_SSL) -> None:
        mail.faults.add(Fault(kind="fail", path="/smtp/mail", status=451))
        smtp.mail(ADDRESS)
        smtp.mail(ADDRESS)
        noted = [entry.detail for entry in mail.journal.entries if entry.what == "SMTP MAIL"]
        assert noted == [{"fault": "fail"}, {}]


def plain() -> str:
    """The answer of SASL PLAIN."""
    return base64.b64encode(f"\0{ADDRESS}\0{PASSWORD}".encode()).decode()


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        (Fault(kind="fail", status=451), "451 4.3.2 Please try again later"),
        (Fault(kind="fail", status=550, body="5.7.1 Spam"), "550 5.7.1 Spam"),
    ],
)
def test_a_failure_has_a_line_of_its_own(fault: Fault, line: str) -> None:
    assert failure_line(fault) == line
