"""The SMTP side of the mail stand-in: it refuses what providers refuse, and hands over the rest."""

import asyncio
import logging
import ssl
from email import message_from_bytes
from email.utils import getaddresses
from typing import Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.frame import Fault, Faults, Journal
from sandbox.mail_sign_in import MAX_AUTH_BYTES, BearerSubmission, Grants

MAX_BYTES = 10_000_000
MAX_LINE_BYTES = 998
ONCE = ("From", "To", "Date", "Message-ID", "Subject")
logging.getLogger("mail.log").setLevel(logging.ERROR)


class Provider(Protocol):
    """Whose mailbox it is, and who carries what was submitted."""

    mail_address: str
    password: str
    takes_tokens: bool
    grants: Grants
    unknown: set[str]
    faults: Faults
    journal: Journal

    async def submit(self, sender: str, recipients: list[str], raw: bytes) -> None: ...


class Submission(BearerSubmission):
    """The submission server of a provider: encryption, a login and one's own address are needed."""

    def __init__(
        self, mail: Provider, hostname: str, loop: asyncio.AbstractEventLoop, context: ssl.SSLContext | None
    ) -> None:
        self.mail, self.grants = mail, mail.grants
        super().__init__(
            self,
            data_size_limit=MAX_BYTES,
            hostname=hostname,
            tls_context=context,
            require_starttls=context is not None,
            auth_require_tls=context is not None,
            auth_exclude_mechanism=() if mail.takes_tokens else ("XOAUTH2",),
            authenticator=self._knows,
            loop=loop,
        )
        self.command_size_limits["AUTH"] = MAX_AUTH_BYTES

    def _knows(self, server: object, session: object, envelope: object, mechanism: str, data: object) -> AuthResult:
        wanted = (self.mail.mail_address.encode(), self.mail.password.encode())
        is_right = isinstance(data, LoginPassword) and (data.login, data.password) == wanted
        return AuthResult(success=is_right, handled=False)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802
        if await self._passes("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        if await self._passes("AUTH"):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if await self._passes("MAIL"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        if await self._passes("RCPT"):
            await super().smtp_RCPT(arg)

    async def _passes(self, command: str) -> bool:
        """False if the command met a fault that took its place."""
        fault = await self.mail.faults.meet(f"/smtp/{command.lower()}")
        self.mail.journal.note("received", f"SMTP {command}", **({"fault": fault.kind} if fault else {}))
        if fault is None or fault.kind == "delay":
            return True
        await self._trouble(fault)
        return False

    async def _trouble(self, fault: Fault) -> None:
        if fault.kind == "cut":
            self._cut()
        else:
            await self.push(failure_line(fault))

    def _cut(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    # The hooks of aiosmtpd.

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        if address.lower() != self.mail.mail_address:
            return "550 5.7.60 Client does not have permissions to send as this sender"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self.mail.unknown:
            return "550 5.1.1 The email account that you tried to reach does not exist"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        raw = envelope.original_content or b""
        fault = await self.mail.faults.meet("/smtp/data")
        self.mail.journal.note("received", "SMTP DATA", bytes=len(raw), **({"fault": fault.kind} if fault else {}))
        if fault and fault.kind == "fail":
            return failure_line(fault)
        if refusal := refusal_of(raw, self.mail.mail_address):
            return refusal
        if fault is None or fault.kind == "delay" or fault.handled:
            await self.mail.submit(self.mail.mail_address, envelope.rcpt_tos, raw)
        if fault and fault.kind == "cut":
            self._cut()
        return "250 2.0.0 OK"


def failure_line(fault: Fault) -> str:
    return f"{fault.status} {fault.body or '4.3.2 Please try again later'}"


def refusal_of(raw: bytes, owner: str) -> str:
    """Why providers refuse a mail (RFC 5322, 3.6): headers that are missing or there twice; empty if they do not."""
    parsed = message_from_bytes(raw)
    wrong = [name for name in ONCE if len(parsed.get_all(name, [])) != 1]
    if wrong:
        return f"550 5.7.1 Messages missing a valid {wrong[0]} header, or having several, are not accepted"
    if [address.lower() for _, address in getaddresses([str(parsed["From"])])] != [owner]:
        return "550 5.7.60 Client does not have permissions to send as this sender"
    head = raw.partition(b"\r\n\r\n")[0]
    if not head.isascii() or any(len(line) > MAX_LINE_BYTES for line in raw.split(b"\r\n")):
        return "554 5.6.0 Message is malformed"
    return ""
