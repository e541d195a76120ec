"""Tickets, comments and ratings as events, without a client."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.delivery.inbound import InboundFile, InboundMessage
from integrations.channels.base import ForgedRequestError, UnreadableRequestError, WebhookRequest
from integrations.helpdesk.zendesk.tickets import (
    Attachment,
    Comment,
    Ticket,
    User,
    changed_ticket,
    comment_event,
    comment_id,
    concerns_us,
    rating_event,
    readable,
    sent_comment,
    verify_signature,
)

AT = datetime(2021, 3, 25, 5, 9, 27, tzinfo=UTC)
SECRET = "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ=="
STAMP = "2021-03-25T05:09:27Z"
BODY = b'{"greeting": "hello"}'
SIGNATURE = "PN2JAbpqbNcnc6QYQw7b1/Bw4aGveZxPBvI0GUMBii0="


def request(**more: Any) -> WebhookRequest:
    headers = {"x-zendesk-webhook-signature": SIGNATURE, "x-zendesk-webhook-signature-timestamp": STAMP}
    values = {"method": "POST", "url": "https://x", "headers": headers, "body": BODY, "received_at": AT}
    return WebhookRequest.model_validate({**values, **more})


def ticket(**more: Any) -> Ticket:
    values = {"id": 7, "requester_id": 20, "status": "open", "updated_at": AT, "subject": "Seats"}
    return Ticket.model_validate({**values, **more})


def comment(**more: Any) -> Comment:
    values = {"id": 1, "author_id": 20, "created_at": AT, "public": True, "plain_body": "How do I add one?"}
    return Comment.model_validate({**values, **more})


def user(**more: Any) -> User:
    return User.model_validate({"id": 20, "role": "end-user", "verified": True, **more})


def message(**more: Any) -> InboundMessage:
    event = comment_event(ticket(), comment(), user(**more), [], is_first=False)
    assert isinstance(event, InboundMessage)
    return event


def test_the_signature_is_over_timestamp_and_body() -> None:
    """The expected value was computed with OpenSSL: `printf '%s%s' "$STAMP" "$BODY" | openssl dgst -sha256 -hmac …`."""
    verify_signature(SECRET, request())
    with pytest.raises(ForgedRequestError):
        verify_signature("other", request())


@pytest.mark.parametrize("minute", [4, 14])
def test_a_signature_is_good_for_five_minutes(minute: int) -> None:
    received_at = AT.replace(minute=minute)
    verify_signature(SECRET, request(received_at=received_at))
    with pytest.raises(ForgedRequestError, match="five minutes"):
        verify_signature(SECRET, request(received_at=received_at.replace(second=28 if minute == 14 else 26)))


def test_a_signed_timestamp_that_is_no_time() -> None:
    signature = base64.b64encode(hmac.new(SECRET.encode(), b"today" + BODY, hashlib.sha256).digest()).decode()
    headers = {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": "today"}
    with pytest.raises(ForgedRequestError, match="no time"):
        verify_signature(SECRET, request(headers=headers))


def test_an_event_names_its_ticket() -> None:
    event = b'{"type": "zen:event-type:ticket.comment_added", "time": "2026-11-21T12:00:00.5Z", "detail": {"id": "7"}}'
    found = changed_ticket(event)
    assert found is not None
    assert (found.ticket_id, found.at.microsecond) == (7, 500_000)
    assert changed_ticket(event.replace(b"comment_added", b"tags_changed")) is None
    for body in (b"", b"[]", event.replace(b'"7"', b'"x"')):
        with pytest.raises(UnreadableRequestError):
            changed_ticket(body)


@pytest.mark.parametrize(
    ("more", "concerns"),
    [
        ({}, True),
        ({"public": False}, False),
        ({"author_id": 99}, False),
        ({"author_id": -1}, False),
        ({"metadata": {"flags": [4]}}, False),
        ({"metadata": {"flags": [2]}}, True),
        ({"plain_body": " \N{NO-BREAK SPACE}"}, False),
        ({"plain_body": "", "attachments": [{"file_name": "a", "content_url": "b"}]}, True),
    ],
)
def test_what_concerns_us(more: dict[str, Any], concerns: bool) -> None:
    assert concerns_us(comment(**more), our_id=99) is concerns


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Seats", "Seats\n\nHow do I add one?"),
        ("How do I add one?", "How do I add one?"),
        ("How do I…", "How do I add one?"),
        (None, "How do I add one?"),
    ],
)
def test_the_first_comment_has_the_subject_unless_it_repeats_it(subject: str | None, text: str) -> None:
    event = comment_event(ticket(subject=subject), comment(), user(), [], is_first=True)
    assert isinstance(event, InboundMessage)
    assert event.text == text


@pytest.mark.parametrize("where", ["from", "from_"])
def test_a_follow_up_continues_the_closed_ticket(where: str) -> None:
    via = {"channel": "email", "source": {where: {"ticket_id": 3}, "rel": "follow_up"}}
    assert ticket(via=via).followed_up == ("3",)
    assert ticket(via={**via, "source": {where: {}, "rel": None}}).followed_up == ()


def test_another_end_user_of_the_ticket_is_a_customer_and_a_stranger_is_not() -> None:
    theirs = comment(author_id=21)
    assert comment_event(ticket(), theirs, user(id=21), [], is_first=False).kind == "message"
    assert comment_event(ticket(), theirs, user(id=21, role="agent"), [], is_first=False).kind == "colleague_reply"
    assert comment_event(ticket(), theirs, None, [], is_first=False).kind == "colleague_reply"
    mine = comment_event(ticket(), comment(), None, [], is_first=False)
    assert isinstance(mine, InboundMessage)
    assert not mine.sender.verified


@pytest.mark.parametrize(("phone", "kept"), [("+49 (30) 12-34.56", "+4930123456"), ("030 123456", None), (None, None)])
def test_a_phone_number_is_kept_in_e164_only(phone: str | None, kept: str | None) -> None:
    assert message(phone=phone).sender.phone == kept


def test_an_identity_is_never_cut() -> None:
    sender = message(external_id="x" * 101, email=f"{'x' * 250}@example.org", name="N" * 300).sender
    assert (sender.contact_id, sender.email, len(sender.name or "")) == (None, None, 200)


def test_a_long_text_of_a_colleague_is_cut() -> None:
    long = comment(author_id=21, plain_body="x" * 30_000)
    event = comment_event(ticket(), long, user(id=21, role="agent"), [], is_first=False)
    assert event.kind == "colleague_reply"
    assert len(event.text) == 20_000


def test_a_colleague_who_sends_only_a_file_has_answered() -> None:
    screenshot = InboundFile(name="steps.png", media_type="image/png", content=b"a")
    event = comment_event(
        ticket(), comment(author_id=21, plain_body=" "), user(id=21, role="agent"), [screenshot], is_first=False
    )
    assert (event.kind, event.text) == ("colleague_reply", "[File: steps.png]")


def test_files_that_were_not_fetched_are_named() -> None:
    files: list[Attachment | InboundFile] = [
        Attachment(file_name="big.zip", content_url="x", size=10**9),
        InboundFile(name="a.txt", media_type="text/plain", content=b"a"),
    ]
    event = comment_event(ticket(), comment(), user(), files, is_first=False)
    assert isinstance(event, InboundMessage)
    assert event.text.endswith("[File that was not fetched: big.zip]")
    assert [file.name for file in event.files] == ["a.txt"]


@pytest.mark.parametrize(
    ("rating", "score"),
    [({"score": "good", "id": 5}, "good"), ({"score": "bad"}, "bad"), ({"score": "offered"}, None), (None, None)],
)
def test_a_rating_is_an_event_of_its_own(rating: dict[str, Any] | None, score: str | None) -> None:
    event = rating_event(ticket(satisfaction_rating=rating))
    assert (event.score if event else None) == score


def test_a_changed_rating_is_another_event() -> None:
    events = [rating_event(ticket(satisfaction_rating={"id": 5, "score": score})) for score in ("good", "bad")]
    assert [event.event_id for event in events if event] == ["rating-5-good", "rating-5-bad"]


def test_a_comment_that_follows_a_rating_is_another_event() -> None:
    ratings: list[dict[str, Any]] = [{"comment": comment} for comment in ("", "Thanks!", "Thanks!", "Thanks a lot!")]
    events = [rating_event(ticket(satisfaction_rating={"id": 5, "score": "good"} | rating)) for rating in ratings]
    assert [event.comment for event in events if event] == ["", "Thanks!", "Thanks!", "Thanks a lot!"]
    assert len({event.event_id for event in events if event}) == 3


def test_our_comment_is_known_by_the_key_in_its_audit() -> None:
    audit = {"id": 1, "metadata": {"custom": {"holdfast_key": "k"}}, "events": [{"id": 2, "type": "Comment"}]}
    assert sent_comment([{"id": 0, "metadata": None}, audit], "k") == "2"
    assert sent_comment([audit], "other") is None
    assert comment_id({"id": 1, "events": []}) == "audit-1"


def test_what_has_no_id_has_one_by_its_content() -> None:
    found = [readable(Ticket, [{"subject": subject}], AT)[1][0].event_id for subject in ("a", "a", "b")]
    assert found[0] == found[1] != found[2]
