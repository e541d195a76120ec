"""What Twilio posts about messages, as events: pure functions over the fields of its forms."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.delivery.inbound import (
    Address,
    AnyInboundEvent,
    ConsentChange,
    DeliveryReport,
    InboundFile,
    InboundMessage,
    Sender,
)
from integrations.channels.base import UnreadableRequestError
from integrations.channels.consent_words import Consent, consent_in, folded
from integrations.channels.twilio.client import OPTED_OUT, Form
from integrations.phone_numbers import dialled_today

HELP_WORDS = frozenset({"HELP", "INFO"})
"""Twilio answers these by itself when they stand alone; with anything else, such as "Help!", nobody does but us."""
EMPTY = "[The message was empty.]"
MAX_FILES = 10
PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
STATUSES: dict[str, Literal["sent", "delivered", "read", "failed"]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
    "undelivered": "failed",
    "canceled": "failed",
}
WHATSAPP = "whatsapp:"


class Media(NamedTuple):
    """A file that Twilio keeps for us."""

    url: str
    media_type: str


def field(form: Form, name: str) -> str:
    """A field that every such form has. Raises UnreadableRequestError where it is missing."""
    if not form.get(name):
        raise UnreadableRequestError(f"Twilio's form has no {name}.")
    return form[name]


def thread_of(customer: str, ours: str) -> str:
    return f"{customer} {ours}"


def consent_of(kind: str, form: Form, at: datetime) -> ConsentChange | None:
    """A STOP or START. Twilio's own verdict (`OptOutType`) counts where there is one, else the words that are usual.

    YES starts again too, but only after a STOP; before one it is an answer, so it gets an id of its own. In the other
    cases the message is the consent and its id is taken, whatever a list without `OptOutType` makes of the message.
    """
    verdict, yes = _verdict(kind, form), folded(form.get("Body", "")) == "yes"
    if verdict is None and (form.get("OptOutType") or not yes):
        return None
    sid = field(form, "MessageSid")
    return ConsentChange(
        channel=kind,
        event_id=sid if verdict else f"{sid}-consent",
        at=at,
        thread=thread_of(field(form, "From"), field(form, "To")),
        opted_out=verdict == "stop",
    )


def is_answered_by_twilio(kind: str, form: Form) -> bool:
    """STOP and START are consent and no message; a HELP with an `OptOutType` got Twilio's answer already."""
    return bool(form.get("OptOutType")) or _verdict(kind, form) is not None


def _verdict(kind: str, form: Form) -> Consent | None:
    """Only an account with `OptOutType` takes words on WhatsApp, so there `Cancel` is an answer like any other."""
    text = form.get("OptOutType") or form.get("Body", "")
    return consent_in(text, network=kind != "whatsapp")


def is_word_for_help(form: Form) -> bool:
    """HELP, which Twilio answers by itself as a rule."""
    return form.get("Body", "").strip().upper() in HELP_WORDS


def media_of(form: Form) -> list[Media]:
    """The files of a message, as Twilio numbers them."""
    stated = form.get("NumMedia", "0")
    count = min(int(stated), MAX_FILES) if stated.isdecimal() else 0
    return [Media(field(form, f"MediaUrl{n}"), form.get(f"MediaContentType{n}", "")) for n in range(count)]


def message_of(
    kind: str,
    form: Form,
    at: datetime,
    *,
    verified: bool,
    files: Sequence[InboundFile] = (),
    notes: Sequence[str] = (),
) -> InboundMessage:
    """The message; `notes` tell in its text what became of files that did not come along."""
    sid, customer, ours = (field(form, name) for name in ("MessageSid", "From", "To"))
    number = customer.removeprefix(WHATSAPP)
    address: Address = {"to": customer, "from": ours, "message_sid": sid}
    text = "\n".join(part for part in (form.get("Body", ""), _place(form), *notes) if part)
    if not files and not any(letter.isprintable() and not letter.isspace() for letter in text):
        text = EMPTY
    return InboundMessage(
        channel=kind,
        event_id=sid,
        at=at,
        thread=thread_of(customer, ours),
        sender=Sender(
            phone=dialled_today(number) if PHONE_NUMBER.fullmatch(number) else None,
            external_id=form.get("WaId", "")[:100] or None,
            name=form.get("ProfileName", "")[:200] or None,
            verified=verified,
        ),
        address=address,
        text=text[:MAX_MESSAGE_CHARACTERS],
        files=tuple(files),
    )


def _place(form: Form) -> str:
    """A location that the customer shared, in words."""
    if not (form.get("Latitude") and form.get("Longitude")):
        return ""
    named = ", ".join(form[name] for name in ("Label", "Address") if form.get(name))
    return f"[Location: {named + ', ' if named else ''}{form['Latitude']}, {form['Longitude']}]"


def reports_of(kind: str, form: Form, first_part: str | None, at: datetime) -> list[AnyInboundEvent]:
    """What became of a message of ours; the further parts of a long one report under the id of the first."""
    sid, stated = field(form, "MessageSid"), field(form, "MessageStatus")
    code = form.get("ErrorCode", "")
    events: list[AnyInboundEvent] = []
    if stated in STATUSES:
        report = DeliveryReport(
            channel=kind,
            event_id=f"{sid}-{stated}",
            at=at,
            provider_message_id=first_part or sid,
            status=STATUSES[stated],
            code=code,
        )
        events.append(report)
    if code == str(OPTED_OUT):
        thread = thread_of(field(form, "To"), field(form, "From"))
        events.append(ConsentChange(channel=kind, event_id=f"{sid}-stopped", at=at, thread=thread, opted_out=True))
    return events
