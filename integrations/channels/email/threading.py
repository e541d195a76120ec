"""Which conversation a mail belongs to, and ids by which the answers to our mails find back.

A thread's key is a token of 16 letters. It goes out in our Message-ID, and if so configured in the Reply-To address
(support+<token>@…) and in the subject ([#<token>]). The key of mail that does not answer ours is made from the first
message id of its References and the sender: many people may answer one newsletter, and each is a thread.
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from email.message import Message

from pydantic import Field

from domain.model import Frozen
from integrations.channels.email.headers import domain_of, header, mailboxes, message_ids

KEY_LETTERS = 16
DIGEST_LETTERS = 26
MAX_REFERENCES = 20
RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Forwarded-To")
_KEY = rf"[a-z2-7]{{{KEY_LETTERS}}}"
_SUBJECT_TOKEN = re.compile(rf"\s*\[#({_KEY})\]", re.IGNORECASE)
_REPLY_PREFIX = re.compile(
    r"\s*(?:(?:re|aw|antw|antwort|sv|vs|ref|rif|odp|res|ynt|cvp|vá|απ|σχετ|отв|відп|회신|답장|回复|答复|回覆|回信|返信)\s*(?:\[\d{1,3}\])?\s*[:\uff1a]\s*)+",
    re.IGNORECASE,
)


class MailAddress(Frozen):
    """How a customer's last mail is answered. Message ids stand in angle brackets, `references` the oldest first."""

    to: str
    subject: str = ""
    thread: str = Field(pattern=rf"^{_KEY}$")
    references: tuple[str, ...] = ()


def thread_key(message_id: str, sender: str) -> str:
    """The key of the thread that a sender's mail with that id begins."""
    return _digest(f"{message_id}\n{sender.lower()}")[:KEY_LETTERS]


def own_message_id(idempotency_key: str, thread: str, own: str) -> str:
    """The id of a mail of ours: the same for every attempt to send it."""
    return f"<holdfast.{_digest(idempotency_key)[:DIGEST_LETTERS]}.{thread}@{domain_of(own)}>"


def own_message_ids(text: str, own: str) -> list[str]:
    """The ids of mails of ours in a text, without angle brackets."""
    return [found[0] for found in _own_pattern(own).finditer(text)]


def thread_keys(mail: Message, sender: str, own: str, fallback_id: str) -> tuple[str, ...]:
    """The threads that a mail may belong to, the likeliest first, the one that it would begin last."""
    references = message_ids(mail, "References")
    replied = message_ids(mail, "In-Reply-To")
    in_ours = [found[1].lower() for found in _own_pattern(own).finditer(" ".join([*replied, *reversed(references)]))]
    in_subject = _SUBJECT_TOKEN.findall(header(mail, "Subject").lower())
    foreign = [*references[:1], *replied, *reversed(references)]
    begun = next(iter(message_ids(mail, "Message-ID")), fallback_id)
    keys = [*_plus_tokens(mail, own), *in_ours, *in_subject]
    keys += [thread_key(one, sender) for one in foreign if not own_message_ids(one, own)][:MAX_REFERENCES]
    return tuple(dict.fromkeys([*keys, thread_key(begun, sender)]))


def references_after(mail: Message) -> tuple[str, ...]:
    """What an answer to a mail refers to: the first mail of the thread and the latest ones."""
    so_far = message_ids(mail, "References") or message_ids(mail, "In-Reply-To")[:1]
    return shortened([*so_far, *message_ids(mail, "Message-ID")[:1]])


def shortened(references: Iterable[str]) -> tuple[str, ...]:
    """The first and the latest of them, each once."""
    every = list(dict.fromkeys(references))
    return tuple(every if len(every) <= MAX_REFERENCES else [every[0], *every[1 - MAX_REFERENCES :]])


def plus_address(own: str, token: str) -> str:
    local, _, domain = own.rpartition("@")
    return f"{local}+{token}@{domain}"


def without_plus(address: str) -> str:
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def reply_subject(subject: str, token: str | None) -> str:
    """ "Re: " once, and the thread's token if it is asked for."""
    bare = bare_subject(subject)
    return f"Re: {bare} [#{token}]" if token else f"Re: {bare}"


def bare_subject(subject: str) -> str:
    """A subject without its reply prefixes and our tokens."""
    return _REPLY_PREFIX.sub("", _SUBJECT_TOKEN.sub("", subject), count=1).strip()


def is_reply(mail: Message) -> bool:
    subject = header(mail, "Subject")
    return bool(message_ids(mail, "In-Reply-To") or message_ids(mail, "References") or _REPLY_PREFIX.match(subject))


def _plus_tokens(mail: Message, own: str) -> list[str]:
    recipients = (box.address for name in RECIPIENT_HEADERS for box in mailboxes(mail, name))
    tokens = (address.rpartition("@")[0].partition("+")[2] for address in recipients if without_plus(address) == own)
    return [token for token in tokens if re.fullmatch(_KEY, token)]


def _own_pattern(own: str) -> re.Pattern[str]:
    host = re.escape(domain_of(own))
    return re.compile(rf"holdfast\.[a-z2-7]{{{DIGEST_LETTERS}}}\.({_KEY})@{host}(?![\w.-]*\w)", re.IGNORECASE)


def _digest(text: str) -> str:
    return base64.b32encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode().lower()
