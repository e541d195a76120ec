"""How much is measured of each system in the comparison."""

from dataclasses import dataclass

from bench.peers.environment import PEERS, PeerKind


@dataclass(frozen=True)
class ComparisonPlan:
    """Sizes, the same for every system. Rounds of all alternate; after a kill nobody is waited for any longer."""

    conversations: int
    rounds: int
    round_seconds: float
    pause_seconds: float
    paced_seconds: float
    killed: int
    patience_seconds: float
    peers: tuple[PeerKind, ...] = PEERS


FULL_COMPARISON = ComparisonPlan(
    conversations=32,
    rounds=4,
    round_seconds=10,
    pause_seconds=3,
    paced_seconds=30,
    killed=32,
    patience_seconds=60,
)
QUICK_COMPARISON = ComparisonPlan(
    conversations=32,
    rounds=1,
    round_seconds=3,
    pause_seconds=1,
    paced_seconds=4,
    killed=8,
    patience_seconds=30,
)
