"""Customers, each a small state machine: asks, adds, changes their mind, wants a person, goes silent, comes back."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal, TypeVar

from cast.customer import ChatClient
from cast.devices import Device
from cast.saying import Say
from chaos import organisation
from chaos.facts import Had, Kind
from chaos.outside import OutsideRecord
from chaos.references import is_answer, plain, reference
from domain.conversation.messages import Author
from domain.delivery.channels import PHONE, WEB_CHAT
from domain.specification.organisation import ChannelKind
from invariants.records import Sent
from sandbox.slack_workspace import RefusedCallError
from sandbox.twilio_requests import RefusedError

Choice = TypeVar("Choice", bound=str)
State = Literal["asks", "adds", "changes_mind", "wants_person", "silent", "switches_channel"]
NEXT: Mapping[State, Mapping[State, int]] = {
    "asks": {"asks": 6, "adds": 3, "changes_mind": 2, "wants_person": 1, "silent": 1, "switches_channel": 1},
    "adds": {"asks": 6, "adds": 1, "silent": 1},
    "changes_mind": {"asks": 4, "adds": 1, "wants_person": 1},
    "wants_person": {"asks": 3, "adds": 2, "silent": 1},
    "silent": {"asks": 3, "switches_channel": 1},
    "switches_channel": {"asks": 3, "adds": 1},
}
"""What a customer does next, with its weight."""
KINDS: Mapping[Kind, int] = {"question": 10, "refund": 3, "large_refund": 1, "voucher": 1}
PAUSES: Mapping[State, tuple[float, float]] = {
    "asks": (0.6, 1.4),
    "adds": (0.02, 0.1),
    "changes_mind": (0.1, 0.4),
    "wants_person": (0.6, 1.4),
    "silent": (1.5, 3.0),
    "switches_channel": (0.6, 1.4),
}
"""Shares of the usual pause that pass before it."""
TWO_COPIES_IN = 5
CONNECTION_LOST_IN = 8


@dataclass(frozen=True)
class Pace:
    """How many messages each customer writes, and how long the usual pause before one is."""

    messages: int
    pause_seconds: float


class Customer:
    """Base of all; `number` stands in the marks of their messages."""

    def __init__(self, number: int, outside: OutsideRecord, random: Random) -> None:
        self.number = number
        self.written = self.refused = 0
        self.wrote_at = float("-inf")
        self._outside = outside
        self._random = random
        self._state: State = "asks"

    async def live(self, pace: Pace) -> None:
        """Write until so many messages were taken, and go."""
        await asyncio.sleep(self._random.uniform(0, pace.pause_seconds))
        while self.written - self.refused < pace.messages:
            self._state = _chosen(self._random, NEXT[self._state]) if self.written else "asks"
            await asyncio.sleep(pace.pause_seconds * self._random.uniform(*PAUSES[self._state]))
            await self._act()

    async def _act(self) -> None:
        match self._state:
            case "asks":
                await self._say(_chosen(self._random, KINDS))
            case "adds" | "changes_mind":
                await self._say("question", "And one more thing: " if self._state == "adds" else "Sorry, I mean: ")
            case "wants_person":
                await self._say("person")
            case "switches_channel":
                self.switch_channel()
                await self._say("question")

    async def _say(self, kind: Kind, begins: str = "") -> None:
        self.written += 1
        mark = reference(self.number, self.written)
        self._outside.says(mark, self.channel, kind)
        self.wrote_at = self._outside.now
        await self.write(f"{begins}{_text(kind, self._random)} {mark}")

    @property
    def channel(self) -> ChannelKind:
        raise NotImplementedError

    async def write(self, text: str) -> None:
        raise NotImplementedError

    def switch_channel(self) -> None:
        """Write by another channel from now on, where there is one."""

    def had(self) -> list[Had]:
        """What the customer has of the organisation, in the order of each channel."""
        raise NotImplementedError

    async def leave(self) -> None:
        """End what goes on in the background."""


class ChatCustomer(Customer):
    """One at the web chat. What the gateway has not acknowledged is sent again by the client."""

    def __init__(self, number: int, outside: OutsideRecord, random: Random, client: ChatClient) -> None:
        super().__init__(number, outside, random)
        self.client = client
        self._tasks = [asyncio.create_task(client.run()), asyncio.create_task(self._note_arrivals())]

    @property
    def channel(self) -> ChannelKind:
        return WEB_CHAT

    async def write(self, text: str) -> None:
        copies = 2 if self._random.randrange(TWO_COPIES_IN) == 0 else 1
        sent = await self.client.say(Say(texts=(text,), copies=copies))
        if self._random.randrange(CONNECTION_LOST_IN) == 0:
            self.client.lose_connection()
        self._tasks.append(asyncio.create_task(self._acknowledged(text.rsplit(maxsplit=1)[-1], sent)))

    async def _acknowledged(self, mark: str, sent: Sequence[Sent]) -> None:
        await self.client.received(sent)
        self._outside.acknowledged(mark)

    async def _note_arrivals(self) -> None:
        noted = 0
        while True:
            await self.client.until(lambda: len(self.client.heard) > noted)  # noqa: B023
            for heard in self.client.heard[noted:]:
                if heard.author is not Author.CUSTOMER:
                    self._outside.reached(heard.text)
            noted = len(self.client.heard)

    def had(self) -> list[Had]:
        return [
            Had(channel=WEB_CHAT, id=heard.message_id, text=plain(heard.text), seq=heard.seq)
            for heard in self.client.heard
            if heard.author is not Author.CUSTOMER
        ]

    def ai_messages_until(self, low: int, high: int) -> list[str]:
        """The ids of the AI agent's messages behind one seq, up to another."""
        return [h.message_id for h in self.client.heard if low < h.seq <= high and h.author is Author.AI_AGENT]

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


class VendorCustomer(Customer):
    """One who has several devices, and uses one of them."""

    def __init__(
        self,
        number: int,
        outside: OutsideRecord,
        random: Random,
        devices: Mapping[ChannelKind, Device],
        first: ChannelKind,
    ) -> None:
        super().__init__(number, outside, random)
        self.devices = {kind: device for kind, device in devices.items() if kind in organisation.CHANNELS}
        self.used = {first}
        self._using = first
        self._heard = 0

    @property
    def channel(self) -> ChannelKind:
        return self._using

    def switch_channel(self) -> None:
        self._using = self._random.choice(sorted(self.devices.keys() - {self._using, PHONE}))
        self.used.add(self._using)

    async def write(self, text: str) -> None:
        """A vendor that refuses, and a call that is over, tell the customer, who then has not written."""
        try:
            await self.devices[self._using].write(text)
        except (RefusedError, RefusedCallError, ValueError):
            self.refused += 1
            self._outside.said.pop(text.rsplit(maxsplit=1)[-1])
            self.switch_channel()
        if self._using == PHONE:
            self._note_heard()

    def _note_heard(self) -> None:
        lines = [one.text for one in self.devices[PHONE].posted()]
        for line in lines[self._heard :]:
            self._outside.reached(line)
        self._heard = len(lines)

    def had(self) -> list[Had]:
        return [
            Had(channel=posted.channel, id=posted.id, text=plain(posted.text), part_of=posted.part_of)
            for kind in sorted(self.used)
            for posted in self.devices[kind].posted()
        ]

    def answers(self, channels: frozenset[ChannelKind]) -> frozenset[str]:
        """The texts of the AI agent that the customer has now on these channels."""
        posted = (one for kind in sorted(channels) for one in self.devices[kind].posted())
        return frozenset(plain(one.text) for one in posted if is_answer(one.text))


def _chosen(random: Random, weights: Mapping[Choice, int]) -> Choice:
    return random.choices(list(weights), list(weights.values()))[0]


def _text(kind: Kind, random: Random) -> str:
    texts: Mapping[Kind, tuple[str, ...]] = {
        "question": organisation.QUESTIONS,
        "refund": organisation.REFUNDS,
        "large_refund": (organisation.LARGE_REFUND,),
        "person": (organisation.PERSON,),
        "voucher": (organisation.VOUCHER,),
    }
    return random.choice(texts[kind])
