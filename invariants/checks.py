"""All rules over many conversations: what holds, how much was looked at, and what is wrong where."""

from collections.abc import Iterable, Iterator, Sequence

from domain.model import Frozen
from domain.specification.publications import Publication
from invariants.journeys import journey_ended_once_in_order
from invariants.modes import draft_under_way_became_a_suggestion
from invariants.played import IN_EVERY_CHANNEL
from invariants.records import Conversation, Fault
from invariants.vendors import PER_CONVERSATION as OF_VENDORS
from invariants.vendors import every_channel_served, outage_named_and_survived
from invariants.versions import every_conversation_kept_its_version, publish_and_rollback_took_effect

PROBLEMS_SHOWN = 5

Problems = Iterator[str]


class Check(Frozen):
    """`detail` says how much was looked at or, when it does not hold, what is wrong and in which conversation."""

    ok: bool
    detail: str


PER_CONVERSATION = (*IN_EVERY_CHANNEL, *OF_VENDORS)


def run_checks(
    conversations: Sequence[Conversation], faults: Sequence[Fault], publications: Sequence[Publication]
) -> dict[str, Check]:
    """Every check by its name. `publications` are those of the organisation, the newest first."""
    looked_at = f"{len(conversations)} conversations"
    checks = {
        check.__name__: _check(
            (f"{found.played.conversation_id}: {problem}" for found in conversations for problem in check(found)),
            looked_at,
        )
        for check in PER_CONVERSATION
    }
    together: dict[str, Problems] = {
        "every_channel_served": every_channel_served(conversations),
        "outage_named_and_survived": outage_named_and_survived(conversations, faults),
        "journey_ended_once_in_order": journey_ended_once_in_order(conversations),
        "draft_under_way_became_a_suggestion": draft_under_way_became_a_suggestion(conversations),
        "every_conversation_kept_its_version": every_conversation_kept_its_version(conversations, publications),
        "publish_and_rollback_took_effect": publish_and_rollback_took_effect(conversations, publications),
    }
    checks |= {name: _check(problems, looked_at) for name, problems in together.items()}
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
