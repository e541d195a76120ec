"""Mail that nobody wrote, and reports on mail of ours: both are recognised, and neither is ever answered.

RFC 3834 (automatic responses), 3464 (delivery status), 8098 (disposition), 2369 and 2919 (lists), and what programs do
that keep to none of them.
"""

import re
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from email.message import Message
from typing import Literal, NamedTuple

from integrations.channels.email.charsets import decode_bytes
from integrations.channels.email.headers import header, mailboxes, raw_header
from integrations.channels.email.threading import own_message_ids, without_plus

Standing = Literal["personal", "own", "report", "automatic", "mailing_list", "no_reply"]

MOST_MAILS_PER_HOUR = 30
REPORT_BODY_BYTES = 1_000_000

_SYSTEM_SENDER = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon|mdaemon|microsoftexchange[0-9a-f]+)@.*")
_NO_REPLY = re.compile(
    r"(?:.*[-_.])?(?:no|not|do[-_]?not|dont)[-_.]?(?:reply|respond|answer|antwort\w*)(?:[-_.+].*)?@.*"
)
_AUTOMATIC_SUBJECT = re.compile(
    r"(?:automatic reply|auto(?:mated|matic)?[- ]?(?:reply|response)|out of (?:the )?office(?: (?:auto)?reply)?|"
    r"abwesenheitsnotiz|abwesend|automatische antwort|réponse automatique|absence du bureau|respuesta automática|"
    r"risposta automatica|automatisch antwoord|resposta automática|autosvar|automatiskt svar|automatické? odpověď|"
    r"odpowiedź automatyczna|автоответ|自动回复|自動返信)\s*[:\uff1a]",
    re.IGNORECASE,
)
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
_PERMANENT = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
_DELAY = re.compile(r"delay|warning|not yet|verzöger", re.IGNORECASE)
_FIELD = re.compile(r"(?im)^(action|status|disposition):[ \t]*(.{0,200})$")

ReportStatus = Literal["sent", "delivered", "read", "failed"]


class Report(NamedTuple):
    """What became of a mail of ours; `code` as the host gave it, such as 5.1.1, and no angle brackets about the id."""

    message_id: str
    status: ReportStatus
    code: str = ""


def standing(mail: Message, own: str, aliases: Collection[str] = ()) -> Standing:
    """What sort of mail it is; only a personal one is answered. `own` is the mailbox's address in small letters."""
    senders = [box.address for box in mailboxes(mail, "From")]
    answered = [box.address for box in mailboxes(mail, "Reply-To")] or senders
    ours = {own, *aliases}
    if (
        any(without_plus(address) in ours for address in (*senders, *answered))
        or header(mail, "X-Loop").lower() in ours
    ):
        return "own"
    if _is_report(mail, senders):
        return "report"
    if _is_automatic(mail):
        return "automatic"
    if any(raw_header(mail, name) for name in _LIST_HEADERS) or _first_word(mail, "Precedence") in {
        "list",
        "bulk",
        "junk",
    }:
        return "mailing_list"
    return "no_reply" if any(is_no_reply(address) for address in answered[:1]) else "personal"


def is_no_reply(address: str) -> bool:
    return _NO_REPLY.fullmatch(address) is not None


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
        or _first_word(mail, "X-Auto-Response-Suppress") not in {"", "none"}
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
    return sum(1 for time in times if at - timedelta(hours=1) < time <= at) >= MOST_MAILS_PER_HOUR
