from datetime import UTC, datetime, timedelta

import pytest

from gateway.tokens import BadTokenError, ChatToken, WrongConversationError, read_token, sign_token

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
TOKEN = ChatToken(
    conversation_id="cv_12345678", organisation="acme", customer_id="cu_1", expires_at=NOW + timedelta(days=1)
)
SECRET = "of these tests"
SIGNED = sign_token(TOKEN, SECRET)


def _read(text: str, *, conversation_id: str = "cv_12345678", secret: str = SECRET, now: datetime = NOW) -> ChatToken:
    return read_token(text, conversation_id=conversation_id, secret=secret, now=now)


def test_a_signed_token_is_read_back() -> None:
    assert _read(SIGNED) == TOKEN


def test_a_token_opens_no_other_conversation() -> None:
    with pytest.raises(WrongConversationError, match="another conversation"):
        _read(SIGNED, conversation_id="cv_87654321")


def test_a_token_expires() -> None:
    with pytest.raises(BadTokenError, match="expired"):
        _read(SIGNED, now=TOKEN.expires_at)


@pytest.mark.parametrize(
    "text", ["", ".", "abc", SIGNED[:-2], f"x{SIGNED}", SIGNED.replace(".", ""), "é.ü", f"{SIGNED}="]
)
def test_a_token_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(BadTokenError, match="not valid"):
        _read(text)


def test_another_secret_refuses_the_token() -> None:
    with pytest.raises(BadTokenError, match="not valid"):
        _read(SIGNED, secret="another")


def test_the_payload_cannot_be_exchanged() -> None:
    other = sign_token(TOKEN.model_copy(update={"customer_id": "cu_2"}), SECRET)
    with pytest.raises(BadTokenError, match="not valid"):
        _read(f"{other.split('.')[0]}.{SIGNED.split('.')[1]}")
