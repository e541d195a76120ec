"""One read of a reader against a real store, and what it does with a channel that was taken out."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.reading import ReadingActivities
from domain.conversation.activity_models import ChannelRead, ReadChannelInput
from domain.delivery.inbound import Batch, Cursor
from domain.errors import CredentialsError, InvalidInputError
from domain.specification.organisation import ChannelSpec
from integrations.adapters import Adapters
from integrations.channels.base import Channel
from integrations.channels.registry import CHANNELS
from storage.database import Database, connect
from storage.inbox import InboxRepository
from tests.e2e.bikeshop import publish
from tests.e2e.house import scripted
from tests.organisation import SPECIFICATION
from tests.pigeons import KIND, PigeonChannel, numbered
from workers.composition import Integrations, compose

INPUT = ReadChannelInput(organisation=SPECIFICATION.organisation, channel=KIND)
WITH_PIGEONS = {"web_chat": ChannelSpec(), KIND: ChannelSpec()}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await connect(database_url)
    yield database
    await database.close()


class Loft(PigeonChannel):
    """Brings one note a batch; while the second flies, the channel is taken out."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database
        self.began_at: list[Cursor | None] = []

    async def read_from(self, cursor: Cursor | None) -> AsyncIterator[Batch]:
        self.began_at.append(cursor)
        first = cursor["note"] + 1 if cursor else 1
        for number in range(first, 4):
            if number == 2 and first == 1:
                await publish(self._database)
            yield Batch(events=(numbered(number),), cursor={"note": number})


def reading(database: Database, channels: Any) -> ReadingActivities:
    return compose(database, scripted(), Integrations(channels, {})).reading


async def read(activities: ReadingActivities, input: ReadChannelInput = INPUT) -> ChannelRead:
    return await ActivityEnvironment().run(activities.read_channel, input)


async def test_what_comes_after_a_channel_was_taken_out_is_read_when_it_is_back(database: Database) -> None:
    loft, inbox = Loft(database), InboxRepository(database)
    activities = reading(database, {KIND: loft})
    await publish(database, channels=WITH_PIGEONS)
    assert await read(activities) == ChannelRead(events=1, taken_out=True)
    assert await inbox.cursor(SPECIFICATION.organisation, KIND) == {"note": 1}

    await publish(database, channels=WITH_PIGEONS)
    assert await read(activities) == ChannelRead(events=2)
    assert loft.began_at == [None, {"note": 1}]


async def test_a_channel_that_was_taken_out_needs_no_settings(database: Database) -> None:
    """Whoever takes a channel out takes its keys away as well; its reader ends nevertheless."""
    activities = reading(database, Adapters[Channel](CHANNELS, lambda *_: None))
    mail = ReadChannelInput(organisation=SPECIFICATION.organisation, channel="email")
    await publish(database, channels={"email": ChannelSpec()})
    with pytest.raises(CredentialsError):
        await read(activities, mail)

    await publish(database)
    assert await read(activities, mail) == ChannelRead(events=0, taken_out=True)


async def test_a_channel_that_posts_cannot_be_read(database: Database) -> None:
    await publish(database, channels=WITH_PIGEONS)
    with pytest.raises(InvalidInputError, match="cannot be read"):
        await read(reading(database, {KIND: PigeonChannel()}))
