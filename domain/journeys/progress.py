"""How far a customer is on a journey: what has begun, what was answered, and what is to be recorded of it."""

from datetime import datetime
from hashlib import sha256
from typing import Literal, Self

from domain.conversation.ownership import Via
from domain.journeys.plan import container_of
from domain.model import Frozen

Answer = str | float | bool
Outcome = Literal["done", "failed", "unanswered", "timed_out", "skipped", "left"]
"""done: it came about, and a tool did what it was asked. timed_out: its time was over before that."""
Ended = Literal["completed", "left"]

MAX_EVENTS_KEPT = 100


class ActiveStep(Frozen):
    """A step that has begun and not ended.

    `attempt` counts how often the conversation was asked for it anew; `due_at`: when something happens by itself.
    `failed`: it did not come about, and waits for a person who tries again or skips it.
    """

    path: str
    visit: int = 1
    attempt: int = 1
    began_at: datetime
    due_at: datetime | None = None
    reminders: int = 0
    failed: bool = False

    def key(self, conversation_id: str, entry: str) -> str:
        """What the conversation knows this attempt by: the same for ever, so that it says nothing twice."""
        digest = sha256(f"{entry}:{self.path}:{self.visit}:{self.attempt}".encode()).hexdigest()
        return f"{conversation_id}-step-{digest[:16]}"


class StepRecord(Frozen):
    """A step for the table. `owner`: who carries it. Without `outcome` it is under way."""

    path: str
    visit: int
    kind: str
    owner: str
    began_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None


class JourneyNote(Frozen):
    """Something for the audit trail. `request_id`: what asked for it, where somebody did."""

    kind: str
    by: str
    at: datetime
    request_id: str | None = None
    via: Via | None = None
    step: str | None = None
    text: str = ""


class Progress(Frozen):
    """Each method returns the progress afterwards.

    `records` and `notes` are what nobody has written down yet. `events` came before anybody waited for them.
    """

    active: tuple[ActiveStep, ...] = ()
    visits: dict[str, int] = {}
    answers: dict[str, Answer] = {}
    events: tuple[str, ...] = ()
    paused: bool = False
    ended: Ended | None = None
    records: tuple[StepRecord, ...] = ()
    notes: tuple[JourneyNote, ...] = ()

    def at(self, path: str) -> ActiveStep | None:
        """The active step of this path."""
        return next((one for one in self.active if one.path == path), None)

    def inside(self, container: str) -> tuple[ActiveStep, ...]:
        """The active steps within a step; all of them for the journey itself."""
        return tuple(one for one in self.active if not container or one.path.startswith(f"{container}/"))

    def put(self, step: ActiveStep) -> Self:
        """With the step as it is now."""
        others = tuple(one for one in self.active if one.path != step.path)
        return self.model_copy(update={"active": (*others, step)})

    def without(self, path: str) -> Self:
        return self.model_copy(update={"active": tuple(one for one in self.active if one.path != path)})

    def visit(self, path: str) -> Self:
        """Count that the step begins once more."""
        return self.model_copy(update={"visits": {**self.visits, path: self.visits.get(path, 0) + 1}})

    def record(self, *records: StepRecord) -> Self:
        return self.model_copy(update={"records": (*self.records, *records)})

    def note(self, note: JourneyNote) -> Self:
        return self.model_copy(update={"notes": (*self.notes, note)})

    def recorded(self) -> Self:
        """Everything was written down."""
        return self.model_copy(update={"records": (), "notes": ()})

    def keep_event(self, name: str) -> Self:
        """It may be waited for later; of very many the oldest are forgotten."""
        return self.model_copy(update={"events": (*self.events[-MAX_EVENTS_KEPT + 1 :], name)})

    def use_event(self, name: str) -> Self:
        at = self.events.index(name)
        return self.model_copy(update={"events": (*self.events[:at], *self.events[at + 1 :])})

    def answer(self, path: str, answer: Answer) -> Self:
        return self.model_copy(update={"answers": {**self.answers, path: answer}})

    def answer_to(self, question: str, asked_at: str) -> Answer | None:
        """What was answered to a question, as a step at this path knows it: in its own way, or in those around it."""
        container = container_of(asked_at)
        while True:
            found = self.answers.get(f"{container}/{question}" if container else question)
            if found is not None or not container:
                return found
            container = container_of(container)
