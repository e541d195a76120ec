"""What the workflow of a journey carries from run to run, and what people ask of it."""

from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.conversation.messages import ConversationId
from domain.conversation.ownership import Person, Via
from domain.journeys.plan import Plan
from domain.journeys.progress import ActiveStep, Progress
from domain.journeys.work import StepReport
from domain.model import Frozen
from domain.specification.model import Key

MAX_REMEMBERED_IDS = 256
StepPath = Annotated[str, Field(max_length=500, pattern=r"^[a-z0-9_/-]+$", description="Such as `tour` or `tour/ask`.")]


class StartJourney(Frozen):
    """`entry`: what began it, so that entering once more is another journey; `by`: who, or `topic`."""

    organisation: Key
    conversation_id: ConversationId
    journey: Key
    spec_hash: str
    entry: str
    by: str
    via: Via | None = None

    @property
    def workflow_id(self) -> str:
        return journey_workflow_id(self.conversation_id, self.journey)

    @property
    def run_id(self) -> str:
        """Of this entry, among all that there were."""
        return f"{self.workflow_id}-{sha256(self.entry.encode()).hexdigest()[:12]}"


def journey_workflow_id(conversation_id: str, journey: str) -> str:
    """Deterministic: a conversation is on a journey once at a time."""
    return f"journey-{conversation_id}-{journey}"


class JourneyRequest(Frozen):
    """Something a person or a system asks of a journey. The same `request_id` is the same request.

    `via`: how they came, as the gateway knows it.
    """

    request_id: str = Field(min_length=1, max_length=120)
    by: Person
    via: Via | None = None


class PauseJourney(JourneyRequest):
    kind: Literal["pause_journey"] = "pause_journey"


class ResumeJourney(JourneyRequest):
    """Go on, and try again what failed."""

    kind: Literal["resume_journey"] = "resume_journey"


class SkipStep(JourneyRequest):
    kind: Literal["skip_step"] = "skip_step"
    step: StepPath


class LeaveJourney(JourneyRequest):
    """`reason`: for the audit trail, where it is not a person's own."""

    kind: Literal["leave_journey"] = "leave_journey"
    reason: str = Field("", max_length=200)


class TellEvent(JourneyRequest):
    """Something happened elsewhere that a step may wait for."""

    kind: Literal["tell_event"] = "tell_event"
    event: Key


class ConfirmStep(JourneyRequest):
    kind: Literal["confirm_step"] = "confirm_step"
    step: StepPath
    note: str = Field("", max_length=4000)


AnyJourneyRequest = Annotated[
    PauseJourney | ResumeJourney | SkipStep | LeaveJourney | TellEvent | ConfirmStep, Field(discriminator="kind")
]


class JourneyRun(BaseModel):
    """The argument of the workflow: only `start` for a new journey, everything at continue-as-new.

    `asked`: keys of steps that the conversation was asked for and has not reported. `ask_again_at`: set while the
    conversation cannot be reached.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    start: StartJourney
    plan: Plan | None = None
    progress: Progress = Progress()
    requests: tuple[AnyJourneyRequest, ...] = ()
    reports: tuple[StepReport, ...] = ()
    seen: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    ask_again_at: datetime | None = None
    events_per_run: int

    @property
    def opened_plan(self) -> Plan:
        """Raises RuntimeError before it was opened."""
        if self.plan is None:
            raise RuntimeError("the journey is not open yet")
        return self.plan

    def receive(self, request: AnyJourneyRequest) -> None:
        """Keep what people ask, once for each id that is remembered."""
        if request.request_id not in self.seen:
            self.seen = (*self.seen[-MAX_REMEMBERED_IDS + 1 :], request.request_id)
            self.requests = (*self.requests, request)

    def receive_report(self, report: StepReport) -> None:
        """Keep what the conversation tells. Told again, it finds its step ended."""
        self.reports = (*self.reports, report)

    def key_of(self, active: ActiveStep) -> str:
        return active.key(self.start.conversation_id, self.start.run_id)

    def active_of(self, key: str) -> ActiveStep | None:
        """The step that a report is about, while it is active."""
        return next((one for one in self.progress.active if self.key_of(one) == key), None)

    def next_request(self) -> AnyJourneyRequest:
        """Take the oldest request. Raises IndexError when there is none."""
        request, *rest = self.requests
        self.requests = tuple(rest)
        return request

    def next_report(self) -> StepReport:
        """Take the oldest report. Raises IndexError when there is none."""
        report, *rest = self.reports
        self.reports = tuple(rest)
        self.asked = tuple(key for key in self.asked if key != report.key)
        return report

    def to_ask(self) -> tuple[ActiveStep, ...]:
        """Steps that the conversation knows nothing of."""
        if self.progress.paused:
            return ()
        return tuple(one for one in self.progress.active if not one.failed and self.key_of(one) not in self.asked)

    def to_recall(self) -> tuple[str, ...]:
        """Keys of steps that the conversation need not carry out any more."""
        wanted = set() if self.progress.paused else {self.key_of(one) for one in self.progress.active}
        return tuple(key for key in self.asked if key not in wanted)
