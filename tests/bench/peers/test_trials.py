"""The judge finds what a killed peer loses and doubles: each fault is planted, in a real process that really dies."""

import pytest

from bench.figures import KillFigures
from bench.peers.trials import Moment, killed_at
from domain.errors import UnavailableError
from tests.bench.peers.conftest import NewPeer
from tests.bench.peers.stub_program import Fault

CONVERSATIONS = ALL = 3
PATIENCE_SECONDS = 1.5


@pytest.mark.parametrize(
    ("fault", "moment", "answered", "lost", "doubled"),
    [
        ("none", "before_reply", ALL, 0, 0),
        ("none", "after_reply", ALL, 0, 0),
        ("none", "approval_waits", ALL, 0, 0),
        ("leaves it to the application", "before_reply", 0, 0, 0),
        ("leaves it to the application", "after_reply", ALL, 0, 0),
        ("loses", "before_reply", 0, ALL, 0),
        ("loses approvals", "approval_waits", 0, ALL, 0),
        # The first reply of each conversation is doubled, and the second where it was written before the kill.
        ("doubles", "before_reply", 0, ALL, ALL),
        ("doubles", "after_reply", ALL, 0, 2 * ALL),
        ("doubles", "approval_waits", ALL, 0, ALL),
    ],
)
async def test_each_planted_fault_is_found_and_nothing_else(
    stub_peer: NewPeer, fault: Fault, moment: Moment, answered: int, lost: int, doubled: int
) -> None:
    killed = await killed_at(await stub_peer(fault), moment, CONVERSATIONS, PATIENCE_SECONDS)

    assert (killed.answered, killed.lost, killed.doubled) == (answered, lost, doubled)
    assert (killed.seconds is None) is (answered < ALL)


async def test_a_peer_that_never_comes_to_the_point_ends_the_trial(stub_peer: NewPeer) -> None:
    peer = await stub_peer("fails")
    with pytest.raises(UnavailableError):
        await killed_at(peer, "before_reply", 1, PATIENCE_SECONDS)


def test_the_figures_of_a_kill_are_json() -> None:
    killed = KillFigures(conversations=3, answered=0, seconds=None, lost=3, doubled=0)
    assert KillFigures.model_validate_json(killed.model_dump_json()) == killed
