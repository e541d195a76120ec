"""Email: sent by SMTP (smtp.py), read by IMAP (mailbox.py)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import ClassVar

import structlog
from pydantic import ValidationError

from domain.delivery.inbound import AnyInboundEvent, InboundMessage, Unreadable
from domain.errors import HoldfastError, InvalidInputError
from integrations.authorities import trusting
from integrations.channels.base import Batch, Cursor, OutboundMessage, SendReceipt
from integrations.channels.email.authentication import result_hosts
from integrations.channels.email.cursor import MailboxCursor, resumed
from integrations.channels.email.inbound import RawMail, Reading, ReadMail, Skipped, read_mail, set_aside, unreadable
from integrations.channels.email.mailbox import ImapAccess, ImapMailbox
from integrations.channels.email.outbound import Sending, compose, recipient
from integrations.channels.email.settings import EmailSettings
from integrations.channels.email.sign_in import Credentials, SignIn
from integrations.channels.email.smtp import SmtpServer
from integrations.channels.email.threading import MailAddress, own_message_id, shortened
from integrations.checks import Finding
from integrations.settings import VendorSettings
from integrations.threads import run_blocking

BATCH_MAILS = 5
MAX_NEWEST_MAILS = 20

log = structlog.get_logger()


class EmailChannel:
    """Sends by SMTP and reads by IMAP.

    A mail's Message-ID is made from the idempotency key, so a mail that is sent twice is the same mail. `find_sent`
    looks for it in the sent folder; without one the mail is sent again, and servers and programs drop the copy.
    """

    settings_class: ClassVar[type[VendorSettings] | None] = EmailSettings

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._own = settings.address.lower()
        self._trust = trusting(settings.ca_file)
        self._sign_in = SignIn(settings)
        self._smtp = SmtpServer(settings, self._sign_in, self._trust)
        self._reading = Reading(
            own=self._own,
            aliases=_listed(settings.aliases),
            groups=_listed(settings.groups),
            trusted_authserv=settings.trusted_authserv,
            max_file_bytes=settings.max_file_bytes,
        )
        self._sending = Sending(
            own=self._own,
            name=settings.name,
            plus_address=settings.plus_address,
            subject_token=settings.subject_token,
        )

    async def send(self, message: OutboundMessage) -> SendReceipt:
        address = _address(message)
        mail = compose(message, address, self._sending, datetime.now(UTC)).as_bytes()
        async with self._smtp.session() as client:
            await client.sendmail(self._own, [recipient(address)], mail)
        await self._keep_sent(mail)
        return self._receipt(message, address)

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        """None without a sent folder: sending again is harmless, see the class."""
        address = _address(message)
        receipt = self._receipt(message, address)
        if not self._settings.sent_folder:
            return None
        async with self._mailbox() as mailbox:
            message_id = f"<{receipt.provider_message_id}>"
            is_there = await run_blocking(mailbox.holds, self._settings.sent_folder, message_id)
        return receipt if is_there else None

    async def read_from(self, cursor: Cursor | None) -> AsyncIterator[Batch]:
        """Mails as they come, by IDLE, or by asking again and again where the server has no IDLE."""
        async with self._mailbox() as mailbox:
            readonly = not self._settings.mark_seen
            opened = await run_blocking(mailbox.open, self._settings.folder, readonly=readonly)
            if cursor is None:
                opened = opened._replace(newest=await run_blocking(mailbox.newest))
            position = resumed(cursor, opened)
            yield Batch(cursor=position.cursor())
            while True:
                since = position.reread_since - timedelta(days=1) if position.reread_since else None
                uids = await run_blocking(mailbox.uids_after, position.last_uid, since and since.date())
                for start in range(0, len(uids), BATCH_MAILS):
                    batch, position, seen = await self._batch(mailbox, position, uids[start : start + BATCH_MAILS])
                    yield batch
                    if seen and self._settings.mark_seen:
                        await run_blocking(mailbox.mark_seen, seen)
                if not uids:
                    position = position.settled()
                    yield Batch(cursor=position.cursor())
                    if not await run_blocking(mailbox.wait, self._settings.poll_seconds):
                        await asyncio.sleep(self._settings.poll_seconds)

    def taken_in(self, broken: Unreadable) -> AnyInboundEvent | None:
        """The event of a quarantined mail, whatever sort it is; None for one that we sent. Raises InvalidInputError."""
        reading = self._reading.model_copy(update={"takes_all": True})
        is_cut = len(broken.content) >= self._settings.max_mail_bytes
        found = read_mail(RawMail(broken.content, broken.at, is_cut=is_cut), reading)
        if isinstance(found, Unreadable):
            raise InvalidInputError(found.reason)
        return None if isinstance(found, Skipped) else found

    async def check(self) -> Sequence[Finding]:
        """Signs in to both servers and looks at the folders; sends nothing and changes nothing."""
        granted = await self._check_token()
        if granted and not granted[0].ok:
            return granted
        return [*granted, await self._check_smtp(), *await self._check_imap()]

    async def _batch(
        self, mailbox: ImapMailbox, position: MailboxCursor, uids: list[int]
    ) -> tuple[Batch, MailboxCursor, list[int]]:
        events: list[AnyInboundEvent] = []
        quarantined: list[Unreadable] = []
        seen: list[int] = []
        for uid in uids:
            raw = await run_blocking(mailbox.fetch, uid)
            if raw is None or not position.wants(raw.at):
                position = position.passed(uid, position.newest)
                continue
            found, position = await self._understood(raw, position.passed(uid, raw.at), uid)
            if isinstance(found, Unreadable):
                quarantined.append(found)
            elif not isinstance(found, Skipped):
                events.append(found)
                seen.append(uid)
        batch = Batch(events=tuple(events), unreadable=tuple(quarantined), cursor=position.cursor())
        return batch, position, seen

    async def _understood(self, raw: RawMail, position: MailboxCursor, uid: int) -> tuple[ReadMail, MailboxCursor]:
        if not raw.raw:
            refused = unreadable(raw, "The IMAP server does not hand this mail out.")
            return refused.model_copy(update={"event_id": f"uid-{position.uidvalidity}-{uid}"}), position
        found = await asyncio.to_thread(read_mail, raw, self._reading)
        if isinstance(found, Skipped):
            log.info("mail_not_answered", kind=found.standing)
            if found.standing == "personal" or found.standing == "sent_by_us":
                return found, position
            return set_aside(raw, found.standing), position
        if not isinstance(found, InboundMessage):
            return found, position
        position, floods = position.heard_from(str(found.address["to"]), raw.at)
        if floods:
            flood = unreadable(raw, "One address sent too many mails within an hour: probably a machine answers us.")
            return flood.model_copy(update={"kind": "flood"}), position
        return found, position

    async def _keep_sent(self, mail: bytes) -> None:
        """The mail has left, so whatever goes wrong here is only logged."""
        if not (self._settings.sent_folder and self._settings.append_sent):
            return
        try:
            async with self._mailbox() as mailbox:
                await run_blocking(mailbox.append, self._settings.sent_folder, mail)
        except HoldfastError as error:
            log.warning("sent_mail_not_kept", problem=str(error))

    def _receipt(self, message: OutboundMessage, address: MailAddress) -> SendReceipt:
        message_id = own_message_id(message.idempotency_key, address.thread, self._own)
        return SendReceipt(
            provider_message_id=message_id.strip("<>"),
            address={"references": list(shortened([*address.references, message_id]))},
        )

    @asynccontextmanager
    async def _mailbox(self) -> AsyncIterator[ImapMailbox]:
        mailbox = await self._sign_in.opened(self._open_mailbox)
        try:
            yield mailbox
        finally:
            mailbox.drop()

    async def _open_mailbox(self, credentials: Credentials) -> ImapMailbox:
        access = ImapAccess(
            host=self._settings.imap_host,
            port=self._settings.imap_port,
            security=self._settings.imap_security,
            context=self._trust,
            credentials=credentials,
            timeout_seconds=self._settings.timeout_seconds,
            max_mail_bytes=self._settings.max_mail_bytes,
        )
        return await run_blocking(ImapMailbox, access)

    async def _check_token(self) -> list[Finding]:
        """Empty where a password is set."""
        if self._sign_in.tokens is None:
            return []
        name = "OAuth: access token"
        try:
            await self._sign_in.tokens.token()
        except HoldfastError as error:
            return [Finding(name=name, ok=False, detail=f"{error} SMTP and IMAP were not tried.")]
        whose = "the mailbox's owner" if self._settings.oauth_refresh_token else "the app itself"
        return [Finding(name=name, ok=True, detail=f"The token endpoint grants one to {whose}.")]

    async def _check_smtp(self) -> Finding:
        name = "SMTP: send as the address"
        try:
            async with self._smtp.session() as client:
                await client.mail(self._own)
                await client.rset()
        except HoldfastError as error:
            return Finding(name=name, ok=False, detail=str(error))
        return Finding(name=name, ok=True, detail="The server takes mails from the configured address.")

    async def _check_imap(self) -> list[Finding]:
        try:
            async with self._mailbox() as mailbox:
                return await run_blocking(self._findings, mailbox)
        except HoldfastError as error:
            return [Finding(name="IMAP: sign in", ok=False, detail=str(error))]

    def _findings(self, mailbox: ImapMailbox) -> list[Finding]:
        can_idle = mailbox.can_idle()
        how = (
            "New mails are announced (IDLE)."
            if can_idle
            else f"No IDLE: new mails are asked for every {self._settings.poll_seconds} s."
        )
        found = [Finding(name="IMAP: sign in", ok=True, detail=how)]
        folders = [self._settings.folder, *([self._settings.sent_folder] if self._settings.sent_folder else [])]
        for folder in folders:
            try:
                mailbox.open(folder, readonly=True)
                found.append(Finding(name=f"IMAP: folder {folder}", ok=True, detail="It can be opened."))
            except InvalidInputError as error:
                found.append(Finding(name=f"IMAP: folder {folder}", ok=False, detail=str(error)))
        return [*found, self._check_proof(mailbox)] if found[1].ok else found

    def _check_proof(self, mailbox: ImapMailbox) -> Finding:
        """Whether the newest mails carry results of the trusted host."""
        name, wanted = "Senders are proved", self._settings.trusted_authserv.lower()
        newest = mailbox.newest_headers(self._settings.folder, MAX_NEWEST_MAILS)
        hosts = sorted({host for raw in newest for host in result_hosts(message_from_bytes(raw))})
        if wanted and (wanted in hosts or not newest):
            return Finding(name=name, ok=True, detail=f"By the Authentication-Results of {wanted}.")
        seen = (
            f"The newest mails carry results of {', '.join(hosts)}." if hosts else "The newest mails carry no results."
        )
        todo = "Set HOLDFAST_EMAIL_TRUSTED_AUTHSERV to the host that receives your mail; until then nobody is proved."
        return Finding(name=name, ok=not wanted, detail=f"{seen} {todo}")


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.lower().split(",") if one.strip())


def _address(message: OutboundMessage) -> MailAddress:
    try:
        return MailAddress.model_validate(message.address)
    except ValidationError as error:
        raise InvalidInputError("The customer has not written by email yet, so there is nobody to send to.") from error
