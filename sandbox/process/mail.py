"""A mail provider: one mailbox with SMTP and IMAP, and customers with mailboxes of their own."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from urllib.parse import urlsplit

from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import HOST, SENT, MailStandIn, Received
from sandbox.process import customer
from sandbox.process.vendor import (
    CUT,
    OUTAGE_SECONDS,
    SLOW,
    Action,
    Channel,
    Field,
    Line,
    Links,
    NextPort,
    Trouble,
    Vendor,
)

SMTP_SUBMITTED = "^/smtp/data"


class MailVendor(Vendor):
    """The provider. `exchanged` holds what customers wrote and received, as far as it was looked at."""

    title = "Mail (SMTP and IMAP)"
    stand_in: MailStandIn

    def __init__(self) -> None:
        super().__init__(MailStandIn())
        self.exchanged: list[Line] = []
        self.looked_at = 0

    @contextmanager
    def serving(self, authority: Authority, next_port: NextPort) -> Iterator[Mapping[str, str]]:
        with self.stand_in.serving(authority, smtp_port=next_port(), imap_port=next_port()) as ports:
            yield {"smtp": f"smtps://127.0.0.1:{ports.smtp}", "imap": f"imaps://127.0.0.1:{ports.imap}"}

    def furnish(self, links: Links) -> None:
        self.stand_in.keeps_sent = True
        self.exchanged.clear()
        self.looked_at = 0

    def environment(self, links: Links) -> Mapping[str, str]:
        smtp, imap = urlsplit(links.addresses["smtp"]), urlsplit(links.addresses["imap"])
        return {
            "HOLDFAST_EMAIL_ADDRESS": self.stand_in.mail_address,
            "HOLDFAST_EMAIL_PASSWORD": self.stand_in.password,
            "HOLDFAST_EMAIL_SMTP_HOST": str(smtp.hostname),
            "HOLDFAST_EMAIL_SMTP_PORT": str(smtp.port),
            "HOLDFAST_EMAIL_IMAP_HOST": str(imap.hostname),
            "HOLDFAST_EMAIL_IMAP_PORT": str(imap.port),
            "HOLDFAST_EMAIL_SENT_FOLDER": SENT,
            "HOLDFAST_EMAIL_TRUSTED_AUTHSERV": HOST,
            "HOLDFAST_EMAIL_CA_FILE": str(links.ca_file),
        }

    def troubles(self) -> tuple[Trouble, ...]:
        outage = Fault(kind="fail", status=451, lasting_seconds=OUTAGE_SECONDS)
        slower = Fault(kind="fail", path=SMTP_SUBMITTED, status=450, body="4.7.1 Too many mails, please slow down")
        lost = Fault(kind="cut", path=SMTP_SUBMITTED, handled=True)
        return (
            Trouble(label="Outage 30 s", title="SMTP says 451, IMAP says NO", fault=outage),
            Trouble(label="Slow down", title="The next mail is refused with 450 4.7.1", fault=slower),
            SLOW,
            CUT,
            Trouble(label="Lose answer", title="The next mail is taken, and the answer is lost", fault=lost),
            Trouble(label="Renumber", title="INBOX gets another UIDVALIDITY", run=self.stand_in.renumber),
        )

    def channels(self) -> tuple[Channel, ...]:
        sender = Field(name="sender", label="From", value=customer.EMAIL)
        answered = Field(name="answered", label="Answers", value="")
        write = (
            sender,
            Field(name="subject", label="Subject", value="CSV export"),
            Field(name="text", label="Message", value=customer.QUESTION, lines=3),
        )
        answer = (sender, answered, Field(name="text", label="Message", lines=3))
        actions = (
            Action(name="write", label="New mail", fields=write, run=self._write),
            Action(name="answer", label="Answer", fields=answer, run=self._answer),
        )
        return (Channel(name="email", title="Email", actions=actions, lines=self._lines),)

    async def _write(self, sender: str, subject: str, text: str) -> None:
        await self.stand_in.write(sender, text, subject=subject)
        self._note(Line(by="customer", who=sender, text=text, state=subject))

    async def _answer(self, sender: str, answered: str, text: str) -> None:
        if not answered.isdecimal() or not 0 < int(answered) <= len(self.stand_in.received):
            raise ValueError("there is no such mail to answer")
        before = self.stand_in.received[int(answered) - 1]
        await self.stand_in.write(sender, text, answers=before)
        self._note(Line(by="customer", who=sender, text=text, state=before.headers["Subject"]))

    def _note(self, line: Line) -> None:
        self._lines().append(line)

    def _lines(self) -> list[Line]:
        """What was exchanged, with what arrived since somebody looked."""
        for mail in self.stand_in.received[self.looked_at :]:
            self.looked_at += 1
            reply = {"answered": str(self.looked_at), "sender": mail.to}
            line = Line(by="company", who=f"to {mail.to}", text=_text(mail), state=mail.headers["Subject"], reply=reply)
            self.exchanged.append(line)
        return self.exchanged


def _text(mail: Received) -> str:
    body = message_from_bytes(mail.raw, policy=default).get_body(("plain", "html"))
    return str(body.get_content()).strip() if body else ""
