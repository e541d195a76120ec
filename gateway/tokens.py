"""Chat tokens: who holds one may speak in exactly one conversation until it expires. Pure functions."""

import base64
import hashlib
import hmac
from datetime import datetime

from pydantic import ValidationError

from domain.conversation.messages import ConversationId
from domain.model import Frozen

_CONTEXT = b"holdfast chat token v1\x00"


class ChatToken(Frozen):
    """What a token says; opaque references only, since the browser can read it."""

    conversation_id: ConversationId
    organisation: str
    customer_id: str | None = None
    expires_at: datetime


class BadTokenError(Exception):
    """The token is not ours, is for something else, or has expired; the text is safe to show."""


class WrongConversationError(BadTokenError):
    """The token is ours, and opens another conversation."""


def sign_token(token: ChatToken, secret: str) -> str:
    """`<payload>.<HMAC-SHA-256>`, both URL-safe base64 without padding."""
    payload = _encode(token.model_dump_json().encode())
    return f"{payload}.{_encode(_mac(payload, secret))}"


def read_token(text: str, *, conversation_id: str, secret: str, now: datetime) -> ChatToken:
    """The token, when it is ours, for this conversation, and has not expired; BadTokenError otherwise."""
    payload, _, mac = text.partition(".")
    if not hmac.compare_digest(mac.encode(), _encode(_mac(payload, secret)).encode()):
        raise BadTokenError("The chat token is not valid. Start a new session.")
    try:
        token = ChatToken.model_validate_json(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, ValidationError) as error:
        raise BadTokenError("The chat token is not valid. Start a new session.") from error
    if token.conversation_id != conversation_id:
        raise WrongConversationError(
            "The chat token is for another conversation. Use the one that came with this session."
        )
    if token.expires_at <= now:
        raise BadTokenError("The chat token has expired. Start a new session.")
    return token


def _mac(payload: str, secret: str) -> bytes:
    return hmac.new(secret.encode(), _CONTEXT + payload.encode(), hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
