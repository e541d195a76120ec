"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """Conversations that are open at once; each customer pauses for about so long before each message."""

    conversations: int
    pause_seconds: float
    seconds: float


@dataclass(frozen=True)
class Waiting:
    """Conversations that wait for an approval, and for how long they are watched."""

    conversations: int
    watched_seconds: float


@dataclass(frozen=True)
class Watching:
    """Open consoles, and what they watch: open conversations, of whose customers so many speak at once.

    Each half of a pair of rounds is a round without any pause and one with. `settling_seconds`: how long consoles have
    been open when a round begins.
    """

    sessions: int
    conversations: int
    speaking: int
    pairs_of_rounds: int
    round_seconds: float
    pause_seconds: float
    settling_seconds: float


@dataclass(frozen=True)
class SlopePlan:
    """Numbers of open conversations and of worker processes; so many customers speak at once, paced or not."""

    conversations: tuple[int, ...]
    workers: tuple[int, ...]
    speaking: int
    round_seconds: float
    pause_seconds: float
    paced_seconds: float


@dataclass(frozen=True)
class Plan:
    """Sizes of one run. Rounds come in pairs: the bare workflow, then conversations."""

    counted_turns: int
    loads: tuple[Load, ...]
    saturating: int
    pairs_of_rounds: int
    round_seconds: float
    warm_up: int
    weighed: int
    recovered: int
    waiting: Waiting
    slopes: SlopePlan
    watching: Watching
    full: bool = False


# Eight turns of every kind are fewer events than a history begins anew after, so that it holds all of them.
# A customer who is alone is asked to hurry, because the pause changes nothing for him and more turns make a better p99.
FULL = Plan(
    counted_turns=8,
    loads=(Load(1, 0.1, 40), Load(32, 3, 60), Load(256, 3, 60), Load(1000, 12, 60)),
    saturating=32,
    pairs_of_rounds=4,
    round_seconds=10,
    warm_up=100,
    weighed=500,
    recovered=1000,
    waiting=Waiting(10_000, 60),
    slopes=SlopePlan((100, 1_000, 10_000), (1, 2, 4), 32, 15, 3, 30),
    watching=Watching(50, 1_000, 32, 4, 15, 3, 15),
    full=True,
)
QUICK = Plan(
    counted_turns=4,
    loads=(Load(1, 0.1, 3), Load(32, 1, 4), Load(256, 3, 6)),
    saturating=8,
    pairs_of_rounds=1,
    round_seconds=3,
    warm_up=10,
    weighed=30,
    recovered=50,
    waiting=Waiting(20, 5),
    slopes=SlopePlan((10, 20), (1, 2), 8, 2, 1, 3),
    watching=Watching(5, 20, 8, 1, 3, 1, 1),
)
