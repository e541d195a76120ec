"""The shapes in which rows are read."""

from typing import Any

import pytest
from pydantic import ValidationError

from domain.conversation.ownership import Owner, Status
from domain.specification.organisation import Mode
from storage.views import ConversationView, Notification
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, ownership

ROW: dict[str, Any] = {
    "conversation_id": CONVERSATION,
    "organisation": ORGANISATION,
    "channel": "web_chat",
    "customer_id": None,
    "spec_hash": "h",
    "status": "open",
    "owner_kind": "ai_agent",
    "owner_id": "service",
    "mode": "delegation",
    "revision": 0,
    "turn": 0,
    "last_seq": 0,
    "answered_seq": 0,
    "escalation_reason": None,
    "merged_into": None,
    "snoozed_until": None,
    "resolved_at": None,
    "created_at": NOW,
    "updated_at": NOW,
}


def test_the_two_columns_of_an_owner_become_one() -> None:
    view = ConversationView.of(ROW)
    assert (view.owner, view.status, view.mode) == (Owner(kind="ai_agent", id="service"), Status.OPEN, Mode.DELEGATION)


@pytest.mark.parametrize("change", [{"owner_kind": "robot"}, {"status": "lost"}, {"mode": "autopilot"}])
def test_a_row_that_this_version_does_not_understand_is_an_error(change: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        ConversationView.of(ROW | change)


async def test_every_column_of_a_conversation_is_one_that_the_view_knows(stage: Stage) -> None:
    """A column that is added to the table must be added to the view, or be left out on purpose."""
    row = await stage.database.fetchrow("SELECT * FROM conversations WHERE conversation_id = $1", CONVERSATION)
    assert row is not None
    of_the_view = {*ConversationView.model_fields, "owner_kind", "owner_id"} - {"owner"}
    assert of_the_view <= set(row.keys())
    assert ConversationView.of(dict(row)) == await stage.conversation()


async def test_a_conversation_is_read_with_its_owner_of_now(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    assert (await stage.conversation()).owner == Owner(kind="human_agent", id="anna")


def test_an_announcement_of_an_unknown_kind_is_refused() -> None:
    assert Notification(kind="resync").conversation_id is None
    with pytest.raises(ValidationError):
        Notification.model_validate({"kind": "gossip"})
