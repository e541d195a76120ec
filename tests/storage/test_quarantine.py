"""Quarantine: what made no message is kept whole, counted, and taken in once."""

import pytest

from domain.delivery.inbound import Batch, QuarantineKind, Unreadable
from domain.errors import NotFoundError
from storage.inbox import InboxRepository
from storage.quarantine import QuarantineCount, QuarantineRepository
from tests.storage.stage import NOW, ORGANISATION, Stage, later


def broken(event_id: str = "mail-1", kind: QuarantineKind = "mailing_list", channel: str = "email") -> Unreadable:
    return Unreadable(channel=channel, event_id=event_id, at=NOW, kind=kind, reason="A list.", content=b"\xff\x00Hi")


@pytest.fixture
def quarantine(stage: Stage) -> QuarantineRepository:
    return QuarantineRepository(stage.database)


async def keep(stage: Stage, *several: Unreadable) -> None:
    batch = Batch(unreadable=several, cursor={"uid": 7})
    await InboxRepository(stage.database).keep_batch(ORGANISATION, "email", batch, NOW)


async def test_it_is_kept_once_and_whole(stage: Stage, quarantine: QuarantineRepository) -> None:
    for _ in range(2):
        await keep(stage, broken())
    (entry,) = await quarantine.list(ORGANISATION)
    assert (entry.event_id, entry.kind, entry.size_bytes, entry.taken_in_at) == ("mail-1", "mailing_list", 4, None)
    assert await quarantine.find(ORGANISATION, "mail-1") == broken()


async def test_it_is_counted_by_channel_and_kind(stage: Stage, quarantine: QuarantineRepository) -> None:
    await keep(stage, broken("a"), broken("b"), broken("c", "automatic"), broken("d", "unreadable", "http"))
    assert await quarantine.counts(ORGANISATION) == [
        QuarantineCount(channel="email", kind="automatic", number=1),
        QuarantineCount(channel="email", kind="mailing_list", number=2),
        QuarantineCount(channel="http", kind="unreadable", number=1),
    ]
    assert await quarantine.counts("other") == []


async def test_it_is_listed_by_channel_and_kind(stage: Stage, quarantine: QuarantineRepository) -> None:
    await keep(stage, broken("a"), broken("c", "automatic"), broken("d", "unreadable", "http"))
    found = {
        "all": await quarantine.list(ORGANISATION),
        "email": await quarantine.list(ORGANISATION, channel="email"),
        "automatic": await quarantine.list(ORGANISATION, kind="automatic"),
        "other": await quarantine.list("other"),
    }
    ids = {name: sorted(entry.event_id for entry in entries) for name, entries in found.items()}
    assert ids == {"all": ["a", "c", "d"], "email": ["a", "c"], "automatic": ["c"], "other": []}
    assert len(await quarantine.list(ORGANISATION, limit=2)) == 2


async def test_what_was_taken_in_waits_no_more_and_is_never_kept_again(
    stage: Stage, quarantine: QuarantineRepository
) -> None:
    await keep(stage, broken())
    for seconds in (5, 60):
        await quarantine.taken_in(ORGANISATION, broken(), later(seconds))
    await keep(stage, broken())
    assert await quarantine.list(ORGANISATION) == []
    assert await quarantine.counts(ORGANISATION) == []
    (entry,) = await quarantine.list(ORGANISATION, taken_in=True)
    assert entry.taken_in_at == later(5)


async def test_what_is_not_there_is_told(quarantine: QuarantineRepository) -> None:
    with pytest.raises(NotFoundError, match="holdfast quarantine list"):
        await quarantine.find(ORGANISATION, "mail-9")
