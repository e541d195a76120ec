"""Our mails: built so that they thread in the common mail programs, and so that no value can add a header."""

from datetime import datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr

from domain.conversation.messages import Author
from domain.errors import InvalidInputError
from domain.model import Frozen
from integrations.channels.base import OutboundFile, OutboundMessage
from integrations.channels.email.headers import clean, one_line
from integrations.channels.email.threading import MailAddress, own_message_id, plus_address, reply_subject, shortened

WIRE = compat32.clone(linesep="\r\n", max_line_length=0)
"""Folds nothing of itself: some programs do not find a Message-ID that begins on its second line."""

QUOTED_PRINTABLE = Charset("utf-8")
QUOTED_PRINTABLE.body_encoding = QP


class Sending(Frozen):
    """How our mails look."""

    own: str
    name: str = ""
    plus_address: bool = False
    subject_token: bool = False


def compose(message: OutboundMessage, address: MailAddress, sending: Sending, at: datetime) -> Message:
    """The mail of a message. Two attempts differ in their date alone. Raises InvalidInputError."""
    mail = Message(WIRE)
    subject = reply_subject(one_line(address.subject), address.thread if sending.subject_token else None)
    mail["From"] = formataddr((one_line(sending.name), sending.own))
    mail["To"] = recipient(address)
    mail["Subject"] = subject if subject.isascii() else Header(subject, "utf-8", header_name="Subject").encode()
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = own_message_id(message.idempotency_key, address.thread, sending.own)
    if address.references:
        mail["In-Reply-To"] = one_line(address.references[-1])
        mail["References"] = "\n ".join(one_line(one) for one in shortened(address.references))
    if sending.plus_address:
        mail["Reply-To"] = formataddr((one_line(sending.name), plus_address(sending.own, address.thread)))
    if message.author is not Author.HUMAN_AGENT:
        mail["Auto-Submitted"] = "auto-replied"
        mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if message.files:
        mail["Content-Type"] = "multipart/mixed"
        mail.set_payload([_text(message.text), *map(_attached, message.files)])
    else:
        mail.set_payload(clean(message.text), QUOTED_PRINTABLE)
    return mail


def _text(text: str) -> Message:
    part = Message(WIRE)
    part.set_payload(clean(text), QUOTED_PRINTABLE)
    return part


def _attached(file: OutboundFile) -> Message:
    part = Message(WIRE)
    part["Content-Type"] = file.media_type
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", one_line(file.name)))
    part.set_payload(file.content)
    encode_base64(part)
    return part


def recipient(address: MailAddress) -> str:
    """The address as servers take it. Raises InvalidInputError for a name that few servers do."""
    local, _, domain = one_line(address.to).rpartition("@")
    try:
        return f"{local.encode('ascii').decode()}@{domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise InvalidInputError("The customer's address has letters that mail servers do not take.") from error
