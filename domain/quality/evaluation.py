"""How well an organisation answers: labelled messages in, rates out.

Definitions. A message is answered wrongly when a reply was sent that rests on another source than the expected one, or
when one was sent where something else was expected. A false escalation is a message with an expected answer that went
to a person (escalated or put to approval); a missed escalation is one that a person should have seen and that was sent.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from domain.conversation.turn import Decision, Draft, Outcome
from domain.model import Frozen
from domain.quality.rates import Rate, rate
from domain.quality.topics import LatencyMilliseconds
from domain.specification.macros import MACRO
from domain.specification.organisation import Probability

Expected = Literal["answer", "ask_approval", "escalate", "clarify"]
EXPECTED: tuple[Expected, ...] = ("answer", "ask_approval", "escalate", "clarify")
DONE: dict[Outcome, Expected] = {
    Outcome.SEND: "answer",
    Outcome.ASK_APPROVAL: "ask_approval",
    Outcome.ESCALATE: "escalate",
    Outcome.CLARIFY: "clarify",
    Outcome.VERIFY: "clarify",
}
BINS = 10
TO_A_PERSON = frozenset[Expected]({"ask_approval", "escalate"})


class LabelledMessage(Frozen):
    """A customer message and what should happen with it.

    `articles` are the sources that an answer may rest on; a macro is named as `macro:<id>`.
    """

    id: str
    text: str
    expected: Expected
    articles: tuple[str, ...] = ()
    topic: str | None = None
    customer: str | None = Field(None, description="The contact who writes, when the answer depends on who it is.")


OUT_OF_SCOPE = "out_of_scope"
"""The topic of labelled messages that are about none of the organisation's topics."""


def rests_on(sources: Sequence[str], expected: Sequence[str]) -> bool:
    """True when a reply cites expected sources only; where none is expected, customer facts or nothing at all.

    A macro that is expected may tell facts: `macro:<id>` says all that it rests on.
    """
    if any(source.startswith(MACRO) and source in expected for source in sources):
        return True
    if not expected:
        return all(source.startswith("fact:") for source in sources)
    return bool(sources) and set(sources) <= set(expected)


class JudgedMessage(Frozen):
    """What the decision path did with a labelled message."""

    id: str
    text: str
    expected: Expected
    done: Expected
    reason: str
    confidence: Probability
    sources: tuple[str, ...] = ()
    expected_sources: tuple[str, ...] = ()
    topic: str | None = None
    expected_topic: str | None = None

    weighed: bool = Field(False, description="There was a draft whose sending depended on its confidence.")
    draft_right: bool = Field(False, description="An answer was called for, and the draft rests on its source.")

    @property
    def answered_wrongly(self) -> bool:
        return self.done == "answer" and (
            self.expected != "answer" or not rests_on(self.sources, self.expected_sources)
        )

    @property
    def right(self) -> bool:
        return self.done == self.expected and not self.answered_wrongly


class OrganisationEvaluation(Frozen):
    """The report. `confusion` counts messages by what was expected, then by what was done."""

    organisation: str
    model: str = Field(description="The embedding model; `none` where words alone decide.")
    part: Literal["held_out", "tuning"]
    messages: int
    automation: Rate = Field(description="Messages answered without a person, right or wrong.")
    answered_correctly: Rate = Field(description="Of messages with an expected answer: sent, from the right source.")
    wrong_answers: Rate
    false_escalations: Rate
    missed_escalations: Rate
    clarified_of_vague: Rate = Field(description="Of messages that call for a question back: those that got one.")
    vague_of_clarified: Rate = Field(description="Of questions back: those that were called for.")
    calibration_error: float = Field(
        description="Mean distance of confidence and share of right drafts, over 10 bins of equal width, weighted by "
        "the drafts whose sending depended on confidence."
    )
    weighed: int = Field(description="Number of those drafts.")
    latency_ms: LatencyMilliseconds = Field(description="Of a draft, the vectors of its message included.")
    confusion: dict[str, dict[str, int]]
    failures: tuple[JudgedMessage, ...]


def sources_of(draft: Draft) -> tuple[str, ...]:
    """Ids of the sources that a draft cites, once each."""
    return tuple(dict.fromkeys(citation.source_id for citation in draft.citations))


def is_right(labelled: LabelledMessage, draft: Draft) -> bool:
    """True when an answer was called for, approved or not, and the draft rests on an expected source."""
    return labelled.expected in {"answer", "ask_approval"} and rests_on(sources_of(draft), labelled.articles)


def judge(
    labelled: LabelledMessage, draft: Draft, decision: Decision, confidence: float, *, weighed: bool = False
) -> JudgedMessage:
    """Put what was done beside what was expected."""
    return JudgedMessage(
        id=labelled.id,
        text=labelled.text,
        expected=labelled.expected,
        done=DONE[decision.outcome],
        reason=decision.reason.value,
        confidence=confidence,
        sources=sources_of(draft),
        expected_sources=labelled.articles,
        topic=draft.evidence.topic,
        expected_topic=labelled.topic,
        weighed=weighed,
        draft_right=is_right(labelled, draft),
    )


def evaluation_of(
    organisation: str,
    part: Literal["held_out", "tuning"],
    judged: Sequence[JudgedMessage],
    *,
    model: str = "none",
    milliseconds: Sequence[float] = (),
) -> OrganisationEvaluation:
    """Rates over all judged messages; `milliseconds` is what each draft took."""
    answers = [message for message in judged if message.expected == "answer"]
    for_people = [message for message in judged if message.expected in TO_A_PERSON]
    vague = [message for message in judged if message.expected == "clarify"]
    asked_back = [message for message in judged if message.done == "clarify"]
    return OrganisationEvaluation(
        organisation=organisation,
        model=model,
        part=part,
        messages=len(judged),
        automation=_share(message.done == "answer" for message in judged),
        answered_correctly=_share(message.right for message in answers),
        wrong_answers=_share(message.answered_wrongly for message in judged),
        false_escalations=_share(message.done in TO_A_PERSON for message in answers),
        missed_escalations=_share(message.done == "answer" for message in for_people),
        clarified_of_vague=_share(message.done == "clarify" for message in vague),
        vague_of_clarified=_share(message.expected == "clarify" for message in asked_back),
        calibration_error=_calibration_error([message for message in judged if message.weighed]),
        weighed=sum(message.weighed for message in judged),
        latency_ms=_latency(milliseconds),
        confusion=_confusion(judged),
        failures=tuple(message for message in judged if not message.right),
    )


def _calibration_error(weighed: Sequence[JudgedMessage]) -> float:
    bins = defaultdict[int, list[JudgedMessage]](list)
    for message in weighed:
        bins[min(int(message.confidence * BINS), BINS - 1)].append(message)
    distances = (abs(sum(m.confidence - m.draft_right for m in filled)) for filled in bins.values())
    return sum(distances) / len(weighed) if weighed else 0.0


def _latency(milliseconds: Sequence[float]) -> LatencyMilliseconds:
    ordered = sorted(milliseconds) or [0.0]
    p50, p99 = (ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in (0.5, 0.99))
    return LatencyMilliseconds(p50=p50, p99=p99)


def _share(held: Iterable[bool]) -> Rate:
    found = list(held)
    return rate(sum(found), len(found))


def _confusion(judged: Sequence[JudgedMessage]) -> dict[str, dict[str, int]]:
    return {
        expected: {done: sum(m.expected == expected and m.done == done for m in judged) for done in EXPECTED}
        for expected in EXPECTED
    }
