"""The log of trust, on a real PostgreSQL."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.errors import ConflictError
from domain.quality.trust import TrustChange
from domain.specification.modes import Mode
from storage.database import Database
from storage.trust import TrustRepository
from tests.storage.stage import NOW, ORGANISATION


@pytest.fixture
def log(database: Database) -> TrustRepository:
    return TrustRepository(database)


def change(level: Mode = Mode.SUPERVISION, minutes: int = 0, **fields: Any) -> TrustChange:
    given = {"ai_agent": "service", "kind": "moved_up", "before": Mode.CO_PILOT, "by": "lea", "reason": "It is good."}
    at = NOW + timedelta(minutes=minutes)
    return TrustChange.model_validate({**given, "figures": "90.0% of 50", "level": level, "at": at, **fields})


async def test_nobody_has_decided_at_first(log: TrustRepository) -> None:
    assert await log.level(ORGANISATION, "service") is None
    assert await log.last(ORGANISATION, "service") is None
    assert await log.history(ORGANISATION) == []


async def test_the_last_entry_says_where_an_ai_agent_stands(log: TrustRepository) -> None:
    first = change()
    second = change(Mode.CO_PILOT, 1, kind="moved_down", before=Mode.SUPERVISION, by="trust", reason="")
    await log.keep(ORGANISATION, first, after=None)
    await log.keep(ORGANISATION, second, after=first)
    await log.keep(ORGANISATION, change(Mode.DELEGATION, ai_agent="billing"), after=None)
    assert await log.level(ORGANISATION, "service") is Mode.CO_PILOT
    assert await log.level(ORGANISATION, "billing") is Mode.DELEGATION
    assert await log.history(ORGANISATION, "service") == [second, first]
    assert [entry.ai_agent for entry in await log.history(ORGANISATION, limit=2)] == ["billing", "service"]
    assert await log.level("other", "service") is None


async def test_each_entry_is_in_the_audit_trail_with_who_and_why(log: TrustRepository, database: Database) -> None:
    await log.keep(ORGANISATION, change(), after=None)
    (event,) = await database.fetch("SELECT * FROM audit_events")
    assert (event["organisation"], event["conversation_id"], event["kind"]) == (ORGANISATION, None, "trust_moved_up")
    assert (event["actor"], event["at"]) == ("lea", NOW)
    assert event["data"] == {
        "ai_agent": "service",
        "before": "co_pilot",
        "level": "supervision",
        "reason": "It is good.",
        "figures": "90.0% of 50",
    }


@pytest.mark.parametrize("expected", [None, change(Mode.DELEGATION, 5)])
async def test_who_comes_second_is_told_and_changes_nothing(
    log: TrustRepository, database: Database, expected: TrustChange | None
) -> None:
    await log.keep(ORGANISATION, change(), after=None)
    with pytest.raises(ConflictError, match="lea was first, at 2026-03-02 09:00 UTC: service is at supervision"):
        await log.keep(ORGANISATION, change(Mode.DELEGATION, by="tom"), after=expected)
    assert len(await log.history(ORGANISATION)) == 1
    assert await database.fetchval("SELECT count(*) FROM audit_events") == 1


async def test_what_was_seen_and_is_not_there_is_told(log: TrustRepository) -> None:
    with pytest.raises(ConflictError, match="Nothing is recorded"):
        await log.keep(ORGANISATION, change(), after=change())


async def test_of_two_at_once_one_is_first(log: TrustRepository) -> None:
    both = (log.keep(ORGANISATION, change(by=name), after=None) for name in ("lea", "tom"))
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["ConflictError", "NoneType"]
    assert len(await log.history(ORGANISATION)) == 1


@pytest.mark.parametrize("statement", ["UPDATE trust_changes SET level = 'delegation'", "DELETE FROM trust_changes"])
async def test_entries_are_never_changed(log: TrustRepository, database: Database, statement: str) -> None:
    await log.keep(ORGANISATION, change(), after=None)
    with pytest.raises(asyncpg.RaiseError, match="never changed"):
        await database.fetchval(statement)
    assert await log.level(ORGANISATION, "service") is Mode.SUPERVISION
