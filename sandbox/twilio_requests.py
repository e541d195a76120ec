"""What Twilio accepts and how it refuses: its error bodies, signatures, and the shapes of its resources."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

API = "/2010-04-01"
ERRORS_PAGE = "https://www.twilio.com/docs/errors"
ADDRESS = re.compile(r"(?:whatsapp:)?\+[1-9][0-9]{6,14}")
MAX_BODY_CHARACTERS = 1600
RETRIED = {"all", "5xx"}


class RefusedError(Exception):
    """A refusal as Twilio words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def response(self) -> Response:
        body = {
            "code": self.code,
            "message": str(self),
            "more_info": f"{ERRORS_PAGE}/{self.code}",
            "status": self.status,
        }
        return JSONResponse(body, status_code=self.status)


class Number(BaseModel):
    """A number of the account."""

    phone_number: str
    sms_url: str = ""
    voice_url: str = ""
    sms: bool = True
    voice: bool = True


class Media(BaseModel):
    """A file of a message; `sid` is Twilio's id of it."""

    sid: str
    media_type: str
    content: bytes


class Message(BaseModel):
    """A message as the API shows it, and where its status is reported."""

    sid: str
    from_: str
    to: str
    body: str
    direction: str
    status: str
    created: datetime
    error_code: int | None = None
    status_callback: str = ""
    media: list[Media] = []


class Picture(BaseModel):
    """A file that a customer sends along, base64."""

    media_type: str = "image/jpeg"
    content: str

    def decoded(self) -> bytes:
        """Raises RefusedError."""
        try:
            return base64.b64decode(self.content, validate=True)
        except ValueError:
            raise RefusedError(400, 20001, "The content of a file is not base64") from None


class Written(BaseModel):
    """What a customer writes; `whatsapp:` before both numbers for WhatsApp."""

    from_: str
    to: str
    body: str = ""
    media: list[Picture] = []
    extra: dict[str, str] = {}


class Calls(BaseModel):
    """Somebody calls."""

    from_: str
    to: str


class Speaks(BaseModel):
    """What a caller says; nothing is silence."""

    text: str = ""
    hangs_up: bool = False


def new_sid(prefix: str) -> str:
    return f"{prefix}{secrets.token_hex(16)}"


def tries(url: str) -> int:
    """How often Twilio tries an address: once, or as its connection overrides say, as in `#rc=5&rp=all`."""
    overrides = dict(parse_qsl(url.partition("#")[2]))
    return 1 + int(overrides.get("rc", "1")) if overrides.get("rp") in RETRIED else 1


def sign(auth_token: str, url: str, form: Mapping[str, str]) -> str:
    """X-Twilio-Signature: the address and the fields in the order of their names, keyed with the auth token."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(auth_token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def checked_message(form: Mapping[str, str]) -> tuple[str, str, str]:
    """To, from and body of a message to be sent. Raises RefusedError."""
    to, from_, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
    if not to:
        raise RefusedError(400, 21604, "A 'To' phone number is required.")
    if not from_:
        raise RefusedError(400, 21603, "A 'From' phone number is required.")
    if not body:
        raise RefusedError(400, 21602, "Message body is required.")
    if not ADDRESS.fullmatch(to):
        raise RefusedError(400, 21211, f"Invalid 'To' Phone Number: {to}")
    if to == from_:
        raise RefusedError(400, 21266, f"'To' and 'From' number cannot be the same: {to}")
    if to.startswith("whatsapp:") != from_.startswith("whatsapp:"):
        raise RefusedError(400, 21910, "Invalid From and To pair. From and To should be of the same channel")
    if len(body) > MAX_BODY_CHARACTERS:
        raise RefusedError(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    callback = form.get("StatusCallback", "")
    if callback and urlsplit(callback).scheme not in ("http", "https"):
        raise RefusedError(400, 21609, f"The StatusCallback URL {callback} is not a valid URL.")
    return to, from_, body


def message_resource(account_sid: str, message: Message) -> dict[str, Any]:
    where = f"{API}/Accounts/{account_sid}/Messages/{message.sid}"
    at = format_datetime(message.created)
    return {
        "account_sid": account_sid,
        "api_version": API[1:],
        "body": message.body,
        "date_created": at,
        "date_sent": None if message.status in ("accepted", "queued") else at,
        "date_updated": at,
        "direction": message.direction,
        "error_code": message.error_code,
        "error_message": None,
        "from": message.from_,
        "messaging_service_sid": None,
        "num_media": str(len(message.media)),
        "num_segments": "1",
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{where}/Media.json"},
        "to": message.to,
        "uri": f"{where}.json",
    }


def media_path(account_sid: str, message_sid: str, media: Media) -> str:
    return f"{API}/Accounts/{account_sid}/Messages/{message_sid}/Media/{media.sid}"


def media_resource(account_sid: str, message_sid: str, media: Media) -> dict[str, Any]:
    return {
        "account_sid": account_sid,
        "content_type": media.media_type,
        "parent_sid": message_sid,
        "sid": media.sid,
        "uri": f"{media_path(account_sid, message_sid, media)}.json",
    }


def number_resource(account_sid: str, number: Number) -> dict[str, Any]:
    sid = f"PN{hashlib.md5(number.phone_number.encode(), usedforsecurity=False).hexdigest()}"
    return {
        "account_sid": account_sid,
        "api_version": API[1:],
        "capabilities": {"fax": False, "mms": number.sms, "sms": number.sms, "voice": number.voice},
        "friendly_name": number.phone_number,
        "phone_number": number.phone_number,
        "sid": sid,
        "sms_method": "POST",
        "sms_url": number.sms_url,
        "status": "in-use",
        "uri": f"{API}/Accounts/{account_sid}/IncomingPhoneNumbers/{sid}.json",
        "voice_method": "POST",
        "voice_url": number.voice_url,
    }


def page(name: str, resources: list[dict[str, Any]], query: Mapping[str, str], path: str) -> dict[str, Any]:
    """One page of a list, with the address of the next."""
    kept = {name: value for name, value in query.items() if name not in ("Page", "PageSize")}
    size, number = _number(query, "PageSize", 50), _number(query, "Page", 0)
    if not 1 <= size <= 1000:
        raise RefusedError(400, 20006, "Page size must be between 1 and 1000")
    start, end = size * number, size * (number + 1)

    def address(place: int) -> str:
        return f"{path}?{urlencode({**kept, 'PageSize': size, 'Page': place})}"

    return {
        name: resources[start:end],
        "page": number,
        "page_size": size,
        "start": start,
        "end": min(end, len(resources)) - 1,
        "uri": address(number),
        "first_page_uri": address(0),
        "next_page_uri": address(number + 1) if end < len(resources) else None,
        "previous_page_uri": None,
    }


def moment(query: Mapping[str, str], name: str) -> datetime:
    """The time or day (UTC) that a filter names, the earliest of all without it. Raises RefusedError."""
    text = query.get(name, "")
    if not text:
        return datetime.min.replace(tzinfo=UTC)
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError(400, 20001, f"Invalid parameter {name}: {text}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isascii() or not text.isdecimal():
        raise RefusedError(400, 20001, f"Invalid parameter {name}: {text}")
    return int(text)
