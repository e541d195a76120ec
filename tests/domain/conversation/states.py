"""States of a conversation, and what they are made of."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.approvals.approval import DEFAULT_RULE, Approval, open_approval
from domain.conversation.activity_models import FetchedContext, OpenedConversation
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Person
from domain.conversation.policy import Policy
from domain.conversation.requests import StartConversation, TakeOver
from domain.conversation.state import ConversationState
from domain.conversation.turn import Draft, Evidence, Usage
from domain.identity.check import IdentityCheck
from domain.specification.organisation import Mode, ServiceLevels

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
START = StartConversation(organisation="acme", conversation_id="cv_test0001")
ANNA = Person(id="anna", roles=("approver",))
AI = Owner(kind="ai_agent", id="general")
QUEUE = Owner(kind="human_agent")
LEVELS = ServiceLevels(resolve_after_silence_hours=72, reopen_days=7, context_max_age_minutes=60)
POLICY = Policy(default_ai_agent="general", service_levels=LEVELS)
OPENED = OpenedConversation(spec_hash="a" * 64, policy=POLICY, owner=AI, mode=Mode.DELEGATION)
CODE = IdentityCheck(check_id="d-1-code", address="a…@v…", until=NOW + HOUR)
TAKE_OVER = TakeOver(request_id="r-1", by=ANNA, via="api")


def state(**changes: Any) -> ConversationState:
    """A state with such fields, by their names in JSON."""
    return ConversationState.model_validate({"start": START, "policy": POLICY} | changes)


def message(number: int) -> CustomerMessage:
    return CustomerMessage(message_id=f"m-{number}", text="Hello", received_at=NOW)


def approval() -> Approval:
    draft = Draft(draft_id="d-1", ai_agent="general", text="Yes.", evidence=Evidence(), usage=Usage(model="fake"))
    return open_approval(draft, approval_id="ap-1", revision=1, reason="supervised", rule=DEFAULT_RULE, now=NOW)


def context(missing: tuple[str, ...] = ()) -> FetchedContext:
    return FetchedContext(context_id="cx_1", fetched_at=NOW, facts=3, matches=1, missing=missing)
