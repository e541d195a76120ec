"""How a state travels: into the next run, and between workers of two versions."""

import json
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from domain.conversation.activity_models import OpenedConversation
from domain.conversation.state import FLAT_NAMES, ConversationState
from tests.domain.conversation.states import NOW, OPENED, START, state

FORMER = Path(__file__).with_name("former_state.json")
HISTORIES = sorted((Path(__file__).parents[2] / "replay" / "histories").glob("*.json"))


def test_everything_survives_the_way_into_the_next_run() -> None:
    busy = ConversationState.model_validate_json(FORMER.read_text())
    assert ConversationState.model_validate_json(busy.model_dump_json()) == busy
    assert ConversationState.model_validate(busy.model_dump()) == busy


@pytest.mark.parametrize("given", ["a text", ["start"], None])
def test_what_is_no_object_is_refused(given: object) -> None:
    with pytest.raises(ValidationError, match="valid dictionary"):
        ConversationState.model_validate(given)


def test_a_state_of_the_version_before_is_read_and_written_as_it_was() -> None:
    former = json.loads(FORMER.read_text())
    written = json.loads(ConversationState.model_validate(former).model_dump_json())
    assert known_then(written, former) == former
    defaults = json.loads(ConversationState(start=START).model_dump_json())
    unchanged = {name for name, value in former.items() if value == defaults[name]}
    assert unchanged == {"start"}


def known_then(written: Any, former: Any) -> Any:
    """Without the fields that the version before does not have."""
    if isinstance(written, dict) and isinstance(former, dict):
        return {name: known_then(value, former[name]) for name, value in written.items() if name in former}
    if isinstance(written, list) and isinstance(former, list) and len(written) == len(former):
        return [known_then(*pair) for pair in zip(written, former, strict=True)]
    return written


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_the_states_of_stored_histories_are_read_and_written_as_they_were(path: Path) -> None:
    states = list(states_of(path))
    assert states
    for stored in states:
        written = json.loads(ConversationState.model_validate_json(json.dumps(stored)).model_dump_json())
        assert known_then(written, stored) == stored


def states_of(path: Path) -> Iterator[dict[str, Any]]:
    """The arguments of the runs in a history: where it started, and where it continued as new."""
    for event in json.loads(path.read_text())["events"]:
        for kind in ("workflowExecutionStartedEventAttributes", "workflowExecutionContinuedAsNewEventAttributes"):
            for payload in event.get(kind, {}).get("input", {}).get("payloads", []):
                yield json.loads(b64decode(payload["data"]))


def test_no_two_groups_have_a_field_of_the_same_name() -> None:
    names = [name for flat in FLAT_NAMES.values() for name in flat]
    assert len(names) == len(set(names))
    assert not {*names} & {*ConversationState.model_fields}


def test_conversations_of_one_specification_hold_its_policy_once() -> None:
    """However it came: from the store, or with the state from the run before."""
    opened = [OpenedConversation.model_validate_json(OPENED.model_dump_json()) for _ in range(2)]
    states = [state(), state()]
    for one, found in zip(states, opened, strict=True):
        one.adopt(found, NOW)
    states += [ConversationState.model_validate_json(one.model_dump_json()) for one in states]

    assert {id(one.policy) for one in states} == {id(states[0].opened_policy)}
    assert states[0].policy == OPENED.policy
