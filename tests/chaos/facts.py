"""A conversation that is in order, seen from both sides, for tests that tamper with it."""

from typing import Any

from chaos.facts import ConversationFacts, DoneAction, Had, RunFacts, Said, Takeover
from domain.conversation.messages import Author
from domain.conversation.record import AuditEvent, Receipt, StoredMessage
from domain.conversation.turn import Outcome
from domain.tools.actions import ProposedAction
from domain.tools.calls import RecordedCall
from invariants.records import Recorded
from tests.invariants.records import START, approval, decision, event, sound, stored, turn

FIRST, SECOND, THIRD = "ref1x1", "ref1x2", "ref1x3"
ANSWER = "All are under Settings. (answer 7 to ref1x1)"
APPROVED = "We refund it. (answer 8 to ref1x2)"
BY_MAIL = "All are under Settings. (answer 9 to ref1x3)"
MAIL_ID = "m9@chaos.example"

MESSAGES = (
    stored(1, Author.CUSTOMER, f"Where are my invoices? {FIRST}"),
    stored(2, Author.AI_AGENT, ANSWER, draft_id="d1"),
    stored(3, Author.CUSTOMER, f"Refund me. {SECOND}"),
    stored(4, Author.SYSTEM, "A colleague checks."),
    stored(5, Author.AI_AGENT, APPROVED, draft_id="d2"),
    stored(6, Author.CUSTOMER, f"My question\n\nAnd by mail? {THIRD}", channel="email"),
    stored(7, Author.AI_AGENT, BY_MAIL, draft_id="d3", channel="email"),
)
AI = "ai_agent:billing"
AUDIT: tuple[AuditEvent, ...] = (
    event("message_received", "customer", seq=1),
    event("turn_decided", draft_id="d1"),
    event("message_delivered", AI, seq=2),
    event("message_received", "customer", seq=3),
    event("turn_decided", draft_id="d2"),
    event("approval_requested", approval_id="ap1"),
    event("approval_approved", "approver-1", approval_id="ap1"),
    event("message_delivered", AI, seq=5),
    event("message_received", "customer", seq=6),
    event("turn_decided", draft_id="d3"),
    event("message_delivered", AI, seq=7),
)
SAID = (
    Said(mark=FIRST, channel="web_chat", kind="question", said_at=1, acknowledged_at=1.1),
    Said(mark=SECOND, channel="web_chat", kind="refund", said_at=3, acknowledged_at=3.1),
    Said(mark=THIRD, channel="email", kind="question", said_at=6, found_by_reading=True),
)
HAD = (
    Had(channel="web_chat", id="d1", text=ANSWER, seq=2),
    Had(channel="web_chat", id="m4", text="A colleague checks.", seq=4),
    Had(channel="web_chat", id="d2", text=APPROVED, seq=5),
    Had(channel="email", id=MAIL_ID, text=BY_MAIL),
)
RECEIPTS = (
    Receipt(message_key="d1", channel="web_chat", provider_message_id="d1"),
    Receipt(message_key="d2", channel="web_chat", provider_message_id="d2"),
    Receipt(message_key="d3", channel="email", provider_message_id=MAIL_ID),
)
STANDS = sound().recorded.conversation
assert STANDS
RECORDED = sound().recorded.model_copy(
    update={
        "conversation": STANDS.model_copy(update={"last_seq": 7, "answered_seq": 6}),
        "messages": MESSAGES,
        "turns": (turn("d1"), turn("d2", Outcome.ASK_APPROVAL), turn("d3")),
        "approvals": (approval("ap1", "d2"),),
        "decisions": (decision("q1", "ap1"),),
        "audit": AUDIT,
        "receipts": RECEIPTS,
    }
)
IN_ORDER = ConversationFacts(recorded=RECORDED, said=SAID, had=HAD, approved_texts=frozenset({APPROVED}))


def outside(**changes: Any) -> RunFacts:
    """The same with another side of those outside."""
    return RunFacts(conversations=(IN_ORDER.model_copy(update=changes),))


def record(**changes: Any) -> Recorded:
    return RECORDED.model_copy(update=changes)


def inside(**changes: Any) -> RunFacts:
    """The same with another record."""
    return outside(recorded=record(**changes))


def transcript(*messages: StoredMessage) -> RunFacts:
    return inside(messages=messages)


def without(messages: tuple[Any, ...], place: int) -> tuple[Any, ...]:
    return messages[:place] + messages[place + 1 :]


def called(amount: float, state: str = "done") -> RecordedCall:
    action = ProposedAction(server="shop", tool="issue_voucher", arguments={"order_id": "A-1001", "amount": amount})
    return RecordedCall.model_validate(
        {
            "call_key": f"k{amount}",
            "draft_id": "d1",
            "state": state,
            "action": action,
            "result": "",
            "claimed_at": START,
        }
    )


def actions(*done: float, calls: tuple[RecordedCall, ...]) -> RunFacts:
    book = tuple(DoneAction(tool="issue_voucher", amount=f"{amount:.2f}") for amount in done)
    return outside(calls=calls).model_copy(update={"done": book})


def taken_over(*messages: str) -> RunFacts:
    return outside(takeovers=(Takeover(by="lead-1", acknowledged_at=2.0, messages=messages),))
