"""All rules over many conversations: what holds, how much was looked at, and what is wrong where."""

from collections.abc import Iterable, Iterator, Sequence

from domain.model import Frozen
from invariants.played import IN_EVERY_CHANNEL
from invariants.records import Conversation, Fault
from invariants.vendors import PER_CONVERSATION as OF_VENDORS
from invariants.vendors import every_channel_served, outage_named_and_survived

PROBLEMS_SHOWN = 5

Problems = Iterator[str]


class Check(Frozen):
    """`detail` says how much was looked at or, when it does not hold, what is wrong and in which conversation."""

    ok: bool
    detail: str


PER_CONVERSATION = (*IN_EVERY_CHANNEL, *OF_VENDORS)


def run_checks(conversations: Sequence[Conversation], faults: Sequence[Fault]) -> dict[str, Check]:
    """Every check by its name."""
    checks = {
        check.__name__: _check(
            (f"{found.played.conversation_id}: {problem}" for found in conversations for problem in check(found)),
            f"{len(conversations)} conversations",
        )
        for check in PER_CONVERSATION
    }
    looked_at = f"{len(conversations)} conversations"
    checks["every_channel_served"] = _check(every_channel_served(conversations), looked_at)
    checks["outage_named_and_survived"] = _check(outage_named_and_survived(conversations, faults), looked_at)
    checks["every_fault_survived_in_flight"] = _check(
        _fault_problems(faults), ", ".join(f"{fault.part} with {fault.in_flight} waiting" for fault in faults)
    )
    return checks


def _fault_problems(faults: Sequence[Fault]) -> Problems:
    if not faults:
        yield "nothing was killed"
    for fault in faults:
        if fault.back_at is None:
            yield f"{fault.part} did not come back"
        if not fault.in_flight:
            yield f"nobody waited for a reply when {fault.part} went away"


def _check(problems: Iterable[str], looked_at: str) -> Check:
    found = list(problems)
    if not found:
        return Check(ok=True, detail=looked_at)
    more = f"; and {len(found) - PROBLEMS_SHOWN} more" if len(found) > PROBLEMS_SHOWN else ""
    return Check(ok=False, detail="; ".join(found[:PROBLEMS_SHOWN]) + more)
