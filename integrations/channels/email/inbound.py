"""A mail as an event of the channel."""

import hashlib
import re
from datetime import datetime
from email.message import Message
from typing import NamedTuple

from domain.delivery.inbound import DeliveryReport, InboundMessage, QuarantineKind, Sender, Unreadable
from domain.model import Frozen
from integrations.channels.email.authentication import is_verified
from integrations.channels.email.filter import MailKind, mail_kind, report
from integrations.channels.email.headers import header, mailboxes, raw_headers
from integrations.channels.email.parsing import PROBLEMS, UnreadableMailError, contents, fitted, parse, text_file
from integrations.channels.email.people import People, people
from integrations.channels.email.replies import new_text
from integrations.channels.email.threading import MailAddress, bare_subject, is_reply, references_after, thread_keys

CHANNEL = "email"
_IDENTITY = re.compile(
    rb"(?im)^(?:message-id|date|from|subject|content-type|content-transfer-encoding|resent-[a-z-]{1,40})[ \t]*:"
    rb".*(?:\r?\n[ \t].*)*"
)
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


class RawMail(NamedTuple):
    """A mail as it lies in the mailbox since `at`. `is_cut`: only its beginning was fetched, as it is too large."""

    raw: bytes
    at: datetime
    is_cut: bool = False


class Reading(Frozen):
    """How mail is read. Addresses in small letters. `takes_all`: a person wants it taken in, whatever sort it is."""

    own: str
    aliases: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    trusted_authserv: str = ""
    max_file_bytes: int = 5_000_000
    takes_all: bool = False

    @property
    def ours(self) -> frozenset[str]:
        """Every address that is ours."""
        return frozenset({self.own, *self.aliases, *self.groups})


class Skipped(Frozen):
    """Mail that nobody wrote to us: it makes no message. `standing` says what it is to us."""

    standing: MailKind


REASONS: dict[QuarantineKind, str] = {
    "own": "The mail comes from an address of ours, and names nobody else who could be answered.",
    "report": "The mail reports on a delivery, of no mail of ours or without an outcome.",
    "automatic": "A program sent the mail: an automatic reply or a notice.",
    "calendar_reply": "A calendar program says whether somebody comes.",
    "mailing_list": "The mail was sent to a list. If it is a group of yours, name it in HOLDFAST_EMAIL_GROUPS.",
    "no_reply": "The mail can be answered only at an address that nobody reads.",
}


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


def set_aside(mail: RawMail, kind: QuarantineKind) -> Unreadable:
    """A mail that was skipped, for quarantine: people count it, look at it, and may have it taken in."""
    return Unreadable(
        channel=CHANNEL, event_id=event_id(mail.raw), at=mail.at, kind=kind, reason=REASONS[kind], content=mail.raw
    )


def event_id(raw: bytes) -> str:
    """The same for each copy of a mail, however it came; two mails to which a program gave one Message-ID differ.

    How a mail is typed and who sent it on belongs to it. Where no header tells mails apart, every byte does.
    """
    head, body = (*_BLANK_LINE.split(raw, maxsplit=1), b"")[:2]
    found = sorted(b" ".join(field.split()) for field in _IDENTITY.findall(head))
    identity = b"\n".join(found) if found else head
    return "mail-" + hashlib.sha256(identity + b"\0" + body).hexdigest()[:48]


def _read(parsed: Message, mail: RawMail, reading: Reading) -> ReadMail:
    kind = mail_kind(parsed, reading.own, reading.aliases, reading.groups)
    if kind == "report":
        found = report(parsed, reading.own)
        if found is None:
            return _message(parsed, mail, reading) if reading.takes_all else Skipped(standing=kind)
        return DeliveryReport(
            channel=CHANNEL,
            event_id=event_id(mail.raw),
            at=mail.at,
            provider_message_id=found.message_id,
            status=found.status,
            code=found.code,
        )
    return (
        _message(parsed, mail, reading)
        if kind == "personal" or (reading.takes_all and kind != "sent_by_us")
        else Skipped(standing=kind)
    )


def _message(parsed: Message, mail: RawMail, reading: Reading) -> InboundMessage:
    author, answer_to = _people(parsed, reading)
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


def _people(parsed: Message, reading: Reading) -> People:
    found = people(parsed, reading.ours)
    if found is None:
        raise UnreadableMailError("The mail names no sender who could be answered.")
    return found


def _is_proved(parsed: Message, address: str, reading: Reading) -> bool:
    """Only of the one and only From: with several, programs differ in whom they show and check."""
    authors = mailboxes(parsed, "From")
    is_only_one = len(list(raw_headers(parsed, "From"))) == 1 and [box.address for box in authors] == [address]
    return is_only_one and is_verified(parsed, address, reading.trusted_authserv)
