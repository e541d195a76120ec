"""What we want to reach, and whether this run did."""

from pydantic import BaseModel

from bench.figures import Comparison, Figures

RECOVERED, WAITING = 1_000, 10_000
"""How many conversations the targets speak of."""

NO_CPU_SECONDS = 0.6
"""One hundredth of a core: what cannot be told from none beside servers that are never quite idle."""


class Target(BaseModel):
    """What we want to reach; it decides nothing. Without a figure it was not measured in this run."""

    name: str
    figure: float | None
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool | None:
        if self.figure is None:
            return None
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit


def targets(figures: Figures) -> list[Target]:
    return [*_cost_targets(figures), *_speed_targets(figures), *_size_targets(figures)]


def _cost_targets(figures: Figures) -> list[Target]:
    wanted = (
        ("plain turn", figures.plain_turn, 11, 2),
        ("turn by a vendor", figures.vendor_turn, 16, 3),
        ("approval turn", figures.approval_turn, 26, 6),
        ("first turn", figures.first_turn, 22, 5),
    )
    return [
        target
        for name, cost, events, actions in wanted
        for target in (
            Target(name=f"{name}, events", figure=cost.events, limit=events),
            Target(name=f"{name}, actions", figure=cost.actions, limit=actions),
        )
    ]


def _speed_targets(figures: Figures) -> list[Target]:
    rates = figures.turns_per_second
    return [
        Target(name="turns per second, by those of the bare workflow", figure=rates.ratio, limit=1.0, at_least=True),
        Target(
            name="turns per second, by those of the baseline", figure=figures.baseline_ratio, limit=1.6, at_least=True
        ),
        Target(
            name="turns per second, by those of DBOS", figure=_beside(figures.peers, "DBOS"), limit=2.0, at_least=True
        ),
        Target(
            name="turns per second while 50 people watch, by those while nobody does",
            figure=figures.watched.ratio if figures.watched else None,
            limit=0.9,
            at_least=True,
        ),
        Target(name="overhead p95 at 32, ms", figure=_p95(figures, "32"), limit=80),
        Target(name="overhead p95 at 256, ms", figure=_p95(figures, "256"), limit=1000),
        Target(name="overhead p95 at 1,000, ms", figure=_p95(figures, "1000"), limit=1000),
        Target(
            name="1,000 conversations answer again after kill -9, s",
            figure=figures.recovery_1000_seconds if figures.recovered_conversations == RECOVERED else None,
            limit=20,
        ),
    ]


def _size_targets(figures: Figures) -> list[Target]:
    waiting = figures.waiting_approvals
    enough = waiting is not None and waiting.conversations >= WAITING
    return [
        Target(name="memory of an open conversation, KB", figure=figures.memory_per_conversation_kb, limit=80),
        Target(
            name="CPU of 10,000 waiting approvals, seconds a minute",
            figure=waiting.added_cpu_seconds * 60 / waiting.watched_seconds if waiting and enough else None,
            limit=NO_CPU_SECONDS,
        ),
        Target(
            name="database and history of a waiting approval, KB",
            figure=round((waiting.database_bytes + waiting.history_bytes) / 1024, 1) if waiting else None,
            limit=60,
        ),
    ]


def _p95(figures: Figures, conversations: str) -> float | None:
    times = figures.overhead_ms.get(conversations)
    return times.p95 if times else None


def _beside(peers: Comparison | None, name: str) -> float | None:
    """Turns per second of the first system, ours, by those of another in the same rounds."""
    rates = {system.name: system.turns_per_second for system in peers.systems} if peers else {}
    return round(next(iter(rates.values())) / rates[name], 2) if rates.get(name) else None
