"""A mail as an event of the channel."""

import hashlib
import re
from datetime import datetime
from email.message import Message
from typing import NamedTuple

from domain.delivery.inbound import DeliveryReport, InboundMessage, Sender, Unreadable
from domain.model import Frozen
from integrations.channels.email.authentication import is_verified
from integrations.channels.email.filter import Standing, is_no_reply, report, standing
from integrations.channels.email.headers import Mailbox, header, mailboxes, raw_headers
from integrations.channels.email.parsing import PROBLEMS, UnreadableMailError, contents, fitted, parse, text_file
from integrations.channels.email.replies import new_text
from integrations.channels.email.threading import MailAddress, bare_subject, is_reply, references_after, thread_keys

CHANNEL = "email"
_IDENTITY = re.compile(rb"(?im)^(?:message-id|date|from|subject):.*(?:\r?\n[ \t].*)*")
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class RawMail(NamedTuple):
    """A mail as it lies in the mailbox since `at`. `is_cut`: only its beginning was fetched, as it is too large."""

    raw: bytes
    at: datetime
    is_cut: bool = False


class Reading(Frozen):
    """How mail is read. Addresses in small letters."""

    own: str
    aliases: tuple[str, ...] = ()
    trusted_authserv: str = ""
    max_file_bytes: int = 5_000_000


class Skipped(Frozen):
    """Mail that nobody wrote to us: it stays in the mailbox and makes no message."""

    standing: Standing


ReadMail = InboundMessage | DeliveryReport | Unreadable | Skipped


def read_mail(mail: RawMail, reading: Reading) -> ReadMail:
    """What a mail says. Never raises: what cannot be read is Unreadable, whole, with the reason."""
    try:
        return _read(parse(mail.raw), mail, reading)
    except UnreadableMailError as error:
        return unreadable(mail, str(error))
    except PROBLEMS as error:
        return unreadable(mail, f"The mail is malformed ({type(error).__name__}).")


def unreadable(mail: RawMail, reason: str) -> Unreadable:
    return Unreadable(channel=CHANNEL, event_id=event_id(mail.raw), at=mail.at, reason=reason, content=mail.raw)


def event_id(raw: bytes) -> str:
    """The same for each copy of a mail, however it came; two mails to which a program gave one Message-ID differ."""
    head, body = (*_BLANK_LINE.split(raw, maxsplit=1), b"")[:2]
    identity = b"\n".join(sorted(_IDENTITY.findall(head)))
    return "mail-" + hashlib.sha256(identity + b"\0" + body).hexdigest()[:48]


def _read(parsed: Message, mail: RawMail, reading: Reading) -> ReadMail:
    kind = standing(parsed, reading.own, reading.aliases)
    if kind == "report":
        found = report(parsed, reading.own)
        if found is None:
            return Skipped(standing=kind)
        return DeliveryReport(
            channel=CHANNEL,
            event_id=event_id(mail.raw),
            at=mail.at,
            provider_message_id=found.message_id,
            status=found.status,
            code=found.code,
        )
    return _message(parsed, mail, reading) if kind == "personal" else Skipped(standing=kind)


def _message(parsed: Message, mail: RawMail, reading: Reading) -> InboundMessage:
    author, answer_to = _people(parsed)
    found = contents(parsed, reading.max_file_bytes, is_cut=mail.is_cut)
    subject = header(parsed, "Subject")
    answers = is_reply(parsed)
    new = new_text(found.text, is_reply=answers, subject=subject)
    text = new.text if answers or not subject else f"{subject}\n\n{new.text}".strip()
    if not (text or found.files or found.notes):
        raise UnreadableMailError("The mail holds neither a text nor a file.")
    fits = fitted(text, found.notes)
    is_shortened = new.is_guess or not fits.startswith(text)
    keys = thread_keys(parsed, author.address, reading.own, event_id(mail.raw))
    address = MailAddress(
        to=answer_to.address, subject=bare_subject(subject)[:500], thread=keys[0], references=references_after(parsed)
    )
    return InboundMessage(
        channel=CHANNEL,
        event_id=event_id(mail.raw),
        at=mail.at,
        thread=keys[0],
        references=keys[1:],
        sender=Sender(
            email=author.address, name=author.name or None, verified=_is_proved(parsed, author.address, reading)
        ),
        address=address.model_dump(mode="json"),
        text=fits,
        files=(*found.files, *([text_file(found.text)] if is_shortened else [])),
    )


def _people(parsed: Message) -> tuple[Mailbox, Mailbox]:
    """Who wrote, and who is to be answered. A form that sends from a no-reply address names the writer in Reply-To."""
    senders = mailboxes(parsed, "From") or mailboxes(parsed, "Sender")
    answered = mailboxes(parsed, "Reply-To") or senders
    if not answered:
        raise UnreadableMailError("The mail names no sender who could be answered.")
    is_form = not senders or is_no_reply(senders[0].address)
    return (answered if is_form else senders)[0], answered[0]


def _is_proved(parsed: Message, address: str, reading: Reading) -> bool:
    """Only of the one and only From: with several, programs differ in whom they show and check."""
    authors = mailboxes(parsed, "From")
    is_only_one = len(list(raw_headers(parsed, "From"))) == 1 and [box.address for box in authors] == [address]
    return is_only_one and is_verified(parsed, address, reading.trusted_authserv)
