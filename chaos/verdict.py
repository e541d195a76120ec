"""What a run came to: counts for machines, and everything that is wrong for people."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from pydantic import Field

from chaos.facts import RunFacts, Said
from chaos.judge import Problem, Rule, window_of
from chaos.outside import OutsideRecord
from chaos.schedule import Inflicted
from domain.model import Frozen

P95 = 0.95


class Recovery(Frozen):
    """Of one fault: how long after its end the questions that it had kept waiting were answered.

    `first_seconds` is until the first of them, `seconds` until 95 of 100.
    """

    fault: Inflicted
    waiting: int
    first_seconds: float | None = None
    seconds: float | None = Field(None, description="None: it kept nobody waiting.")


class Verdict(Frozen):
    """`lost` to `unapproved` are numbers of problems; `other` are those of the further rules, by rule."""

    messages: int
    customers: int
    conversations: int
    lost: int
    doubled: int
    after_takeover: int
    out_of_order: int
    unapproved: int
    other: dict[str, int]
    calls: int = Field(description="Conversations with a phone call.")
    unheard: int = Field(description="Lines that were recorded as said on the phone and not heard; no broken promise.")
    heard_again: int = Field(description="Lines that a caller heard more than once; no broken promise.")
    unacknowledged: int = Field(description="Messages that no vendor was told we have, and that nobody reads later.")
    faults: dict[str, int]
    recovery_seconds: dict[str, float] = Field(description="The longest of each kind of fault.")
    takeovers: int
    approvals: int
    rested: bool
    seed: int
    problems: tuple[Problem, ...] = ()

    @property
    def holds(self) -> bool:
        return self.rested and not self.problems


def verdict_of(
    run: RunFacts,
    problems: Sequence[Problem],
    recoveries: Sequence[Recovery],
    *,
    customers: int,
    seed: int,
    rested: bool,
) -> Verdict:
    counts = Counter[Rule](problem.rule for problem in problems)
    said = [*(one for facts in run.conversations for one in facts.said), *run.homeless]
    main: dict[Rule, int] = {
        name: counts.pop(name, 0) for name in ("lost", "doubled", "after_takeover", "out_of_order", "unapproved")
    }
    return Verdict(
        messages=len(said),
        customers=customers,
        conversations=len(run.conversations),
        **{str(name): count for name, count in main.items()},
        other={str(name): count for name, count in counts.items()},
        **window_of(run).model_dump(),
        unacknowledged=sum(not one.counts for one in said),
        faults=dict(Counter(recovery.fault.name for recovery in recoveries)),
        recovery_seconds=_longest(recoveries),
        takeovers=sum(len(facts.takeovers) for facts in run.conversations),
        approvals=sum(len(facts.recorded.approvals) for facts in run.conversations),
        rested=rested,
        seed=seed,
        problems=tuple(problems),
    )


def _longest(recoveries: Sequence[Recovery]) -> dict[str, float]:
    longest = defaultdict[str, float](float)
    for recovery in recoveries:
        longest[recovery.fault.name] = max(longest[recovery.fault.name], recovery.seconds or 0.0)
    return {name: round(seconds, 1) for name, seconds in sorted(longest.items())}


def recoveries_of(outside: OutsideRecord, faults: Sequence[Inflicted]) -> list[Recovery]:
    """Only plain questions count: what waits for a person waits for that person."""
    questions = [said for said in outside.said.values() if said.kind == "question"]
    return [_recovery(fault, questions, outside.answered_at) for fault in faults]


def _recovery(fault: Inflicted, questions: Sequence[Said], answered_at: dict[str, float]) -> Recovery:
    answers = sorted(
        max(0.0, answered_at[said.mark] - fault.over_at)
        for said in questions
        if said.said_at <= fault.over_at and fault.began_at <= answered_at.get(said.mark, -1.0)
    )
    if not answers:
        return Recovery(fault=fault, waiting=0)
    last = answers[max(1, round(P95 * len(answers))) - 1]
    return Recovery(fault=fault, waiting=len(answers), first_seconds=answers[0], seconds=last)


def latencies(outside: OutsideRecord) -> list[tuple[float, float]]:
    """When each answered plain question was said, and how many seconds its answer took."""
    return sorted(
        (said.said_at, outside.answered_at[said.mark] - said.said_at)
        for said in outside.said.values()
        if said.kind == "question" and said.mark in outside.answered_at
    )
