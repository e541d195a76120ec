"""What a run comes to: counts, the exit code's word, and how soon all was well again."""

import pytest

from chaos.facts import RunFacts, Said
from chaos.judge import Problem
from chaos.outside import OutsideRecord
from chaos.schedule import Inflicted
from chaos.verdict import Recovery, Verdict, latencies, recoveries_of, verdict_of
from tests.chaos.facts import IN_ORDER, SAID

KILLED = Inflicted(name="worker killed", began_at=10, over_at=12)
EVERY_RULE = ("lost", "doubled", "after_takeover", "out_of_order", "unapproved", "unrecorded", "actions")


def outside(**answered_at: float) -> OutsideRecord:
    """Questions that were said at 9, 11 and 13, and when each was answered."""
    record = OutsideRecord()
    for number, at in enumerate((9.0, 11.0, 13.0), 1):
        mark = f"ref1x{number}"
        record.said[mark] = Said(mark=mark, channel="sms", kind="question", said_at=at)
    record.answered_at |= answered_at
    return record


def verdict(*problems: Problem, rested: bool = True, facts: RunFacts | None = None) -> Verdict:
    run = facts or RunFacts(conversations=(IN_ORDER,))
    recoveries = [Recovery(fault=KILLED, waiting=1, seconds=seconds) for seconds in (2.04, None, 1.0)]
    return verdict_of(run, problems, recoveries, customers=1, seed=7, rested=rested)


def test_problems_are_counted_by_rule() -> None:
    problems = [Problem(rule=rule, conversation_id="cv_1", message="m", what="w") for rule in EVERY_RULE]
    found = verdict(*problems, *problems[:1])
    assert (found.lost, found.doubled, found.after_takeover, found.out_of_order, found.unapproved) == (2, 1, 1, 1, 1)
    assert found.other == {"unrecorded": 1, "actions": 1}
    assert found.messages == len(SAID)
    assert found.faults == {"worker killed": 3}
    assert found.recovery_seconds == {"worker killed": 2.0}


@pytest.mark.parametrize(
    ("rested", "problems", "holds"),
    [(True, 0, True), (False, 0, False), (True, 1, False)],
)
def test_it_holds_when_nothing_is_wrong_and_everything_came_to_rest(rested: bool, problems: int, holds: bool) -> None:
    found = [Problem(rule="actions", conversation_id="", message="7", what="done twice")] * problems
    assert verdict(*found, rested=rested).holds is holds


def test_what_nobody_promised_is_counted_apart() -> None:
    nobody_knows = SAID[0].model_copy(update={"mark": "ref9x9", "acknowledged_at": None})
    assert verdict(facts=RunFacts(conversations=(IN_ORDER,), homeless=(nobody_knows,))).unacknowledged == 1


@pytest.mark.parametrize(
    ("answered_at", "waiting", "first", "seconds"),
    [
        ({}, 0, None, None),
        ({"ref1x1": 9.5}, 0, None, None),
        ({"ref1x1": 11.0}, 1, 0.0, 0.0),
        ({"ref1x1": 14.0, "ref1x2": 15.5}, 2, 2.0, 3.5),
        ({"ref1x3": 15.0}, 0, None, None),
    ],
    ids=["nobody was answered", "answered before", "answered meanwhile", "answered afterwards", "said afterwards"],
)
def test_recovery_is_from_the_end_of_a_fault_to_the_answers_that_it_kept(
    answered_at: dict[str, float], waiting: int, first: float | None, seconds: float | None
) -> None:
    (recovery,) = recoveries_of(outside(**answered_at), [KILLED])
    assert (recovery.waiting, recovery.first_seconds, recovery.seconds) == (waiting, first, seconds)


def test_what_waits_for_people_is_in_no_figure() -> None:
    record = outside(ref1x1=14.0)
    record.said["ref1x1"] = record.said["ref1x1"].model_copy(update={"kind": "refund"})
    assert recoveries_of(record, [KILLED])[0].waiting == 0
    assert latencies(record) == []
    assert latencies(outside(ref1x2=12.5, ref1x1=10.0)) == [(9.0, 1.0), (11.0, 1.5)]
