"""A stand-in for a mail provider: SMTP to send, IMAP to read, both with TLS, for one mailbox.

Both know its password and the access tokens that `grants` issued. `app` has the token endpoint, /oauth2/token.
What is sent to the mailbox itself lands in its INBOX; everything else reaches a customer, and `received` shows it.
Customers write by `write`, or by `arrive` with any bytes. Faults have the paths /smtp/<command> and /imap/<command>.
"""

import asyncio
import ssl
import threading
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, make_msgid
from typing import Any, Literal, NamedTuple, TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from sandbox.authority import Authority
from sandbox.frame import StandIn
from sandbox.mail_sign_in import GrantError, Grants
from sandbox.mail_submission import Submission
from sandbox.mailbox import ImapServer, Kept

ADDRESS = "support@techflow.example"
PASSWORD = "mail-stand-in"  # noqa: S105
HOST = "mx.techflow.example"
SENT = "Sent"
TOKEN_PATH = "/oauth2/token"  # noqa: S105
FORM = "application/x-www-form-urlencoded"
BOUNCE = """\
Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@{host}>
To: {sender}
Subject: Undelivered Mail Returned to Sender
Date: {date}
Message-ID: {id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered to {recipient}.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; {host}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--report
Content-Type: message/rfc822

"""
Result = TypeVar("Result")
Security = Literal["tls", "starttls"]


class Ports(NamedTuple):
    smtp: int
    imap: int


class Received(NamedTuple):
    """A mail that reached a customer."""

    to: str
    raw: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """Each header's text on one line, under its usual name."""
        parsed = message_from_bytes(self.raw, policy=SMTP_POLICY)
        return {name: str(value) for name, value in parsed.items()}

    @property
    def text(self) -> str:
        payload = message_from_bytes(self.raw).get_payload(decode=True)
        return payload.decode() if isinstance(payload, bytes) else ""


class MailStandIn(StandIn):
    """One mailbox. Mail to `unknown` addresses is refused; mail to `bouncing` ones is taken, and comes back."""

    def __init__(
        self, *, address: str = ADDRESS, password: str = PASSWORD, can_idle: bool = True, takes_tokens: bool = True
    ) -> None:
        super().__init__("mail")
        self.mail_address, self.password, self.takes_tokens = address, password, takes_tokens
        self.grants = Grants(address)
        self.imap = ImapServer(
            address,
            password,
            grants=self.grants if takes_tokens else None,
            folders=(SENT,),
            can_idle=can_idle,
            faults=self.faults,
            journal=self.journal,
        )
        self.keeps_sent = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._forget()

    def reset(self) -> None:
        self._forget()
        if self._loop:
            self._blocking(self.imap.clear())

    def _forget(self) -> None:
        self.received: list[Received] = []
        self.unknown: set[str] = set()
        self.bouncing: set[str] = set()
        self.grants.reset()

    def app(self) -> FastAPI:
        app = super().app()
        app.add_api_route(TOKEN_PATH, self._token, methods=["POST"])
        return app

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        try:
            if request.headers.get("content-type") != FORM or len(pairs) != len(dict(pairs)):
                raise GrantError("invalid_request")
            answer, status = self.grants.token(dict(pairs)), 200
        except GrantError as error:
            answer, status = {"error": error.error}, error.status
        return JSONResponse(answer, status, headers={"Cache-Control": "no-store"})

    @contextmanager
    def serving(
        self, authority: Authority, *, smtp_port: int = 0, imap_port: int = 0, security: Security = "tls"
    ) -> Iterator[Ports]:
        """Serve both on 127.0.0.1 in a thread of its own. Port 0 picks a free one."""
        self._loop = asyncio.new_event_loop()
        thread = threading.Thread(target=self._loop.run_forever, name="mail-stand-in")
        thread.start()
        stack = AsyncExitStack()
        context = authority.server_context()
        try:
            yield self._blocking(self._start(stack, context, Ports(smtp_port, imap_port), security))
        finally:
            self._blocking(_stop(stack))
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()
            self._loop = None

    async def _start(self, stack: AsyncExitStack, context: ssl.SSLContext, ports: Ports, security: Security) -> Ports:
        is_tls = security == "tls"
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Submission(self, HOST, loop, None if is_tls else context),
            "127.0.0.1",
            ports.smtp,
            ssl=context if is_tls else None,
        )
        await stack.enter_async_context(server)
        imap_port = await self.imap.start(stack, ports.imap, context, implicit_tls=is_tls)
        return Ports(int(server.sockets[0].getsockname()[1]), imap_port)

    # What people do.

    async def write(
        self, sender: str, text: str, *, subject: str = "", answers: Received | None = None, **headers: str
    ) -> str:
        """A customer writes, or answers a mail as mail programs do; returns the Message-ID.

        Further headers by their names with underscores, such as Auto_Submitted.
        """
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"], mail["To"] = sender, self.mail_address
        mail["Date"], mail["Message-ID"] = (
            format_datetime(datetime.now(UTC)),
            make_msgid(domain=sender.rpartition("@")[2]),
        )
        if answers:
            before = answers.headers
            mail["In-Reply-To"] = before["Message-ID"]
            mail["References"] = f"{before.get('References', '')} {before['Message-ID']}".strip()
            mail.replace_header("To", before.get("Reply-To", self.mail_address))
            subject = subject or before["Subject"]
        mail["Subject"] = subject
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        await self.arrive(mail.as_bytes(), sender=sender)
        return str(mail["Message-ID"])

    async def arrive(self, raw: bytes, *, sender: str = "", proved: bool = True) -> None:
        """A mail arrives as it is, below what a receiving host writes above it. Without a sender, from nobody."""
        domain = sender.rpartition("@")[2]
        result = f"dkim=pass header.d={domain}" if proved and sender else "dkim=none"
        trace = f"Return-Path: <{sender}>\r\nAuthentication-Results: {HOST}; {result}\r\n"
        self.journal.note("sent", "mail", bytes=len(raw))
        await self._elsewhere(self.imap.deliver(trace.encode() + raw))

    async def deliver_at(self, raw: bytes, at: datetime) -> None:
        """A mail lies in INBOX since then."""
        await self._elsewhere(self.imap.deliver(raw, at))

    async def renumber(self) -> None:
        """INBOX gets another UIDVALIDITY."""
        await self._elsewhere(self.imap.renumber())

    async def someone_idles(self) -> None:
        """Wait until a client waits for mail."""
        await self._elsewhere(self.imap.idling.wait())

    async def folder(self, name: str) -> list[Kept]:
        return await self._elsewhere(self.imap.contents(name))

    # What the mailbox's owner sends.

    async def submit(self, sender: str, recipients: list[str], raw: bytes) -> None:
        """Take a mail that was submitted, and carry it where it goes."""
        for recipient in recipients:
            if recipient == self.mail_address:
                await self.imap.deliver(raw)
            elif recipient in self.bouncing:
                await self.imap.deliver(bounce(raw, recipient, sender))
            else:
                self.received.append(Received(recipient, raw))
        if self.keeps_sent:
            await self.imap.append(SENT, raw)

    def _blocking(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._started(work).result()

    async def _elsewhere(self, work: Coroutine[Any, Any, Result]) -> Result:
        return await asyncio.wrap_future(self._started(work))

    def _started(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        if self._loop is None:
            work.close()
            raise RuntimeError("The mail stand-in is not being served.")
        return asyncio.run_coroutine_threadsafe(work, self._loop)


def bounce(raw: bytes, recipient: str, sender: str) -> bytes:
    """The delivery status notification (RFC 3464) of a mail that could not be delivered."""
    text = BOUNCE.format(
        host=HOST,
        recipient=recipient,
        sender=sender,
        date=format_datetime(datetime.now(UTC)),
        id=make_msgid(domain=HOST),
    )
    return text.replace("\n", "\r\n").encode() + raw + b"\r\n--report--\r\n"


async def _stop(stack: AsyncExitStack) -> None:
    await stack.aclose()
    rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
