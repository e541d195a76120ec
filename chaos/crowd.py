"""All customers of a run: how they come, what reaches them, and which conversation is whose."""

import asyncio
import time
from contextlib import suppress
from random import Random

from cast.customer import ChatClient
from cast.devices import devices_of
from chaos.arrivals import arrivals
from chaos.customers import ChatCustomer, Customer, Pace, VendorCustomer
from chaos.facts import Said
from chaos.organisation import ORGANISATION, SUBJECT
from chaos.outside import READ_AS_WELL
from chaos.references import customer_of
from chaos.stage import Stage
from domain.delivery.channels import PHONE, WEB_CHAT
from domain.errors import RetryableError
from domain.specification.organisation import ChannelKind
from storage.inbox import InboxRepository

FIRST_CHANNELS: dict[ChannelKind, int] = {WEB_CHAT: 8, "email": 3, "sms": 3, "zendesk": 3, "slack": 3, PHONE: 1}
"""The channel by which a customer begins, with its weight."""
OPENED_AT_ONCE = 20
LOOK_SECONDS = 0.2
CENSUS_SECONDS = 1.0
JUST_SECONDS = 0.4


class Crowd:
    """`conversations` says whose they are, as far as is known."""

    def __init__(self, stage: Stage, random: Random) -> None:
        self._stage = stage
        self._random = random
        self.customers: list[Customer] = []
        self.conversations: dict[str, Customer] = {}
        self.threads: dict[tuple[int, ChannelKind], str] = {}
        self._inbox = InboxRepository(stage.database)

    async def arrive(self) -> None:
        """Open the web chats; the others have nothing to open, but what comes before a reader begins is not read."""
        for channel in READ_AS_WELL:
            await self._reader_begins(channel)
        turnstile = asyncio.Semaphore(OPENED_AT_ONCE)

        async def one(number: int, channel: ChannelKind, random: Random) -> None:
            async with turnstile:
                self.customers.append(await self._customer(number, channel, random))

        chosen = [self._first_channel() for _ in self._stage.contacts]
        seeds = [Random(self._random.random()) for _ in chosen]  # noqa: S311
        await asyncio.gather(*(one(number, *pair) for number, pair in enumerate(zip(chosen, seeds, strict=True))))
        self.customers.sort(key=lambda customer: customer.number)

    async def _reader_begins(self, channel: ChannelKind) -> None:
        while True:
            if await self._inbox.cursor(ORGANISATION, channel) is not None:
                return
            await asyncio.sleep(LOOK_SECONDS)

    def _first_channel(self) -> ChannelKind:
        return self._random.choices(list(FIRST_CHANNELS), list(FIRST_CHANNELS.values()))[0]

    async def _customer(self, number: int, channel: ChannelKind, random: Random) -> Customer:
        stage, contact = self._stage, self._stage.contacts[number]
        if channel == WEB_CHAT:
            session = await stage.staff.open_chat(contact.id)
            client = ChatClient(stage.platform.gateway_url, session)
            customer = ChatCustomer(number, stage.outside, random, client)
            self.conversations[session.conversation_id] = customer
            self.threads[number, WEB_CHAT] = session.conversation_id
            return customer
        devices = devices_of(stage.neighbours.vendors, contact, subject=SUBJECT, is_direct=random.random() < 0.5)
        return VendorCustomer(number, stage.outside, random, devices, channel)

    async def play(self, pace: Pace) -> None:
        async with asyncio.TaskGroup() as group:
            for customer in self.customers:
                group.create_task(customer.live(pace))

    async def observe(self) -> None:
        """Note what reaches vendors' customers, and which conversation is whose; until cancelled."""
        await asyncio.gather(self._note_arrivals(), self._count())

    async def _note_arrivals(self) -> None:
        new = arrivals(self._stage.neighbours.vendors)
        while True:
            for text in new():
                self._stage.outside.reached(text)
            await asyncio.sleep(LOOK_SECONDS)

    async def _count(self) -> None:
        while True:
            await asyncio.sleep(CENSUS_SECONDS)
            with suppress(RetryableError):
                await self.count()

    async def count(self) -> None:
        """Find the conversations of every channel that vendors' customers have used."""
        for customer in self.customers:
            if isinstance(customer, VendorCustomer):
                await self._find_conversations(customer)

    async def _find_conversations(self, customer: VendorCustomer) -> None:
        for channel in list(customer.used):
            thread = customer.devices[channel].thread
            if not thread or (customer.number, channel) in self.threads:
                continue
            found = await self._inbox.conversation_of(ORGANISATION, channel, thread)
            if found:
                self.threads[customer.number, channel] = found
                self.conversations.setdefault(found, customer)

    def channels(self, conversation_id: str) -> frozenset[ChannelKind]:
        """Those whose thread is known to belong to the conversation; a customer may have several conversations.

        Not the telephone: what was said before may be spoken later.
        """
        customer = self.conversations[conversation_id]
        return frozenset(
            kind
            for (number, kind), found in self.threads.items()
            if number == customer.number and found == conversation_id and kind != PHONE
        )

    def thread_of(self, said: Said) -> str:
        """The conversation of the thread on which it was said; empty where none is known."""
        return self.threads.get((customer_of(said.mark), said.channel), "")

    def awaiting_a_reply(self) -> list[str]:
        """Conversations for which the model has just written, or else in which the customer just has."""
        drafted, now = self._stage.neighbours.model.drafted_at, time.monotonic()
        leaving = [
            name
            for name, customer in self.conversations.items()
            if now - drafted.get(customer.number, float("-inf")) < JUST_SECONDS
        ]
        began = self._stage.outside.began_at
        wrote = (name for name, one in self.conversations.items() if now - began - one.wrote_at < JUST_SECONDS)
        return leaving or list(wrote)

    async def leave(self) -> None:
        for customer in self.customers:
            await customer.leave()
