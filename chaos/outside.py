"""The record of those outside: what customers said, what their vendors told and were told, what people saw and did."""

import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from chaos.facts import Kind, Said, Takeover
from chaos.references import references_in
from domain.specification.organisation import ChannelKind

READ_AS_WELL: frozenset[ChannelKind] = frozenset({"email", "sms", "zendesk"})
"""Where our side also reads what the vendor has: a webhook that nobody acknowledged is found all the same."""
GOOD = range(200, 300)


@dataclass
class Ownership:
    """A takeover that goes on: what the customer had on the conversation's channels when it was acknowledged."""

    by: str
    acknowledged_at: float
    channels: frozenset[ChannelKind]
    had: frozenset[str]
    last_seq: int


@dataclass
class OutsideRecord:
    """Written to from several threads; each entry is one operation on a dictionary or list."""

    began_at: float = field(default_factory=time.monotonic)
    said: dict[str, Said] = field(default_factory=dict)
    acknowledged_at: dict[str, float] = field(default_factory=dict)
    answered_at: dict[str, float] = field(default_factory=dict)
    arrivals: list[float] = field(default_factory=list)
    takeovers: dict[str, list[Takeover]] = field(default_factory=lambda: defaultdict(list))
    owned: dict[str, Ownership] = field(default_factory=dict)
    approved_texts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    mode_changed: set[str] = field(default_factory=set)
    refused_requests: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        return time.monotonic() - self.began_at

    def begins(self) -> None:
        """The clock of the run starts now."""
        self.began_at = time.monotonic()

    def says(self, mark: str, channel: ChannelKind, kind: Kind) -> None:
        read = channel in READ_AS_WELL
        self.said[mark] = Said(mark=mark, channel=channel, kind=kind, said_at=self.now, found_by_reading=read)

    def told(self, body: str, status: int) -> None:
        """A vendor posted this, and was answered with this status; the first good answer counts."""
        if status in GOOD:
            for mark in references_in(unquote_plus(body)):
                self.acknowledged(mark)

    def acknowledged(self, mark: str) -> None:
        self.acknowledged_at.setdefault(mark, self.now)

    def reached(self, text: str) -> None:
        """The customer has this message of the organisation now."""
        self.arrivals.append(self.now)
        for mark in references_in(text):
            self.answered_at.setdefault(mark, self.now)

    def messages(self) -> list[Said]:
        """All that was said, with what became of its acknowledgement."""
        return [
            said.model_copy(update={"acknowledged_at": self.acknowledged_at.get(mark)})
            for mark, said in self.said.items()
        ]
