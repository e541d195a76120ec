"""The inbox of people: its views, its rows, and when somebody is late. Each view is one condition on a conversation.

A deadline is a rule of `deadline_of`, and of `Patience` where the whole inbox is asked for what is at risk. They must
agree: `Patience` turns a deadline around, so that the store compares instants and knows no calendar.
"""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import Field

from domain.approvals.schedule import add_business_time
from domain.conversation.messages import Author
from domain.conversation.ownership import Owner, Status
from domain.errors import InvalidInputError
from domain.model import Frozen
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import ChannelKind, LadderRung, OrganisationSpec

View = Literal["mine", "team", "approval", "ai", "risk", "all"]
VIEWS: tuple[View, ...] = ("mine", "team", "approval", "ai", "risk", "all")
Risk = Literal["none", "due_soon", "overdue"]
PresenceState = Literal["looking", "typing"]

COUNTED_AT_MOST = 10_000
"""Nobody reads on so far, and to count further costs more than to show a page."""
COUNTED_BY_WORDS = 200
"""Of what has words that stand nearly everywhere: each conversation is looked through."""
SOON = timedelta(minutes=30)
QUEUE_PATIENCE = timedelta(hours=1)
"""Opening time in which a person answers what waits for one."""
EARLIEST_START = timedelta(days=400)
SHOWN_CHARACTERS = 240


class InboxRules(Frozen):
    """What an organisation says of the time that people have."""

    calendar: BusinessCalendar = BusinessCalendar()
    ladder: tuple[LadderRung, ...] = ()
    queue_patience: timedelta = QUEUE_PATIENCE


def rules_of(specification: OrganisationSpec | None) -> InboxRules:
    """Those of the active version; the defaults while nothing is published.

    A person who waits for nobody's answer is late when the first rung of the queue's ladder comes.
    """
    if specification is None:
        return InboxRules()
    rules = InboxRules(calendar=specification.calendar, ladder=specification.ladder)
    queue = specification.queue_ladder
    return rules.model_copy(update={"queue_patience": queue[0].after}) if queue else rules


class Waiting(Frozen):
    """What a person is waited for with. `requested_at` and what follows are those of the open approval."""

    since: datetime | None = None
    requested_at: datetime | None = None
    rungs_done: int = 0
    ladder: tuple[LadderRung, ...] = ()
    leaves_at: datetime | None = None
    put_off_until: datetime | None = None


def deadline_of(waiting: Waiting, rules: InboxRules) -> datetime | None:
    """When a person is late: the next rung of the approval, its end, or the answer that the customer waits for.

    Nobody is late with an approval that was put off.
    """
    if waiting.requested_at is not None:
        rung = _rung(waiting.ladder or rules.ladder, waiting.rungs_done)
        due = add_business_time(waiting.requested_at, rung.after, rules.calendar) if rung else None
        if due is not None and waiting.put_off_until is not None:
            due = max(due, waiting.put_off_until)
        return min((instant for instant in (due, waiting.leaves_at) if instant is not None), default=None)
    if waiting.since is not None:
        return add_business_time(waiting.since, rules.queue_patience, rules.calendar)
    return None


def _rung(ladder: Sequence[LadderRung], done: int) -> LadderRung | None:
    """The next one; the last once the ladder is climbed, for then everybody is late."""
    return ladder[min(done, len(ladder) - 1)] if ladder else None


def risk_of(deadline: datetime | None, now: datetime) -> Risk:
    if deadline is None or deadline > now + SOON:
        return "none"
    return "overdue" if deadline <= now else "due_soon"


class Climbed(Frozen):
    """How far open approvals of one ladder are; `key` is the store's own name for it."""

    key: str
    rungs_done: int
    ladder: tuple[LadderRung, ...] = ()


class Patience(Frozen):
    """What is at risk: whoever began to wait before these instants. `approvals` are by the store's key."""

    queue: datetime
    leaves: datetime
    approvals: dict[str, datetime] = {}


def patience_of(climbed: Sequence[Climbed], rules: InboxRules, now: datetime) -> Patience:
    """The other way round: everything that began to wait until then has its deadline before `now` and SOON."""
    limit = now + SOON
    rungs = {one.key: _rung(one.ladder or rules.ladder, one.rungs_done) for one in climbed}
    return Patience(
        queue=latest_start(rules.queue_patience, limit, rules.calendar),
        leaves=limit,
        approvals={key: latest_start(rung.after, limit, rules.calendar) for key, rung in rungs.items() if rung},
    )


def latest_start(amount: timedelta, limit: datetime, calendar: BusinessCalendar) -> datetime:
    """The latest second from which `amount` of opening time has passed by `limit`; what began earlier ends earlier."""
    earliest = limit - EARLIEST_START - amount
    low, high = 0, int((limit - earliest).total_seconds())
    while low < high:
        middle = (low + high + 1) // 2
        if add_business_time(earliest + timedelta(seconds=middle), amount, calendar) <= limit:
            low = middle
        else:
            high = middle - 1
    return earliest + timedelta(seconds=low)


class Asking(Frozen):
    """What a page of the inbox is asked for. `colleagues`: the members of the teams of the person who asks.

    `found`: the conversations in which `text` occurs; None where it stands in too many to name them.
    """

    organisation: str
    person_id: str
    view: View = "all"
    colleagues: tuple[str, ...] = ()
    channel: ChannelKind | None = None
    status: Status | None = None
    ai_agent: str | None = None
    text: str | None = None
    found: tuple[str, ...] | None = None
    only: tuple[str, ...] = ()


class Position(Frozen):
    """Where a page ends: everything has an instant by which it is sorted, and an id."""

    at: datetime
    id: str


def cursor_of(position: Position) -> str:
    """Opaque to whoever pages on."""
    plain = json.dumps([position.at.astimezone(UTC).isoformat(), position.id])
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def position_of(cursor: str) -> Position:
    """Raises InvalidInputError for what no page gave."""
    try:
        at, id = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return Position(at=datetime.fromisoformat(at).astimezone(UTC), id=id)
    except (ValueError, TypeError, OverflowError) as error:
        raise InvalidInputError("No page ended with this cursor. Begin again without one.") from error


class LastMessage(Frozen):
    """The beginning of what was said last."""

    author: Author
    text: str
    at: datetime


class Watcher(Frozen):
    """A colleague who looks at the conversation now."""

    person_id: str
    state: PresenceState
    until: datetime


class InboxRow(Frozen):
    """A conversation as the inbox shows it."""

    conversation_id: str
    customer_name: str | None
    channel: ChannelKind
    status: Status
    owner: Owner
    ai_agent: str | None = Field(description="The one that owns it, or that drafted last.")
    last_message: LastMessage | None
    approval_id: str | None = Field(description="Of the open approval.")
    confidence: float | None = Field(description="Of the draft that waits for approval.")
    risk: Risk = "none"
    deadline: datetime | None = Field(None, description="When a person is late.")
    unread: int = Field(
        description="What the customer wrote that nobody has answered and you have not seen, and notes that name you."
    )
    watchers: tuple[Watcher, ...] = ()
    waits_since: datetime | None = Field(None, description="Since when a person is waited for.")
    escalation_reason: str | None = None
    snoozed_until: datetime | None = None
    updated_at: datetime


class ListedRow(InboxRow):
    """As the store reads it: what its deadline rests on is added."""

    waiting: Waiting = Field(Waiting(), exclude=True)

    def judged(self, rules: InboxRules, now: datetime) -> InboxRow:
        """With its deadline."""
        deadline = deadline_of(self.waiting, rules)
        told = self.model_dump(exclude={"waiting", "deadline", "risk"})
        return InboxRow.model_validate({**told, "deadline": deadline, "risk": risk_of(deadline, now)})


class InboxCounts(Frozen):
    """How many conversations each view has; COUNTED_AT_MOST means so many or more."""

    mine: int
    team: int
    approval: int
    ai: int
    risk: int
    all: int
