"""A customer who writes or calls by vendors' channels, and hears what the vendors show."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from urllib.parse import unquote_plus

from cast.customer import Customer
from cast.devices import Device, HelpDesk, Telephone
from demo.actions import Say, ScenarioError, Webhooks
from domain.conversation.messages import Author
from domain.delivery.channels import PHONE
from domain.errors import RetryableError
from domain.specification.organisation import ChannelKind
from invariants.records import Heard, Posted, Sent, words
from sandbox.frame import StandIn, WebhookTrouble
from storage.conversations import ConversationRepository
from storage.database import Database
from storage.inbox import InboxRepository
from storage.records import RecordRepository
from storage.views import StoredMessage

LOOK_SECONDS = 0.4
TROUBLES: Mapping[Webhooks, WebhookTrouble] = {
    "doubled": WebhookTrouble(duplicate=2),
    "reordered": WebhookTrouble(duplicate=1, reorder=True),
    "lost": WebhookTrouble(lose=True),
}
TOLD: Mapping[Webhooks, int] = {"doubled": 3, "reordered": 2, "lost": 0}
"""How often a vendor posts the last text at least."""


class VendorChannelCustomer(Customer):
    """One who has several devices. A message of the organisation is heard once the record and the vendor have it."""

    def __init__(
        self, database: Database, organisation: str, devices: Mapping[ChannelKind, Device], first: ChannelKind
    ) -> None:
        super().__init__()
        self.threads: dict[ChannelKind, str] = {}
        self._devices = devices
        self._using = first
        self._organisation = organisation
        self._conversations = ConversationRepository(database)
        self._inbox = InboxRepository(database)
        self._records = RecordRepository(database)
        self._used: set[ChannelKind] = set()

    async def run(self) -> None:
        while True:
            try:
                await self._look()
            except RetryableError:
                continue
            finally:
                await asyncio.sleep(LOOK_SECONDS)

    async def say(self, action: Say) -> Sequence[Sent]:
        self._using = action.by or self._using
        self._used.add(self._using)
        device = self._devices[self._using]
        sent = [Sent(message_id=None, text=text) for text in action.texts]
        self.sent += sent
        async with _troubled(device.stand_in, action.webhooks):
            for text in action.texts:
                await _write(device, text)
        _check_trouble(device.stand_in, action)
        return sent

    async def stop(self, word: str) -> None:
        """Want no more messages; the word itself is none."""
        await self._devices[self._using].write(word)

    async def ask_again(self, text: str) -> bool:
        """Ask to hear the last line again; whether it was spoken again."""
        before = [line.text for line in self.phone.posted()]
        await _write(self.phone, text)
        return [line.text for line in self.phone.posted()] == [*before, before[-1]]

    @property
    def phone(self) -> Telephone:
        device = self._devices[PHONE]
        if not isinstance(device, Telephone):
            raise TypeError("the device of calls is a telephone")
        return device

    @property
    def ticket(self) -> HelpDesk:
        device = self._devices["zendesk"]
        if not isinstance(device, HelpDesk):
            raise TypeError("tickets lie in the help desk")
        return device

    def posted(self) -> tuple[Posted, ...]:
        return tuple(posted for channel in sorted(self._used) for posted in self._devices[channel].posted())

    async def _look(self) -> None:
        await self._find_conversations()
        if not self.conversation_id:
            return
        stands = await self._conversations.get(self.conversation_id)
        for message in await self._conversations.messages_after(self.conversation_id, self.last_seq):
            if not await self._is_shown(message):
                break
            self.heard.append(Heard.model_validate(message.model_dump()))
        if stands:
            self.status = stands.status
        self.news.set()

    async def _find_conversations(self) -> None:
        for channel in self._used - self.threads.keys():
            thread = self._devices[channel].thread
            found = await self._inbox.conversation_of(self._organisation, channel, thread)
            if found:
                self.threads[channel] = found
                self.conversation_id = self.conversation_id or found

    async def _is_shown(self, message: StoredMessage) -> bool:
        """What is spoken is heard when it is asked for, which may be later than the record."""
        if message.author is Author.CUSTOMER:
            return True
        if message.channel == PHONE:
            return any(words(message.text) == words(line.text) for line in self.phone.posted())
        receipts = await self._records.receipts(self.conversation_id)
        names = {
            one.provider_message_id.removeprefix("comment-")
            for one in receipts
            if one.message_key == message.message_id
        }
        return any(posted.id in names for posted in self._devices[message.channel].posted())


def _check_trouble(stand_in: StandIn, action: Say) -> None:
    """Raises ScenarioError when the vendor has not told of it in the way that the action wants."""
    if action.webhooks == "sound":
        return
    sent = [entry for entry in list(stand_in.journal.entries) if entry.direction == "sent"]
    told = sum(action.texts[-1] in unquote_plus(str(entry.detail.get("body", ""))) for entry in sent)
    lost = any(entry.what.endswith("(lost)") for entry in sent)
    if told < TOLD[action.webhooks] or (action.webhooks == "lost" and not lost):
        raise ScenarioError(f"its webhook was to be {action.webhooks}, it was posted {told} times")


async def _write(device: Device, text: str) -> None:
    """Raises ScenarioError for what cannot be done, such as speaking after the call has ended."""
    try:
        await device.write(text)
    except ValueError as error:
        raise ScenarioError(str(error)) from error


@asynccontextmanager
async def _troubled(stand_in: StandIn, webhooks: Webhooks) -> AsyncIterator[None]:
    """The vendor's webhooks in trouble meanwhile; one that was overtaken is posted at the end."""
    if webhooks == "sound":
        yield
        return
    stand_in.webhooks.trouble(TROUBLES[webhooks])
    try:
        yield
    finally:
        stand_in.webhooks.trouble(WebhookTrouble())
        await stand_in.webhooks.release()
