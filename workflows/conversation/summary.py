"""The workflow summary: what the Temporal UI shows of a conversation (search attributes, current details)."""

import re
from collections.abc import Callable
from typing import Any

from temporalio.common import SearchAttributeKey, SearchAttributeUpdate, TypedSearchAttributes

from domain.conversation.ownership import Status
from domain.conversation.state import ConversationState
from domain.conversation.turn import Draft
from domain.search_attributes import SEARCH_ATTRIBUTES, Kind
from domain.specification.languages import writes_in

KEYS: dict[Kind, Callable[[str], SearchAttributeKey[Any]]] = {
    "Keyword": SearchAttributeKey.for_keyword,
    "Int": SearchAttributeKey.for_int,
    "Datetime": SearchAttributeKey.for_datetime,
}

UNSEARCHABLE = re.compile(r"[^\w .,:;/()+-]")

WAITS = {
    Status.OPEN: "the customer",
    Status.AWAITING_APPROVAL: "a person's decision",
    Status.WITH_HUMAN: "a human agent",
    Status.SNOOZED: "the end of the snooze",
    Status.RESOLVED: "nothing; a new message reopens it",
}


def attribute_updates(state: ConversationState, current: TypedSearchAttributes) -> list[SearchAttributeUpdate[Any]]:
    """Only what changed, so that a plain turn writes none. A keyword that was set once keeps its last value."""
    updates: list[SearchAttributeUpdate[Any]] = []
    for name, attribute in SEARCH_ATTRIBUTES.items():
        key, value = KEYS[attribute.kind](name), attribute.value(state)
        if isinstance(value, str):
            value = searchable(value)
        before = current.get(key)
        if value == before or (before is None and not value):
            continue
        if value is not None:
            updates.append(key.value_set(value))
        elif attribute.kind == "Datetime":
            updates.append(key.value_unset())
    return updates


def searchable(value: str) -> str:
    """A value as list filters find it: the development server finds none with quotes or backslashes in it."""
    return UNSEARCHABLE.sub("_", value)


def details(state: ConversationState) -> str:
    """Markdown for the top of the workflow's page: who owns it, what it waits for, since when."""
    approval, parked_since, reason = state.approval, state.waiting.parked_since, state.lifecycle.escalation_reason
    person = state.waiting.for_person
    lines = [
        f"**{state.status.value.replace('_', ' ')}** · owner `{state.owner}` · turn {state.answering.turn}",
        f"Waits for {WAITS[state.status]} since {state.shown.since:%Y-%m-%d %H:%M:%S} UTC",
        f"Approval `{approval.approval_id}` ({approval.reason}), rule `{approval.rule}`" if approval else "",
        f"Parked since {parked_since:%Y-%m-%d %H:%M:%S} UTC: the model does not answer" if parked_since else "",
        f"Escalated: {reason}" if reason else "",
        f"For a person's reply since {person.since:%Y-%m-%d %H:%M:%S} UTC, {person.who} asked" if person else "",
        _journeys(state),
        f"Last answer: {state.shown.last_answer}" if state.shown.last_answer else "",
        f"Specification `{state.spec_hash[:12]}`" if state.spec_hash else "",
    ]
    return "\n\n".join(line for line in lines if line)


def _journeys(state: ConversationState) -> str:
    """How many the customer is on, and whether one of them waits for an answer, or for the conversation."""
    journeys = state.journeys
    if not journeys.active:
        return ""
    waits = "; an answer is waited for" if journeys.question else ""
    held = f"; {len(journeys.steps)} step(s) wait" if journeys.steps else ""
    return f"On {len(journeys.active)} journey(s){waits}{held}"


def why_escalated(reason: str, draft: Draft | None) -> str:
    """For people, e.g. `asked_for_person, writes in Portuguese`."""
    language = draft.evidence.unsupported_language if draft else None
    return f"{reason}, {writes_in(language)}" if language else reason
