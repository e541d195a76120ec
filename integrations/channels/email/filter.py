"""Mail that nobody wrote, and reports on mail of ours: both are recognised, and neither is ever answered.

RFC 3834 (automatic responses), 3464 (delivery status), 8098 (disposition), 2369 and 2919 (lists), 5546 (calendar), and
what programs do that keep to none of them. X-Auto-Response-Suppress is no sign: it asks others not to answer
automatically, and people's programs write it too.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from email.message import Message
from typing import Literal, NamedTuple

from integrations.channels.email.charsets import decode_bytes
from integrations.channels.email.headers import domain_of, header, mailboxes, raw_header, raw_headers
from integrations.channels.email.people import is_from_us, is_no_reply, people
from integrations.channels.email.program_phrases import LANGUAGES
from integrations.channels.email.threading import own_message_ids

MailKind = Literal["personal", "sent_by_us", "own", "report", "automatic", "calendar_reply", "mailing_list", "no_reply"]

MAX_MAILS_PER_HOUR = 30
REPORT_BODY_BYTES = 1_000_000

_SYSTEM_SENDER = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon|microsoftexchange[0-9a-f]+)@.*")
_AUTOMATIC_WORDS = {one for language in LANGUAGES.values() for one in language.automatic.split("|")} - {""}
_AUTOMATIC_SUBJECT = re.compile(rf"(?:{'|'.join(map(re.escape, _AUTOMATIC_WORDS))})\s*[:\uff1a]", re.IGNORECASE)
_AUTOMATIC_HEADERS = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoresponder",
    "X-Auto-Reply-From",
    "X-Mail-Autoreply",
    "X-AutoReply-From",
    "X-FC-MachineGenerated",
    "X-Cron-Env",
)
_LIST_HEADERS = (
    "List-Id",
    "List-Unsubscribe",
    "List-Post",
    "List-Help",
    "List-Subscribe",
    "Mailing-List",
    "X-Mailing-List",
)
_LIST_WORDS = re.compile(r"[\s<>,;\"]+|mailto:")
_CALENDAR_REPLY = re.compile(r"(?im)^method:[ \t]*reply[ \t\r]*$")
_CALENDAR_COMMENT = re.compile(r"(?im)^comment(?:;[^:\n]{0,200})?:[ \t]*[^\s]")
_PERMANENT = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
_DELAY = re.compile(r"delay|warning|not yet|verzöger", re.IGNORECASE)
_FIELD = re.compile(r"(?im)^(action|status|disposition):[ \t]*(.{0,200})$")

ReportStatus = Literal["sent", "delivered", "read", "failed"]


class Report(NamedTuple):
    """What became of a mail of ours; `code` as the host gave it, such as 5.1.1, and no angle brackets about the id."""

    message_id: str
    status: ReportStatus
    code: str = ""


def mail_kind(mail: Message, own: str, aliases: Collection[str] = (), groups: Collection[str] = ()) -> MailKind:
    """What sort of mail it is; only a personal one is answered.

    `own` is the mailbox's address in small letters, `groups` are addresses and List-Ids of groups that bring mail.
    """
    senders = [box.address for box in mailboxes(mail, "From")]
    ours = {own, *aliases, *groups}
    found = people(mail, ours)
    if own_message_ids(raw_header(mail, "Message-ID"), own):
        return "sent_by_us"
    if header(mail, "X-Loop").lower() in ours or (not found and is_from_us(mail, ours)):
        return "own"
    if _is_report(mail, senders):
        return "report"
    if _is_calendar_reply(mail):
        return "calendar_reply"
    if _is_automatic(mail):
        return "automatic"
    if _is_of_a_list(mail, ours):
        return "mailing_list"
    return "no_reply" if found and is_no_reply(found.answer_to.address) else "personal"


def _is_of_a_list(mail: Message, ours: Collection[str]) -> bool:
    """Whether a list of others sent it. A group whose address is ours only brings what customers write to it."""
    precedence = _first_word(mail, "Precedence")
    named = [value.lower() for name in _LIST_HEADERS for value in raw_headers(mail, name)]
    if any(_names_one_of(value, ours) for value in named):
        return precedence in {"bulk", "junk"}
    return bool(named) or precedence in {"list", "bulk", "junk"}


def _names_one_of(value: str, ours: Collection[str]) -> bool:
    """A List-Id has a full stop where the group's address has its @ (RFC 2919)."""
    names = {*ours, *(f"{one.rpartition('@')[0]}.{domain_of(one)}" for one in ours if "@" in one)}
    return any(word in names for word in _LIST_WORDS.split(value))


def _is_calendar_reply(mail: Message) -> bool:
    """Whether a program says that somebody comes or not (RFC 5546, 3.2.3); with a comment somebody wrote it."""
    invitations = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    return any(map(_is_plain_answer, invitations))


def _is_plain_answer(part: Message) -> bool:
    payload = part.get_payload(decode=True)
    text = decode_bytes(payload[:REPORT_BODY_BYTES], part.get_content_charset()) if isinstance(payload, bytes) else ""
    said = str(part.get_param("method") or "").lower() == "reply" or _CALENDAR_REPLY.search(text) is not None
    return said and not _CALENDAR_COMMENT.search(text)


def _is_report(mail: Message, senders: Iterable[str]) -> bool:
    return (
        mail.get_content_type() in {"multipart/report", "message/delivery-status", "message/disposition-notification"}
        or bool(raw_header(mail, "X-Failed-Recipients"))
        or any(_SYSTEM_SENDER.fullmatch(address) for address in senders)
    )


def _is_automatic(mail: Message) -> bool:
    return (
        raw_header(mail, "Return-Path").strip() in {"<>", "<#@[]>"}
        or _first_word(mail, "Auto-Submitted") not in {"", "no"}
        or _first_word(mail, "Precedence") in {"auto_reply", "auto-reply"}
        or any(raw_header(mail, name) for name in _AUTOMATIC_HEADERS)
        or "autoresponder" in raw_header(mail, "X-POST-MessageClass").lower()
        or raw_header(mail, "Delivered-To").strip().lower() == "autoresponder"
        or _AUTOMATIC_SUBJECT.match(header(mail, "Subject")) is not None
    )


def _first_word(mail: Message, name: str) -> str:
    return re.split(r"[\s;,(]", header(mail, name).lower(), maxsplit=1)[0]


def report(mail: Message, own: str) -> Report | None:
    """What a report says of a mail of ours; None where it is of none, or says only that delivery takes longer."""
    texts = list(_texts(mail))
    ids = own_message_ids(" ".join([raw_header(mail, "In-Reply-To"), raw_header(mail, "References"), *texts]), own)
    if not ids:
        return None
    fields = dict(reversed([(name.lower(), said.strip()) for text in texts for name, said in _FIELD.findall(text)]))
    code = re.match(r"\d\.\d{1,3}\.\d{1,3}", fields.get("status", ""))
    if "disposition" in fields:
        status: ReportStatus | None = "read" if "displayed" in fields["disposition"].lower() else None
    elif "action" in fields:
        status = _of_action(fields["action"])
    else:
        return _unstructured(mail, ids[0], " ".join(texts))
    return Report(ids[0], status, code[0] if code else "") if status else None


def _of_action(action: str) -> ReportStatus | None:
    words: dict[str, ReportStatus] = {
        "failed": "failed",
        "delivered": "delivered",
        "relayed": "sent",
        "expanded": "sent",
    }
    return words.get(re.split(r"\W", action.lower(), maxsplit=1)[0])


def _unstructured(mail: Message, message_id: str, text: str) -> Report | None:
    permanent = _PERMANENT.search(text)
    if permanent is None and _DELAY.search(header(mail, "Subject")):
        return None
    return Report(message_id, "failed", permanent[0] if permanent else "")


def _texts(mail: Message) -> Iterable[str]:
    """Each part's own headers and text, a returned mail's among them."""
    for part in mail.walk():
        yield "\n".join(f"{name}: {value}" for name, value in part.raw_items())
        payload = part.get_payload(decode=True)
        if part.get_content_maintype() in {"text", "message"} and isinstance(payload, bytes):
            yield decode_bytes(payload[:REPORT_BODY_BYTES], part.get_content_charset())


def is_flood(times: Collection[datetime], at: datetime) -> bool:
    """Whether an address has sent so many mails within the hour before `at` that it must be a machine answering us.

    The last guard against a loop with a program that marks its answers in no way.
    """
    return sum(1 for time in times if at - timedelta(hours=1) < time <= at) >= MAX_MAILS_PER_HOUR
