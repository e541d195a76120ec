"""What crosses the boundary into a conversation: signals as JSON, limits, and instants with a time zone."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS, Attachment, CustomerMessage
from domain.conversation.ownership import Owner, Person
from domain.conversation.requests import AnyRequest, DecideApproval, Snooze, StartConversation, as_it_came, workflow_id
from domain.delivery.channels import WEB_CHAT

REQUEST = TypeAdapter[AnyRequest](AnyRequest)
BY = {"request_id": "r-1", "by": {"id": "anna"}}
MESSAGE = {"message_id": "m-1", "text": "Hello", "received_at": "2026-11-02T09:00:00Z"}


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "take_over", "note": "mine"},
        {"kind": "hand_back", "instruction": "offer a call"},
        {"kind": "send_human_reply", "text": "Hello"},
        {"kind": "snooze", "until": "2026-11-03T09:00:00+01:00"},
        {"kind": "resolve"},
        {"kind": "reopen"},
        {"kind": "change_mode", "mode": "co_pilot"},
        {"kind": "decide_approval", "approval_id": "ap-1", "action": "approve"},
    ],
    ids=lambda fields: fields["kind"],
)
def test_a_request_is_known_by_its_kind(fields: dict[str, Any]) -> None:
    request = REQUEST.validate_python(BY | fields)
    assert request.kind == fields["kind"]
    assert REQUEST.validate_json(request.model_dump_json()) == request


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (CustomerMessage, MESSAGE | {"message_id": ""}),
        (CustomerMessage, MESSAGE | {"message_id": "m" * 201}),
        (CustomerMessage, MESSAGE | {"text": "x" * (MAX_MESSAGE_CHARACTERS + 1)}),
        (CustomerMessage, MESSAGE | {"received_at": "2026-11-02T09:00:00"}),
        (CustomerMessage, MESSAGE | {"channel": "Fax Machine"}),
        (Attachment, {"attachment_id": "a-1", "name": "x" * 256, "media_type": "image/png", "size_bytes": 1}),
        (Attachment, {"attachment_id": "a-1", "name": "x", "media_type": "image/png", "size_bytes": -1}),
        (Person, {"id": ""}),
        (Owner, {"kind": "bot"}),
        (Snooze, BY | {"until": "2026-11-03T09:00:00"}),
        (DecideApproval, BY | {"approval_id": "ap-1", "action": "ignore"}),
        (DecideApproval, BY | {"approval_id": "ap-1", "action": "edit", "text": "x" * (MAX_MESSAGE_CHARACTERS + 1)}),
        (StartConversation, {"organisation": "acme", "conversation_id": "short"}),
        (StartConversation, {"organisation": "acme", "conversation_id": "with a space"}),
        (StartConversation, {"organisation": "Acme", "conversation_id": "cv_test0001"}),
    ],
)
def test_what_does_not_fit_is_refused_at_the_door(model: type, fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        model(**fields)


@pytest.mark.parametrize("fields", [{"text": "my card is 4111"}, MESSAGE | {"channel": "my card is 4111"}])
def test_a_refusal_does_not_quote_the_customer(fields: dict[str, Any]) -> None:
    """The Temporal SDK logs why a signal does not decode."""
    with pytest.raises(ValidationError) as caught:
        CustomerMessage.model_validate(fields)
    assert "4111" not in str(caught.value)


def test_a_message_comes_by_web_chat_unless_it_says_otherwise() -> None:
    message = CustomerMessage.model_validate(MESSAGE | {"text": "x" * MAX_MESSAGE_CHARACTERS})
    assert (message.channel, message.attachments) == (WEB_CHAT, ())


@pytest.mark.parametrize(
    ("owner", "spelled"),
    [
        (Owner(kind="ai_agent", id="billing"), "ai_agent:billing"),
        (Owner(kind="human_agent", id="anna"), "human_agent:anna"),
        (Owner(kind="human_agent"), "human_agent:queue"),
    ],
)
def test_an_owner_spells_itself(owner: Owner, spelled: str) -> None:
    assert str(owner) == spelled


def test_a_conversation_has_one_workflow() -> None:
    assert workflow_id("cv_test0001") == workflow_id("cv_test0001") == "conversation-cv_test0001"


@pytest.mark.parametrize(
    ("fields", "via"),
    [
        ({"kind": "take_over"}, "temporal_ui"),
        ({"kind": "take_over", "via": "console"}, "console"),
        ({"kind": "send_human_reply", "text": "Hello"}, "temporal_ui"),
        ({"kind": "send_human_reply", "text": "Hello", "sent_as": "zd-1"}, None),
        ({"kind": "resolve", "merged": True}, None),
        ({"kind": "resolve"}, "temporal_ui"),
        ({"kind": "report_failure", "message_key": "k"}, None),
    ],
)
def test_how_a_person_came_whom_no_gateway_let_in(fields: dict[str, Any], via: str | None) -> None:
    assert as_it_came(REQUEST.validate_python(BY | fields)).via == via


def test_who_answers_in_a_drafts_stead_came_the_same_way() -> None:
    fields = {"kind": "decide_approval", "approval_id": "ap-1", "action": "answer", "text": "Hello", "via": "slack"}
    reply = DecideApproval.model_validate(BY | fields).answer()
    assert (reply.request_id, reply.text, reply.via, reply.takeover().via) == ("r-1-answer", "Hello", "slack", "slack")
