"""The page of a run: what was counted over how many, how soon everything was well again, and what it does not say."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from chaos.figures import Latency, RunFigures
from chaos.picture import save_recoveries, save_timeline
from chaos.verdict import Recovery, Verdict

IMAGES = "images"
LEFT, RIGHT = "---", "---:"
RECOVERY_COLUMNS = (
    "Fault",
    "n",
    "Questions kept waiting",
    "First answer, longest",
    "95 of 100, median",
    "95 of 100, longest",
)
RULES: dict[str, str] = {
    "lost": "acknowledged and not recorded, or neither answered nor with a person, or recorded as sent and never there",
    "doubled": "recorded twice, answered twice, or the same message twice with a customer",
    "after_takeover": "a message of the AI agent that reached a customer after a takeover was acknowledged",
    "out_of_order": "with a customer, or in the transcript, in another order than it was sent or acknowledged",
    "unapproved": "an AI agent's message without the approval that its rules demand, or under a stale one",
}
OTHER_RULES: dict[str, str] = {
    "unrecorded": "a message at a customer without its record, or without a complete decision record",
    "undecided": "an approval that is neither decided nor open with a next deadline",
    "actions": "a write action that was done twice, or is recorded otherwise than it was done",
    "unreplayable": "a conversation whose history does not replay",
    "inconsistent": "a transcript with gaps, an audit trail that differs from it, a workflow that has ended",
}


def write(file: Path, run: RunFigures) -> None:
    """Write the page, and its pictures into a folder beside it."""
    timeline, recoveries = (Path(IMAGES) / f"{file.stem}-{name}.png" for name in ("timeline", "recovery"))
    save_timeline(file.parent / timeline, run)
    save_recoveries(file.parent / recoveries, run)
    file.write_text(page(run, timeline, recoveries), encoding="utf-8")


def page(run: RunFigures, timeline: Path, recoveries: Path) -> str:
    verdict, machine = run.verdict, run.machine
    return PAGE.format(
        conversations=verdict.customers,
        minutes=f"{run.seconds / 60:g}",
        seed=verdict.seed,
        date=run.made_on,
        machine=machine,
        verdict=verdict,
        rested="came to rest" if verdict.rested else "did NOT come to rest",
        messages=f"{verdict.messages:,}",
        counts=table(("Rule", "Broken", "What counts"), counts(verdict), (LEFT, RIGHT, LEFT)),
        faults=sum(verdict.faults.values()),
        kinds=len(verdict.faults),
        latencies=table(("Questions asked and answered", "n", "p50", "p95", "p99"), latency_rows(run)),
        recovery=table(RECOVERY_COLUMNS, recovery_rows(run)),
        timeline=timeline.as_posix(),
        recoveries=recoveries.as_posix(),
    )


def counts(verdict: Verdict) -> list[tuple[str, ...]]:
    main = [(name, str(getattr(verdict, name)), what) for name, what in RULES.items()]
    return [*main, *((name, str(verdict.other.get(name, 0)), what) for name, what in OTHER_RULES.items())]


def latency_rows(run: RunFigures) -> list[tuple[str, ...]]:
    named = {"while nothing went wrong": run.calm, "during a fault or within 10 s of one": run.troubled}
    return [_latency_row(name, found) for name, found in named.items() if found]


def recovery_rows(run: RunFigures) -> list[tuple[str, ...]]:
    return [_recovery_row(name, several) for name, several in run.by_fault()]


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], sides: Sequence[str] = ()) -> str:
    """The first column to the left, figures to the right, unless `sides` say otherwise."""
    lines = [columns, sides or [LEFT, *[RIGHT] * (len(columns) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _latency_row(name: str, found: Latency) -> tuple[str, ...]:
    return name, f"{found.n:,}", f"{found.p50:.1f} s", f"{found.p95:.1f} s", f"{found.p99:.1f} s"


def _recovery_row(name: str, several: Sequence[Recovery]) -> tuple[str, ...]:
    seconds = [recovery.seconds for recovery in several if recovery.seconds is not None]
    waiting = sum(recovery.waiting for recovery in several)
    if not seconds:
        return name, str(len(several)), str(waiting), "–", "–", "–"
    first = max(recovery.first_seconds or 0.0 for recovery in several)
    figures = (f"{first:.1f} s", f"{median(seconds):.1f} s", f"{max(seconds):.1f} s")
    return name, str(len(several)), f"{waiting:,}", *figures


PAGE = """\
# Reliability

Written by `holdfast chaos --conversations {conversations} --minutes {minutes} --seed {seed} --report …` on {date}.
Do not edit: run it again. Another seed is another run.

Machine: {machine.system}, {machine.cores} cores, {machine.memory_gib:g} GiB of memory, Python {machine.python}; the
load average over the last quarter of an hour was {machine.load_average:g}. Everything runs on this one machine:
PostgreSQL, Temporal, two workers, the gateway, the stand-ins of all vendors, and the process that plays
{conversations} customers and the people who help them.

## What was counted

{messages} messages of customers in {verdict.conversations:,} conversations by web chat, email, SMS, Zendesk, Slack and
phone; {verdict.approvals:,} approvals; {verdict.takeovers:,} takeovers after which every message was watched; {faults}
faults of {kinds} kinds. Afterwards everything {rested}. Of {verdict.unacknowledged} messages no vendor was ever told
that we have them, and nobody reads that vendor as well: nobody promised anything about these.

{counts}

The judge stands outside. Customers and vendors' stand-ins keep what each sent and received, people keep what they were
shown and what they let go. Every message of a customer carries a mark, and every answer of the model a number, so that
both are known wherever they turn up. Only afterwards is this compared with the database, and every history of every
workflow is replayed. `tests/chaos/test_judge.py` has a planted fault for each rule that the judge finds, and
`holdfast chaos --plant` runs with a bug that it finds.

Every vendor but the telephone takes an idempotency key or can be asked what it has. A caller can be asked nothing: what
was recorded as said may have met a call that was over, and a line may be spoken again when its first answer got lost on
the way. This window is counted apart: of {verdict.calls} calls, {verdict.unheard} lines were recorded and not heard,
{verdict.heard_again} were heard again.

## What went wrong, and how soon all was well again

![What reached customers, how soon answers came, and when each fault was]({timeline})

![How soon waiting questions were answered after each fault]({recoveries})

{recovery}

Seconds count from the end of a fault, which is when the process was ready again or the trouble was taken back, until 95
of 100 plain questions that it had kept waiting were answered. What waits for a person's approval waits for that person,
so it is not in these figures. Where several faults overlap, each has the whole of it; where customers write more than
the machine can answer, the queue is in it, too.

{latencies}

Seconds from the customer's message to the answer at the customer. At vendors the customers look five times a second. A
reply is held back for 2 seconds on purpose, in case the customer writes more.

## What these figures do not say

- A killed stand-in resets and refuses every connection; what it has taken stays, as with a vendor whose servers crash.
- The clock of a worker jumps by 95 seconds within the process: our code reads another time, the machine does not.
- A rollout of workers here is the same code again, in new processes that must replay every conversation.
- A stopped process wakes up after seconds, not after hours.
- WhatsApp and channels of one's own are not part of the run.
- The same seed makes the same choices, but not the same interleaving: processes run as the machine lets them.
"""
