"""Search attributes follow the state, are written when they change, and hold nothing that a filter cannot find."""

from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from domain.conversation.ownership import Owner, Status
from domain.conversation.requests import StartConversation
from domain.conversation.state import ConversationState
from domain.conversation.turn import Reason
from domain.search_attributes import SEARCH_ATTRIBUTES
from workflows.conversation.summary import KEYS, attribute_updates, searchable

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DEADLINE = SearchAttributeKey.for_datetime("NextDeadline")
NOTHING = TypedSearchAttributes([])
START = StartConversation(organisation="bikeshop", conversation_id="cv_00000001")


def _state(**values: Any) -> ConversationState:
    return ConversationState.model_validate({"start": START, **values})


def _written(state: ConversationState, current: TypedSearchAttributes = NOTHING) -> dict[str, Any]:
    return {update.key.name: update.value for update in attribute_updates(state, current)}


def _present(values: dict[str, Any]) -> TypedSearchAttributes:
    return TypedSearchAttributes(
        [SearchAttributePair(KEYS[SEARCH_ATTRIBUTES[name].kind](name), value) for name, value in values.items()]
    )


def test_a_new_conversation_writes_what_it_has() -> None:
    state = _state()
    assert _written(state) == {
        "ConversationStatus": "open",
        "Channel": state.channel,
        "OwnerKind": state.owner.kind,
        "Organisation": "bikeshop",
    }


def test_what_did_not_change_is_not_written() -> None:
    state = _state(ai_agent="service", escalation_reason="asked", snoozed_until=NOON)
    assert _written(state, _present(_written(state))) == {}


@pytest.mark.parametrize(
    ("change", "written"),
    [
        ({"status": Status.RESOLVED}, {"ConversationStatus": "resolved"}),
        ({"ai_agent": "billing"}, {"AiAgent": "billing"}),
        ({"owner": Owner(kind="human_agent", id="anna")}, {"OwnerKind": "human_agent"}),
        ({"escalation_reason": "asked"}, {"EscalationReason": "asked"}),
        ({"snoozed_until": NOON}, {"NextDeadline": NOON}),
    ],
)
def test_only_a_change_is_written(change: dict[str, Any], written: dict[str, Any]) -> None:
    assert _written(_state(**change), _present(_written(_state()))) == written


def test_a_deadline_that_is_over_is_taken_away() -> None:
    before = _present({**_written(_state()), "NextDeadline": NOON})
    assert _written(_state(), before) == {"NextDeadline": None}


def test_a_reason_that_was_given_once_stays_to_be_searched_for() -> None:
    before = _present({**_written(_state()), "EscalationReason": "asked"})
    assert _written(_state(), before) == {}


def test_a_count_that_falls_to_zero_is_written() -> None:
    before = _present({**_written(_state()), "PendingApprovals": 1})
    assert _written(_state(), before) == {"PendingApprovals": 0}


@pytest.mark.parametrize(
    "value", [*(one.value for one in Reason), *(one.value for one in Status), "web_chat", "ai-agent_2"]
)
def test_our_own_values_stay_as_they_are(value: str) -> None:
    assert searchable(value) == value


@pytest.mark.parametrize("mark", ['"', "'", "\\", "`", "\n", "\r", "\t", "\x00", "%", "’"])
def test_what_a_list_filter_cannot_find_is_replaced(mark: str) -> None:
    assert searchable(f"customer{mark}s wish") == "customer_s wish"


def test_letters_of_every_language_stay() -> None:
    assert searchable("Kündigung 解約 (später)") == "Kündigung 解約 (später)"
