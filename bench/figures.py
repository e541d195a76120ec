"""The figures of one run, and the budgets that they are held against."""

from collections.abc import Sequence
from datetime import date
from statistics import quantiles
from typing import Self

from pydantic import BaseModel, Field


class TurnCost(BaseModel):
    """History events, their bytes, and billable actions."""

    events: int
    bytes: int
    actions: int


class Percentiles(BaseModel):
    """Of milliseconds."""

    p50: float
    p95: float
    p99: float
    turns: int = Field(description="How many turns were timed.")

    @classmethod
    def of(cls, milliseconds: Sequence[float]) -> Self:
        cuts = quantiles(milliseconds, n=100, method="inclusive")
        return cls(p50=round(cuts[49], 1), p95=round(cuts[94], 1), p99=round(cuts[98], 1), turns=len(milliseconds))


class Rates(BaseModel):
    """Turns per second; `ratio` is the median of `ratios`, one for each pair of rounds."""

    holdfast: float
    bare: float
    ratio: float
    ratios: list[float]


class Messages(BaseModel):
    """Of all conversations of the run: messages that customers wrote, and what the transcripts say of them."""

    written: int
    recorded: int
    answered: int
    lost: int
    doubled: int

    def __add__(self, other: Self) -> Self:
        return self.model_copy(update={name: count + getattr(other, name) for name, count in self})


class KillFigures(BaseModel):
    """Of conversations that stood at one point when their process was killed with SIGKILL, and their messages."""

    conversations: int
    answered: int = Field(description="Whose reply came when the process had been started again, and nothing else.")
    seconds: float | None = Field(description="From that start until the last reply; none where one did not come.")
    lost: int = Field(description="Messages without a reply, after the application had resumed what it could.")
    doubled: int = Field(description="Replies that are one too many.")


class SystemFigures(BaseModel):
    """One system in the comparison. Keys of `kills` are the points."""

    name: str
    versions: dict[str, str]
    turns_per_second: float = Field(description="The median of the rounds.")
    rounds: list[float]
    saturated_ms: Percentiles
    paced_ms: Percentiles
    approval_ms: Percentiles = Field(description="From a person's decision until the reply was read.")
    kills: dict[str, KillFigures]


class Comparison(BaseModel):
    """Holdfast and its peers in one run; `not_measured` says why a peer is missing, a sentence each."""

    conversations: int
    round_seconds: float
    pause_seconds: float
    patience_seconds: float
    systems: list[SystemFigures]
    not_measured: list[str]
    load_before: float
    load_after: float


class WaitingApprovals(BaseModel):
    """Conversations in which a draft waits for a person. Keys of the CPU seconds are processes; bytes are of each."""

    conversations: int
    waiting: int = Field(description="Approvals that were open at the end.")
    opened_in_seconds: float
    watched_seconds: float
    idle_cpu_seconds: dict[str, float] = Field(description="For so long before there were any.")
    waiting_cpu_seconds: dict[str, float] = Field(description="For so long while they waited.")
    database_bytes: int
    history_bytes: int = Field(description="Of the history, as the server counts it.")
    temporal_file_bytes: int = Field(description="What the file of the development server grew by.")

    @property
    def added_cpu_seconds(self) -> float:
        """What they cost while they wait, all processes together."""
        return round(sum(self.waiting_cpu_seconds.values()) - sum(self.idle_cpu_seconds.values()), 2)


class OpenSlope(BaseModel):
    """With so many conversations open, of which some speak at once, drawn from all of them."""

    turns_per_second: float
    paced_ms: Percentiles
    worker_mb: float


class Slopes(BaseModel):
    """Keys are numbers: of open conversations, and of worker processes, whose values are turns per second."""

    speaking: int
    conversations: dict[str, OpenSlope]
    workers: dict[str, float]


class Watched(BaseModel):
    """Turns per second while people watch live and while nobody does, in turn; `ratio` is the median of `ratios`."""

    sessions: int = Field(description="Consoles that were open.")
    conversations: int
    turns_per_second: float
    unwatched_turns_per_second: float
    ratio: float
    ratios: list[float] = Field(description="One for each pair of rounds.")
    paced_ms: Percentiles
    unwatched_paced_ms: Percentiles


class BaselineFigures(BaseModel):
    """Turns per second of an earlier build and of this one; `ratio` is the median of `ratios`, now by then."""

    commit: str
    then: float
    now: float
    ratio: float
    ratios: list[float] = Field(description="One for each pair of rounds.")
    temporal_servers: list[str] = Field(description="The version of the server that each build brings: then, now.")


class Machine(BaseModel):
    """What the figures were measured on; load averages over a minute, before and after."""

    cores: int
    memory_gib: float
    system: str
    python: str
    temporal_sdk: str
    temporal_server: str
    postgresql: str
    load_before: float
    load_after: float


class Figures(BaseModel):
    """The JSON of the benchmark. Keys of `overhead_ms` are numbers of conversations."""

    plain_turn: TurnCost
    approval_turn: TurnCost
    first_turn: TurnCost
    validated_turn: TurnCost
    vendor_turn: TurnCost = Field(description="A plain turn whose reply goes to a vendor.")
    overhead_ms: dict[str, Percentiles]
    saturated_ms: dict[str, Percentiles]
    turns_per_second: Rates
    memory_per_conversation_kb: float
    recovery_1000_seconds: float
    recovered_conversations: int
    messages: Messages
    machine: Machine
    measured_on: date
    quick: bool
    waiting_approvals: WaitingApprovals | None = None
    slopes: Slopes | None = None
    watched: Watched | None = None
    baseline_ratio: float | None = Field(None, description="Turns per second now by those of the baseline.")
    baseline: BaselineFigures | None = None
    peers: Comparison | None = None


class Budget(BaseModel):
    """A limit. An `exact` one holds on every machine at any load, so it decides about the exit code."""

    name: str
    figure: float
    limit: float
    at_least: bool = False
    exact: bool = False

    @property
    def holds(self) -> bool:
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit


def budgets(figures: Figures) -> list[Budget]:
    return [
        Budget(name="plain turn, events", figure=figures.plain_turn.events, limit=11, exact=True),
        Budget(name="plain turn, actions", figure=figures.plain_turn.actions, limit=2, exact=True),
        Budget(name="turn by a vendor, events", figure=figures.vendor_turn.events, limit=16, exact=True),
        Budget(name="turn by a vendor, actions", figure=figures.vendor_turn.actions, limit=3, exact=True),
        Budget(name="validated turn, events", figure=figures.validated_turn.events, limit=22, exact=True),
        Budget(name="validated turn, actions", figure=figures.validated_turn.actions, limit=4, exact=True),
        Budget(name="approval turn, events", figure=figures.approval_turn.events, limit=29, exact=True),
        Budget(name="messages lost", figure=figures.messages.lost, limit=0, exact=True),
        Budget(name="messages answered twice", figure=figures.messages.doubled, limit=0, exact=True),
        Budget(name="overhead p95 at 32, ms", figure=figures.overhead_ms["32"].p95, limit=500),
        Budget(name="turns per second, ratio", figure=figures.turns_per_second.ratio, limit=0.6, at_least=True),
    ]
