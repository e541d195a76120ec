"""A reader without end: what it read is kept with where it stopped, through failures and restarts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from domain.conversation.activity_models import ReadChannelInput
from domain.delivery.inbound import Batch, Cursor
from domain.errors import UnavailableError
from domain.queues import CONVERSATIONS
from domain.specification.organisation import ChannelSpec
from storage.inbox import InboxRepository, WaitingEvent
from tests.e2e.bikeshop import publish
from tests.e2e.house import House
from tests.organisation import SPECIFICATION
from tests.pigeons import KIND, PigeonChannel, numbered
from workflows.reading import ReadChannelWorkflow, reader_id

FAR_AHEAD = datetime(2100, 1, 1, tzinfo=UTC)


class PigeonReader(PigeonChannel):
    """Brings one note for each number above the cursor, and breaks off where it is told to."""

    def __init__(self, notes: int, breaks_at: int) -> None:
        super().__init__()
        self.began_at: list[Cursor | None] = []
        self._notes = notes
        self._breaks_at: int | None = breaks_at

    async def read_from(self, cursor: Cursor | None) -> AsyncIterator[Batch]:
        self.began_at.append(cursor)
        for number in range(cursor["note"] + 1 if cursor else 1, self._notes + 1):
            if number == self._breaks_at:
                self._breaks_at = None
                raise UnavailableError("The pigeon got lost.")
            yield Batch(events=(numbered(number),), cursor={"note": number})


async def test_a_reader_goes_on_where_it_stopped(house: House) -> None:
    reader = PigeonReader(notes=6, breaks_at=4)
    inbox = InboxRepository(house.store.database)
    await publish(house.store.database, channels={KIND: ChannelSpec()})
    input = ReadChannelInput(organisation=SPECIFICATION.organisation, channel=KIND)
    async with house.workers(channel=reader):
        await house.client.start_workflow(ReadChannelWorkflow.run, input, id=reader_id(input), task_queue=CONVERSATIONS)
        kept: list[WaitingEvent] = []
        while len(kept) < 6:
            waiting = await inbox.claim_waiting(SPECIFICATION.organisation, FAR_AHEAD)
            for event in waiting:
                await inbox.forwarded(event.inbox_id)
            kept += waiting
            await house.store.database.fetchval("SELECT pg_sleep(0.05)")
    assert [event.event["text"] for event in kept] == [f"note {number}" for number in range(1, 7)]
    assert reader.began_at[:2] == [None, {"note": 3}]
    assert await inbox.cursor(SPECIFICATION.organisation, KIND) == {"note": 6}
