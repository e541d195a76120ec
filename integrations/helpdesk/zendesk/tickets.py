"""Zendesk's tickets, comments and users as events: pure mapping, without the client."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.delivery.inbound import (
    Address,
    ColleagueReply,
    CustomerRating,
    InboundFile,
    InboundMessage,
    Sender,
    Unreadable,
)
from domain.model import Frozen
from integrations.channels.base import ForgedRequestError, UnreadableRequestError, WebhookRequest
from integrations.helpdesk.zendesk.merging import says_merged

CHANNEL = "zendesk"
REPLAY_WINDOW = timedelta(minutes=5)
MAX_FILE_BYTES = 5 * 1024 * 1024
KEY_NAME = "holdfast_key"
COMMENT_EVENTS = frozenset({"zen:event-type:ticket.created", "zen:event-type:ticket.comment_added"})
AUTOMATIC_REPLY = 4
CUT = "\n[…] The whole message is in the file message.txt."
E164 = re.compile(r"\+[1-9][0-9]{6,14}")
MOMENT = TypeAdapter(AwareDatetime)

Record = TypeVar("Record", bound=Frozen)
TicketStatus = Literal["new", "open", "pending", "hold", "solved"]


class Attachment(Frozen):
    """A file of a comment. `malware_scan_result` is `malware_found` for one that must not be opened."""

    file_name: str
    content_url: str
    content_type: str | None = None
    size: int = 0
    deleted: bool = False
    malware_scan_result: str | None = None

    @property
    def is_fetched(self) -> bool:
        return self.size <= MAX_FILE_BYTES and not self.deleted and self.malware_scan_result != "malware_found"


class CommentMetadata(Frozen):
    """What Zendesk noted when a comment came in: flags are its warnings, `trusted` its verdict on them."""

    flags: tuple[int, ...] | None = None
    trusted: bool | None = None


class Comment(Frozen):
    """One entry of a ticket."""

    id: int
    author_id: int
    created_at: AwareDatetime
    public: bool
    plain_body: str | None = None
    body: str | None = None
    attachments: tuple[Attachment, ...] = ()
    metadata: CommentMetadata | None = None
    via: dict[str, Any] | None = None

    @property
    def event_id(self) -> str:
        return f"comment-{self.id}"

    @property
    def text(self) -> str:
        return (self.plain_body or self.body or "").replace("\N{NO-BREAK SPACE}", " ").strip()

    @property
    def is_automatic(self) -> bool:
        """Written by a machine, such as an absence note: answering it would start a loop."""
        return bool(self.metadata and self.metadata.flags and AUTOMATIC_REPLY in self.metadata.flags)

    @property
    def is_trusted(self) -> bool:
        return not self.metadata or (self.metadata.trusted is not False and not self.metadata.flags)


class User(Frozen):
    """A person. `external_id` is what the company's CRM calls them."""

    id: int
    role: str
    email: str | None = None
    phone: str | None = None
    name: str | None = None
    external_id: str | None = None
    verified: bool | None = None
    suspended: bool | None = None
    active: bool | None = None


class TicketRating(Frozen):
    """What the requester thought of the help."""

    id: int | None = None
    score: str
    comment: str | None = None


class Ticket(Frozen):
    """A ticket. `generated_timestamp` orders the incremental export: seconds since 1970 of its last change."""

    id: int
    requester_id: int
    status: str
    updated_at: AwareDatetime
    subject: str | None = None
    via: dict[str, Any] | None = None
    satisfaction_rating: TicketRating | None = None
    generated_timestamp: int = 0

    @property
    def thread(self) -> str:
        return str(self.id)

    @property
    def is_deleted(self) -> bool:
        return self.status == "deleted"

    @property
    def followed_up(self) -> tuple[str, ...]:
        """The closed ticket that this one goes on from."""
        source = (self.via or {}).get("source") or {}
        earlier = (source.get("from_") or source.get("from") or {}).get("ticket_id")
        return (str(earlier),) if source.get("rel") == "follow_up" and earlier else ()


class TicketAddress(Frozen):
    """How a ticket is answered."""

    ticket_id: int


class ChangedTicket(Frozen):
    """What a webhook says: this ticket has a new comment since about `at`."""

    ticket_id: int
    at: datetime


# Webhooks.


def verify_signature(secret: str, request: WebhookRequest) -> None:
    """Refuse what Zendesk did not sign with our secret within the last five minutes. Raises ForgedRequestError."""
    signature = request.header("x-zendesk-webhook-signature")
    stamp = request.header("x-zendesk-webhook-signature-timestamp")
    if not signature or not stamp:
        raise ForgedRequestError("The request has no X-Zendesk-Webhook-Signature and timestamp.")
    digest = hmac.new(secret.encode(), stamp.encode() + request.body, hashlib.sha256).digest()
    if not hmac.compare_digest(base64.b64encode(digest), signature.encode()):
        raise ForgedRequestError("X-Zendesk-Webhook-Signature does not fit: check HOLDFAST_ZENDESK_WEBHOOK_SECRET.")
    try:
        signed_at = MOMENT.validate_python(stamp)
    except ValidationError:
        raise ForgedRequestError("X-Zendesk-Webhook-Signature-Timestamp is no time.") from None
    if abs(request.received_at - signed_at) > REPLAY_WINDOW:
        raise ForgedRequestError("The request was signed more than five minutes ago: check the clock.")


class _Detail(Frozen):
    id: int


class _TicketEvent(Frozen):
    type: str
    time: AwareDatetime
    detail: _Detail


def changed_ticket(body: bytes) -> ChangedTicket | None:
    """The ticket of a signed ticket event; None for an event that brings no comment. Raises UnreadableRequestError."""
    try:
        event = _TicketEvent.model_validate_json(body)
    except ValidationError:
        raise UnreadableRequestError(
            "This is no ticket event of Zendesk: subscribe the webhook to those only."
        ) from None
    return ChangedTicket(ticket_id=event.detail.id, at=event.time) if event.type in COMMENT_EVENTS else None


# Comments.


def readable(
    model: type[Record], raws: Iterable[Mapping[str, Any]], at: datetime
) -> tuple[list[Record], list[Unreadable]]:
    """Tickets or comments that can be understood, and the others for quarantine."""
    records, unreadable = list[Record](), list[Unreadable]()
    for raw in raws:
        try:
            records.append(model.model_validate(raw))
        except ValidationError as error:
            unreadable.append(_quarantined(model.__name__.lower(), raw, error, at))
    return records, unreadable


def _quarantined(kind: str, raw: Mapping[str, Any], error: ValidationError, at: datetime) -> Unreadable:
    content = json.dumps(raw, sort_keys=True).encode()
    name = raw.get("id") or hashlib.sha256(content).hexdigest()[:32]
    fields = ", ".join(sorted({str(problem["loc"][0]) for problem in error.errors()}))
    reason = f"A {kind} of Zendesk is not as documented: {fields}."
    return Unreadable(channel=CHANNEL, event_id=f"{kind}-{name}", at=at, reason=reason[:500], content=content)


def concerns_us(comment: Comment, our_id: int) -> bool:
    """Whether a comment is for us: public, written by a person, and not by ourselves, so no loop is possible."""
    by_a_person = comment.author_id > 0 and comment.author_id != our_id and not comment.is_automatic
    return comment.public and by_a_person and bool(comment.text or comment.attachments)


def is_by_customer(ticket: Ticket, comment: Comment, author: User | None) -> bool:
    """The requester and any other end user are customers; everybody else of the account is a colleague."""
    return comment.author_id == ticket.requester_id or (author is not None and author.role == "end-user")


def is_merge_notice(ticket: Ticket, comment: Comment, author: User | None) -> bool:
    """What Zendesk writes in a colleague's name when they merge tickets. What a customer writes never is."""
    return not is_by_customer(ticket, comment, author) and says_merged(comment.text, comment.via)


def comment_event(
    ticket: Ticket, comment: Comment, author: User | None, files: Sequence[Attachment | InboundFile], *, is_first: bool
) -> InboundMessage | ColleagueReply:
    """What a customer wrote is a message, and what anybody else did is a colleague's reply.

    `files` are the comment's own, fetched or not; one that was not fetched is named in the text, and so is each one of
    a colleague, whose customer has it from Zendesk.
    """
    text = "\n".join([_with_subject(ticket, comment) if is_first else comment.text, *map(_named, _missing(files))])
    is_customer = is_by_customer(ticket, comment, author)
    fetched = [file for file in files if isinstance(file, InboundFile)]
    if not is_customer:
        text = "\n".join([text, *(f"[File: {file.name}]" for file in fetched)])
        return ColleagueReply(
            channel=CHANNEL,
            event_id=comment.event_id,
            at=comment.created_at,
            thread=ticket.thread,
            person_id=f"zendesk-{comment.author_id}",
            text=_cut(text.strip()),
        )
    if len(text) > MAX_MESSAGE_CHARACTERS:
        fetched.append(InboundFile(name="message.txt", media_type="text/plain", content=text.encode()))
    return InboundMessage(
        channel=CHANNEL,
        event_id=comment.event_id,
        at=comment.created_at,
        thread=ticket.thread,
        references=ticket.followed_up,
        sender=_sender(comment, author),
        address=ticket_address(ticket.id),
        text=_cut(text.strip()),
        files=tuple(fetched),
    )


def ticket_address(ticket_id: int) -> Address:
    return TicketAddress(ticket_id=ticket_id).model_dump()


def inbound_file(attachment: Attachment, content: bytes) -> InboundFile:
    media_type = attachment.content_type or "application/octet-stream"
    return InboundFile(name=attachment.file_name[:255], media_type=media_type, content=content)


def rating_event(ticket: Ticket) -> CustomerRating | None:
    """The ticket's rating, where the customer gave one. A comment may follow later, under the same id of Zendesk's."""
    rating = ticket.satisfaction_rating
    if rating is None or rating.score not in ("good", "bad"):
        return None
    name = f"rating-{rating.id or ticket.id}-{rating.score}"
    said = hashlib.sha256(rating.comment.encode()).hexdigest()[:16] if rating.comment else ""
    return CustomerRating(
        channel=CHANNEL,
        event_id=f"{name}-{said}" if said else name,
        at=ticket.updated_at,
        thread=ticket.thread,
        score="good" if rating.score == "good" else "bad",
        comment=(rating.comment or "")[:MAX_MESSAGE_CHARACTERS],
    )


def sent_comment(audits: Iterable[Mapping[str, Any]], key: str) -> str | None:
    """The id of the comment that we made under a key: Zendesk keeps the key in the audit's metadata."""
    for audit in audits:
        custom = (audit.get("metadata") or {}).get("custom") or {}
        if custom.get(KEY_NAME) == key:
            return comment_id(audit)
    return None


def comment_id(audit: Mapping[str, Any]) -> str:
    """The comment in an audit; the audit's own id where it has none."""
    found = (str(event["id"]) for event in audit.get("events") or () if event.get("type") == "Comment")
    return next(found, f"audit-{audit['id']}")


def _with_subject(ticket: Ticket, comment: Comment) -> str:
    subject = (ticket.subject or "").strip()
    repeated = " ".join(comment.text.split()).startswith(subject.removesuffix("…").removesuffix("...").rstrip())
    return comment.text if repeated else f"{subject}\n\n{comment.text}"


def _sender(comment: Comment, author: User | None) -> Sender:
    if author is None:
        return Sender(external_id=str(comment.author_id))
    phone = re.sub(r"[\s()/.-]", "", author.phone or "")
    return Sender(
        email=_fitting(author.email, 254),
        phone=phone if E164.fullmatch(phone) else None,
        contact_id=_fitting(author.external_id, 100),
        external_id=str(author.id),
        name=author.name[:200] if author.name else None,
        verified=bool(author.verified) and not author.suspended and comment.is_trusted,
    )


def _fitting(value: str | None, most: int) -> str | None:
    """An identity that was cut would be somebody else's."""
    return value if value and len(value) <= most else None


def _missing(files: Iterable[Attachment | InboundFile]) -> Iterable[Attachment]:
    return (file for file in files if isinstance(file, Attachment))


def _named(attachment: Attachment) -> str:
    why = ", malware was found in it" if attachment.malware_scan_result == "malware_found" else ""
    return f"[File that was not fetched: {attachment.file_name[:255]}{why}]"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_MESSAGE_CHARACTERS else text[: MAX_MESSAGE_CHARACTERS - len(CUT)] + CUT
