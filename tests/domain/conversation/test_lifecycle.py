"""The transitions of a lifecycle: one by one over every owner and status, and in any sequence."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from domain.approvals.approval import DEFAULT_RULE, Approval, open_approval
from domain.conversation.activity_models import OpenedConversation, StatusChanged
from domain.conversation.lifecycle import Lifecycle
from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Owner, Person, Position, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import Resolve, StartConversation
from domain.conversation.state import ConversationState
from domain.conversation.turn import Draft, Evidence, Usage
from domain.errors import ConflictError
from domain.specification.organisation import Mode

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
AI = Owner(kind="ai_agent", id="general")
ANNA = Owner(kind="human_agent", id="anna")
QUEUE = Owner(kind="human_agent")
PEOPLE = ("anna", "ben")


def approval(revision: int, approval_id: str = "ap-1") -> Approval:
    draft = Draft(draft_id="d-1", ai_agent="general", text="Yes.", evidence=Evidence(), usage=Usage(model="fake"))
    return open_approval(
        draft, approval_id=approval_id, revision=revision, reason="supervised", rule=DEFAULT_RULE, now=NOW
    )


def lifecycle_of(owner: Owner, status: Status, *, waits: bool = False) -> Lifecycle:
    return Lifecycle(
        owner=owner,
        status=status,
        revision=4,
        approval=approval(4) if waits else None,
        snoozed_until=LATER if status is Status.SNOOZED else None,
        resolved_at=NOW if status is Status.RESOLVED else None,
    )


POSITIONS = {
    "ai open": lifecycle_of(AI, Status.OPEN),
    "ai awaiting": lifecycle_of(AI, Status.AWAITING_APPROVAL, waits=True),
    "ai snoozed": lifecycle_of(AI, Status.SNOOZED),
    "ai snoozed awaiting": lifecycle_of(AI, Status.SNOOZED, waits=True),
    "ai resolved": lifecycle_of(AI, Status.RESOLVED),
    "human": lifecycle_of(ANNA, Status.WITH_HUMAN),
    "human snoozed": lifecycle_of(ANNA, Status.SNOOZED),
    "human resolved": lifecycle_of(ANNA, Status.RESOLVED),
}
"""Every combination of owner, status and open approval that there is."""

TRANSITIONS: dict[str, Callable[[Lifecycle], Lifecycle]] = {
    "move_on": Lifecycle.move_on,
    "take_over": lambda before: before.take_over("ben"),
    "hand_back": lambda before: before.hand_back("billing"),
    "escalate": lambda before: before.escalate("low_confidence"),
    "ask_approval": lambda before: before.ask_approval(approval(4, "ap-2")),
    "approve_in_part": lambda before: before.approve_in_part("ben"),
    "replace_approval": lambda before: before.replace_approval(approval(4, "ap-2")),
    "close_approval": Lifecycle.close_approval,
    "snooze": lambda before: before.snooze(LATER),
    "wake": Lifecycle.wake,
    "resolve": lambda before: before.resolve(LATER),
}
EXPECTED: dict[str, dict[str, str | None]] = {
    # The position afterwards by that before; None: not allowed.
    "move_on": {
        "ai open": "ai open",
        "ai awaiting": "ai open",
        "ai snoozed": "ai snoozed",
        "ai snoozed awaiting": "ai snoozed",
        "ai resolved": "ai resolved",
        "human": "human",
        "human snoozed": "human snoozed",
        "human resolved": "human resolved",
    },
    "take_over": dict.fromkeys(POSITIONS, "human"),
    "hand_back": dict.fromkeys(POSITIONS, "ai open"),
    "escalate": {position: "human" if position.startswith("ai") else None for position in POSITIONS},
    "ask_approval": dict.fromkeys(POSITIONS) | dict.fromkeys(("ai open", "ai awaiting"), "ai awaiting"),
    "approve_in_part": {position: position if "awaiting" in position else None for position in POSITIONS},
    "replace_approval": {position: position if "awaiting" in position else None for position in POSITIONS},
    "close_approval": dict.fromkeys(POSITIONS) | {"ai awaiting": "ai open", "ai snoozed awaiting": "ai snoozed"},
    "snooze": {
        "ai open": "ai snoozed",
        "ai awaiting": "ai snoozed awaiting",
        "ai snoozed": "ai snoozed",
        "ai snoozed awaiting": "ai snoozed awaiting",
        "ai resolved": "ai snoozed",
        "human": "human snoozed",
        "human snoozed": "human snoozed",
        "human resolved": "human snoozed",
    },
    "wake": {
        "ai open": "ai open",
        "ai awaiting": "ai awaiting",
        "ai snoozed": "ai open",
        "ai snoozed awaiting": "ai awaiting",
        "ai resolved": "ai open",
        "human": "human",
        "human snoozed": "human",
        "human resolved": "human",
    },
    "resolve": {position: "ai resolved" if position.startswith("ai") else "human resolved" for position in POSITIONS},
}
RAISES_REVISION = {"move_on", "resolve"}
CASES = [(name, before, after) for name, table in EXPECTED.items() for before, after in table.items()]


def position_of(lifecycle: Lifecycle) -> tuple[Any, ...]:
    return (
        lifecycle.owner.kind,
        lifecycle.status,
        lifecycle.approval is not None,
        lifecycle.snoozed_until is not None,
        lifecycle.resolved_at is not None,
    )


def test_the_table_names_every_transition_and_position() -> None:
    assert set(EXPECTED) == set(TRANSITIONS)
    assert all(set(table) == set(POSITIONS) for table in EXPECTED.values())


@pytest.mark.parametrize(("name", "before", "after"), CASES)
def test_each_transition_from_each_position(name: str, before: str, after: str | None) -> None:
    transition, lifecycle = TRANSITIONS[name], POSITIONS[before]
    if after is None:
        with pytest.raises(ConflictError):
            transition(lifecycle)
        return
    reached = transition(lifecycle)
    assert position_of(reached) == position_of(POSITIONS[after])
    assert reached.revision == lifecycle.revision + (name in RAISES_REVISION)


@pytest.mark.parametrize("before", POSITIONS.values(), ids=POSITIONS)
def test_a_transition_leaves_the_lifecycle_before_it_alone(before: Lifecycle) -> None:
    untouched = before.model_copy(deep=True)
    for name, transition in TRANSITIONS.items():
        if EXPECTED[name][next(key for key, value in POSITIONS.items() if value is before)] is not None:
            transition(before)
    assert before == untouched


@pytest.mark.parametrize(
    ("transition", "owner", "reason"),
    [
        ("take_over", Owner(kind="human_agent", id="ben"), "low_confidence"),
        ("hand_back", Owner(kind="ai_agent", id="billing"), None),
    ],
)
def test_who_owns_it_afterwards_and_why_it_is_with_people(transition: str, owner: Owner, reason: str | None) -> None:
    escalated = POSITIONS["ai open"].escalate("low_confidence")
    assert (escalated.owner, escalated.escalation_reason) == (QUEUE, "low_confidence")
    after = TRANSITIONS[transition](escalated)
    assert (after.owner, after.escalation_reason) == (owner, reason)


@pytest.mark.parametrize("lifecycle", POSITIONS.values(), ids=POSITIONS)
def test_the_store_is_given_owner_status_and_revision(lifecycle: Lifecycle) -> None:
    assert lifecycle.position.model_dump() == lifecycle.model_dump(include={"owner", "status", "revision"})


@pytest.mark.parametrize("revision", [3, 5])
def test_only_a_draft_of_the_revision_can_wait(revision: int) -> None:
    with pytest.raises(ConflictError, match="another revision"):
        POSITIONS["ai open"].ask_approval(approval(revision))


@pytest.mark.parametrize(("stored", "revision"), [(2, 4), (4, 4), (9, 9)])
@pytest.mark.parametrize(
    ("owner", "status"), [(AI, Status.OPEN), (ANNA, Status.WITH_HUMAN), (QUEUE, Status.WITH_HUMAN)]
)
def test_the_store_is_believed_where_it_is_ahead(owner: Owner, status: Status, stored: int, revision: int) -> None:
    caught_up = POSITIONS["ai open"].catch_up(owner, stored)
    assert (caught_up.owner, caught_up.status, caught_up.revision) == (owner, status, revision)


@pytest.mark.parametrize(
    ("position", "owner", "revision", "stale"),
    [
        ("ai open", AI, 9, False),
        ("ai awaiting", AI, 4, False),
        ("ai awaiting", AI, 9, True),
        ("ai awaiting", ANNA, 4, True),
    ],
)
def test_an_approval_that_the_store_is_past_is_stale(position: str, owner: Owner, revision: int, stale: bool) -> None:
    assert POSITIONS[position].catch_up(owner, revision).approval_is_stale is stale


@pytest.mark.parametrize("status", [Status.OPEN, Status.SNOOZED, Status.RESOLVED, Status.WITH_HUMAN])
@pytest.mark.parametrize("before", [Lifecycle(owner=AI, revision=4), Lifecycle(owner=ANNA, status=Status.WITH_HUMAN)])
def test_the_store_is_believed_where_it_stands_elsewhere(before: Lifecycle, status: Status) -> None:
    owner = ANNA if status is Status.WITH_HUMAN else AI
    snoozed_until = LATER if status is Status.SNOOZED else None
    resolved_at = NOW if status is Status.RESOLVED else None
    after = before.believe(Position(owner=owner, status=status, revision=3), snoozed_until, resolved_at)
    assert (after.owner, after.status, after.revision) == (owner, status, max(before.revision, 3))
    assert (after.snoozed_until, after.resolved_at) == (snoozed_until, resolved_at)


@pytest.mark.parametrize(("resolved_at", "waits"), [(NOW, False), (None, True)])
def test_in_what_is_resolved_no_approval_waits(resolved_at: datetime | None, waits: bool) -> None:
    before = POSITIONS["ai awaiting"]
    status = Status.RESOLVED if resolved_at else Status.OPEN
    after = before.believe(Position(owner=AI, status=status, revision=before.revision), None, resolved_at)
    assert (after.approval is not None, after.status is Status.AWAITING_APPROVAL) == (waits, waits)


class Conversations(RuleBasedStateMachine):
    """Whatever people, customers and time do to a conversation, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.state = ConversationState(
            start=StartConversation(organisation="acme", conversation_id="cv_test0001"),
            policy=Policy(default_ai_agent="general"),
        )
        self.revisions = [0]
        self.number = 0
        self.arrived: list[str] = []
        self.recorded: list[str] = []

    def _next(self) -> int:
        self.number += 1
        return self.number

    @initialize(
        owner=st.sampled_from([AI, ANNA, QUEUE]), resolved=st.booleans(), revision=st.integers(min_value=0, max_value=9)
    )
    def opens(self, owner: Owner, resolved: bool, revision: int) -> None:
        active = Status.OPEN if owner is AI else Status.WITH_HUMAN
        opened = OpenedConversation(
            spec_hash="a" * 64,
            policy=Policy(default_ai_agent="general"),
            revision=revision,
            owner=owner,
            mode=Mode.DELEGATION,
            status=Status.RESOLVED if resolved else active,
        )
        self.state.adopt(opened, NOW)

    @rule(again=st.booleans())
    def customer_writes(self, again: bool) -> None:
        message_id = self.arrived[-1] if again and self.arrived else f"m-{self._next()}"
        self.state.receive_message(CustomerMessage(message_id=message_id, text="Hello", received_at=NOW))
        if message_id not in self.arrived:
            self.arrived.append(message_id)

    @rule(lost=st.booleans())
    def messages_are_recorded(self, lost: bool) -> None:
        """`lost`: nobody knows whether they were recorded, so they come back."""
        messages = self.state.take_questions()
        if lost:
            self.state.put_back(messages)
        else:
            self.recorded += [message.message_id for message in messages]

    @rule(ahead=st.booleans())
    def person_asks(self, ahead: bool) -> None:
        for _ in range(1 + ahead):
            request = Resolve(request_id=f"r-{self._next()}", by=Person(id="anna"), via="api")
            self.state.receive_request(request)
        if ahead:
            self.state.drop_request(request)

    @precondition(lambda self: self.state.mailbox.requests)
    @rule()
    def request_is_taken_up(self) -> None:
        first = self.state.mailbox.requests[0]
        assert self.state.next_request() == first

    @rule(person=st.sampled_from(PEOPLE))
    def person_takes_over(self, person: str) -> None:
        self.state.move_on()
        self.state.take_over(person)

    @rule(unanswered=st.booleans())
    def person_hands_back(self, unanswered: bool) -> None:
        self.state.move_on()
        self.state.hand_back("general", "be brief", unanswered=unanswered, told_to_wait=False, now=NOW)

    @precondition(lambda self: self.state.owned_by_ai)
    @rule()
    def ai_agent_escalates(self) -> None:
        self.state.move_on()
        self.state.escalate("low_confidence")

    @precondition(lambda self: self.state.owned_by_ai and self.state.status in {Status.OPEN, Status.AWAITING_APPROVAL})
    @rule()
    def draft_waits(self) -> None:
        self.state.begin_turn()
        self.state.ask_approval(approval(self.state.revision, f"ap-{self._next()}"))

    @precondition(lambda self: self.state.approval)
    @rule(decision=st.sampled_from(["in part", "edit", "reject", "approve"]))
    def person_decides(self, decision: str) -> None:
        self.state.wake(NOW)
        match decision:
            case "in part":
                self.state.approve_in_part("anna")
            case "edit":
                self.state.replace_approval(approval(self.state.revision, f"ap-{self._next()}"))
            case "reject":
                self.state.ask_redraft("name the 14 days")
            case _:
                self.state.close_approval()
                self.state.note_reply(NOW, answers_all=True, clarified=False)

    @rule()
    def person_snoozes(self) -> None:
        self.state.snooze(LATER)

    @rule()
    def wakes(self) -> None:
        self.state.wake(NOW)

    @rule()
    def resolves(self) -> None:
        self.state.resolve(NOW)

    @rule(owner=st.sampled_from([AI, ANNA]), ahead=st.integers(min_value=-2, max_value=3))
    def store_is_believed(self, owner: Owner, ahead: int) -> None:
        """As when it refuses the delivery of a draft."""
        self.state.wake()
        revision = max(self.state.revision + ahead, 0)
        opened = OpenedConversation(
            spec_hash="a" * 64, policy=self.state.opened_policy, revision=revision, owner=owner, mode=Mode.DELEGATION
        )
        self.state.catch_up(opened)
        if self.state.lifecycle.approval_is_stale:
            self.state.drop_stale_approval()

    @rule(
        owner=st.sampled_from([AI, ANNA]),
        ahead=st.integers(min_value=-2, max_value=3),
        status=st.sampled_from([None, Status.SNOOZED, Status.RESOLVED]),
    )
    def request_was_carried_out_long_ago(self, owner: Owner, ahead: int, status: Status | None) -> None:
        """As when it comes again, or after a workflow was reset to the past."""
        position = Position(
            owner=owner,
            status=status or Lifecycle(owner=owner).active_status,
            revision=max(self.state.revision + ahead, 0),
        )
        self.state.believe(
            StatusChanged(
                repeated=True,
                position=position,
                mode=Mode.SUPERVISION,
                snoozed_until=LATER if status is Status.SNOOZED else None,
                resolved_at=NOW if status is Status.RESOLVED else None,
            )
        )

    @rule()
    def run_ends(self) -> None:
        carried = ConversationState.model_validate_json(self.state.model_dump_json())
        assert carried == self.state
        self.state = carried

    @invariant()
    def status_and_owner_agree(self) -> None:
        by_owner = {
            "ai_agent": {Status.OPEN, Status.AWAITING_APPROVAL, Status.SNOOZED, Status.RESOLVED},
            "human_agent": {Status.WITH_HUMAN, Status.SNOOZED, Status.RESOLVED},
        }
        assert self.state.status in by_owner[self.state.owner.kind]

    @invariant()
    def status_says_what_is_waited_for(self) -> None:
        lifecycle = self.state.lifecycle
        assert (lifecycle.snoozed_until is not None) == (lifecycle.status is Status.SNOOZED)
        assert (lifecycle.resolved_at is not None) == (lifecycle.status is Status.RESOLVED)
        assert lifecycle.approval is not None or lifecycle.status is not Status.AWAITING_APPROVAL

    @invariant()
    def an_open_approval_is_current_and_the_ai_agents(self) -> None:
        lifecycle = self.state.lifecycle
        if lifecycle.approval is not None:
            assert lifecycle.approval.revision == lifecycle.revision
            assert lifecycle.owned_by_ai
            assert lifecycle.status in {Status.AWAITING_APPROVAL, Status.SNOOZED}

    @invariant()
    def the_revision_never_falls(self) -> None:
        assert self.state.revision >= self.revisions[-1]
        self.revisions.append(self.state.revision)

    @invariant()
    def no_message_is_lost_or_taken_twice(self) -> None:
        waiting = [message.message_id for message in self.state.mailbox.inbox]
        assert [*self.recorded, *waiting] == self.arrived


TestConversations = Conversations.TestCase
TestConversations.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
