"""Scenarios: what customers say to an organisation and what is expected then, written down beside its specification."""

import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from domain.conversation.ownership import Status
from domain.conversation.turn import Outcome, Reason
from domain.journeys.progress import Ended
from domain.journeys.run import StepPath
from domain.language.text import fold
from domain.model import Frozen
from domain.specification.model import Key, SpecModel
from domain.specification.organisation import ChannelKind, Probability
from domain.specification.people import Skill

MAX_TEXT = 20_000
LONGEST_SHOWN = 120
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT)]
Effect = Literal["send", "wait_for_more", "reapprove_edit", "redraft", "refused"]
"""What a decision on an approval amounts to, in the words of domain.approvals.approval."""
DECISIONS = frozenset({"approve", "edit", "reject"})
JOURNEY_REQUESTS = frozenset({"enter_journey", "tell_event", "confirm_step", "skip_step", "leave_journey"})
NEEDS_TEXT: Mapping[str, str] = {
    "edit": "the text that is sent instead",
    "reply": "what the person writes to the customer",
    "reject": "the reason, with which the AI agent drafts again",
}
NEEDS_NAME: Mapping[str, str] = {
    "enter_journey": "journey",
    "tell_event": "event",
    "confirm_step": "step",
    "skip_step": "step",
}
"""What a request to a journey has to name."""


class ExpectedApproval(SpecModel):
    """The approval that is asked for; what is left out is not compared."""

    rule: Key | None = Field(None, description="Id of the approval rule that applies; `default` where none does.")
    approvers: int | None = Field(None, ge=1, description="How many people must approve.")
    roles: tuple[Key, ...] | None = Field(None, description="Who may approve: all of these roles, in any order.")
    team: Key | None = Field(None, description="The team whose members are asked.")
    skill: Skill | None = Field(None, description="The skill that those who are asked have.")


class ExpectedJourney(SpecModel):
    """Where the customer is on a journey; what is left out is not compared."""

    id: Key = Field(description="Id of the journey.")
    at: tuple[StepPath, ...] | None = Field(
        None, description="The steps under way, these and no others; [] where the customer is not on it."
    )
    ended: Ended | None = Field(None, description="How it has ended.")


class Expectation(SpecModel):
    """What is expected of a step; what is left out is not compared."""

    ai_agent: Key | None = Field(None, description="Id of the AI agent that answers.")
    topic: Key | None = Field(None, description="Id of the topic that the message is taken for.")
    outcome: Outcome | None = Field(None, description="What is decided about the draft.")
    reason: Reason | None = Field(None, description="Why it is decided so.")
    approval: ExpectedApproval | None = Field(None, description="The approval that is asked for.")
    cites: tuple[str, ...] | None = Field(
        None,
        description="What the draft rests on, these and no others: ids of articles, `fact:<name>`; [] for nothing.",
    )
    holds: tuple[Text, ...] = Field((), description="Words that the text has. Case and accents do not matter.")
    lacks: tuple[Text, ...] = Field((), description="Words that the text does not have.")
    status: Status | None = Field(None, description="Where the conversation stands afterwards.")
    journey: ExpectedJourney | None = Field(None, description="Where the customer is on a journey afterwards.")
    silent: bool = Field(False, description="Nothing is drafted or sent, as while a person owns the conversation.")

    @model_validator(mode="after")
    def _is_meant(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("expects nothing; write what should come of this step, such as `outcome: send`")
        if self.approval and self.outcome not in {None, Outcome.ASK_APPROVAL}:
            raise ValueError("expects an approval and another outcome; write `outcome: ask_approval`, or leave one out")
        if self.silent and (self.outcome or self.reason or self.approval or self.cites or self.holds):
            raise ValueError("expects silence and a draft; leave one of the two out")
        return self


class ExpectationOfPerson(Expectation):
    """What is expected of what a person does."""

    effect: Effect | None = Field(None, description="What the decision on the approval amounts to.")


class CustomerStep(SpecModel):
    """The customer writes, and the organisation answers."""

    says: Text = Field(description="The message. {code} stands for the one-time code that was sent to the customer.")
    expect: Expectation | None = Field(None, description="What is expected then.")


class PersonStep(SpecModel):
    """A human agent does something, or a system tells that something happened."""

    does: Literal[
        "approve",
        "edit",
        "reject",
        "take_over",
        "reply",
        "hand_back",
        "enter_journey",
        "tell_event",
        "confirm_step",
        "skip_step",
        "leave_journey",
    ] = Field(
        description="Approve, edit or reject the draft that waits; take over, reply, hand back to the AI agent; begin "
        "or leave a journey, confirm or skip a step of it, tell an event."
    )
    by: Key = Field("person", description="Who does it; the same name is the same person.")
    roles: tuple[Key, ...] = Field(("approver",), description="The roles of this person.")
    text: str = Field(
        "",
        max_length=4000,
        description="Of an edit or a reply; the reason of a rejection, the instruction at handing back.",
    )
    journey: Key | None = Field(None, description="Id of a journey; unset, the one that the customer is on.")
    step: StepPath | None = Field(None, description="The step that is confirmed or skipped.")
    event: Key | None = Field(None, description="The event that is told.")
    expect: ExpectationOfPerson | None = Field(None, description="What is expected then.")

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        needed, name = NEEDS_TEXT.get(self.does), NEEDS_NAME.get(self.does)
        if needed and not self.text.strip():
            raise ValueError(f"{self.does} needs a text; write {needed} under text")
        if name and getattr(self, name) is None:
            raise ValueError(f"{self.does} says nothing of which; name it under {name}")
        if self.expect and self.expect.effect and self.does not in DECISIONS | JOURNEY_REQUESTS:
            raise ValueError(f"{self.does} decides no approval; leave effect out")
        return self


def _kind_of(step: Any) -> str:
    """The name of its class; what is neither is read as what a customer says."""
    of_person = "does" in step if isinstance(step, Mapping) else isinstance(step, PersonStep)
    return "PersonStep" if of_person else "CustomerStep"


Step = Annotated[
    Annotated[CustomerStep, Tag("CustomerStep")] | Annotated[PersonStep, Tag("PersonStep")], Discriminator(_kind_of)
]


class Scenario(SpecModel):
    """A conversation with an organisation: what is said and done, and what should come of it."""

    id: Key = Field(description="Name of the scenario, unique among all of the organisation.")
    title: str = Field(min_length=1, description="What it shows, for people.")
    channel: ChannelKind = Field("web_chat", description="The channel by which the customer writes.")
    customer: Key | None = Field(None, description="Id of the contact who writes; unset, nobody whom we know.")
    verified: bool = Field(True, description="The channel proves who they are; false: they only say so.")
    steps: tuple[Step, ...] = Field(min_length=1, description="What happens, in this order.")

    @model_validator(mode="after")
    def _is_a_test(self) -> Self:
        if not any(step.expect for step in self.steps):
            raise ValueError("expects nothing of any step; add expect, such as `expect: { outcome: send }`")
        if self.customer is None and not self.verified:
            raise ValueError("verified needs a customer; name a contact under customer, or leave verified out")
        return self


class StandingJourney(Frozen):
    """A journey on which the customer is, or was."""

    id: str
    at: tuple[str, ...] = ()
    ended: Ended | None = None


class CameOfStep(Frozen):
    """What came of a step. `text` is what the customer reads, or what waits for an approval.

    What journeys say stands behind what was replied.
    """

    status: Status
    ai_agent: str | None = None
    topic: str | None = None
    confidence: Probability | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    approval: ExpectedApproval | None = None
    cites: tuple[str, ...] = ()
    text: str = ""
    effect: Effect | None = None
    refused: str | None = None
    journeys: tuple[StandingJourney, ...] = ()


class Difference(Frozen):
    """One thing that came otherwise than expected."""

    what: str
    expected: str
    came: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, came {self.came}"


class StepResult(Frozen):
    """A step that was played. `what` is what was said or done, on one line."""

    number: int = Field(ge=1)
    what: str
    came: CameOfStep
    differences: tuple[Difference, ...] = ()


class ScenarioResult(Frozen):
    """A scenario that was played to its end."""

    id: str
    title: str
    steps: tuple[StepResult, ...]

    @property
    def passed(self) -> bool:
        return not any(step.differences for step in self.steps)


def shown(step: CustomerStep | PersonStep) -> str:
    """What was said or done, on one line that is not too long."""
    line = " ".join((step.says if isinstance(step, CustomerStep) else _done(step)).split())
    return line if len(line) <= LONGEST_SHOWN else f"{line[: LONGEST_SHOWN - 1]}…"


def _done(step: PersonStep) -> str:
    which = (step.journey or "", step.step or "", step.event or "", step.text)
    return f"{step.by}: {step.does} {' '.join(which)}"


def differences(expected: Expectation | None, came: CameOfStep) -> tuple[Difference, ...]:
    """Everything that is expected and came otherwise, or did not come."""
    if expected is None:
        return ()
    return (
        *_fields(expected, came, "ai_agent", "topic", "outcome", "reason", "status", "effect"),
        *_approval(expected.approval, came.approval),
        *_cites(expected.cites, came.cites),
        *_words(expected, came.text),
        *_silence(expected, came),
        *_journey(expected.journey, came.journeys),
    )


def _fields(expected: SpecModel, came: Frozen | SpecModel, *names: str) -> Iterable[Difference]:
    for name in names:
        wanted, got = getattr(expected, name, None), getattr(came, name)
        if wanted is not None and wanted != got:
            yield Difference(
                what=name.replace("_", " "), expected=str(wanted), came="none" if got is None else str(got)
            )


def _approval(expected: ExpectedApproval | None, came: ExpectedApproval | None) -> Iterable[Difference]:
    if expected is None:
        return
    if came is None:
        yield Difference(what="approval", expected=f"rule {expected.rule or 'any'}", came="none")
        return
    yield from _fields(expected, came, "rule", "approvers", "team", "skill")
    wanted, got = expected.roles, came.roles or ()
    if wanted is not None and set(wanted) != set(got):
        yield Difference(what="roles", expected=_listed(wanted), came=_listed(got))


def _cites(expected: tuple[str, ...] | None, came: tuple[str, ...]) -> Iterable[Difference]:
    if expected is not None and set(expected) != set(came):
        yield Difference(what="cites", expected=_listed(expected), came=_listed(came))


def _words(expected: Expectation, text: str) -> Iterable[Difference]:
    for phrase in expected.holds:
        if not has_words(text, phrase):
            yield Difference(what="text", expected=f"{phrase!r} in it", came=repr(text))
    for phrase in expected.lacks:
        if has_words(text, phrase):
            yield Difference(what="text", expected=f"no {phrase!r} in it", came=repr(text))


def _silence(expected: Expectation, came: CameOfStep) -> Iterable[Difference]:
    if expected.silent and (came.outcome or came.text):
        yield Difference(what="reply", expected="none", came=str(came.outcome or repr(came.text)))


def _journey(expected: ExpectedJourney | None, came: Iterable[StandingJourney]) -> Iterable[Difference]:
    if expected is None:
        return
    found = next((one for one in came if one.id == expected.id), None)
    at = found.at if found else ()
    if expected.at is not None and set(expected.at) != set(at):
        yield Difference(what=f"journey {expected.id}", expected=_steps(expected.at), came=_steps(at))
    if expected.ended is not None and (found is None or found.ended != expected.ended):
        ended = "not entered" if found is None else found.ended or _steps(found.at)
        yield Difference(what=f"journey {expected.id}", expected=expected.ended, came=ended)
    if expected.at is None and expected.ended is None and found is None:
        yield Difference(what="journey", expected=expected.id, came=_listed(one.id for one in came))


def _steps(paths: Iterable[str]) -> str:
    return f"at {', '.join(sorted(paths))}" if paths else "no step under way"


def has_words(text: str, phrase: str) -> bool:
    """True when the text has the words side by side; `12` is not in `120`."""
    wanted = " ".join(fold(phrase).split())
    said = " ".join(fold(text).split())
    return re.search(rf"(?<![a-z0-9]){re.escape(wanted)}(?![a-z0-9])", said) is not None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"
