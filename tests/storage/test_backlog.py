"""Numbers of what waits, on a real PostgreSQL."""

from datetime import timedelta

import pytest

from storage.backlog import STUCK_AFTER, Backlog, BacklogRepository
from storage.database import Database
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage

EMPTY = Backlog(unanswered_since=None, stuck=0, approvals=0, approval_since=None, events=0, event_since=None)
SECOND = timedelta(seconds=1)


@pytest.fixture
def backlog(database: Database) -> BacklogRepository:
    return BacklogRepository(database)


async def test_an_empty_house(backlog: BacklogRepository) -> None:
    assert await backlog.read(ORGANISATION, NOW) == EMPTY
    assert await backlog.open_conversations(ORGANISATION) == {}


async def _execute(database: Database, query: str, *args: object) -> None:
    await database.fetchval(query, *args)


async def _message(database: Database, seq: int = 1, author: str = "customer") -> None:
    kind = {"customer": "customer", "ai_agent": "reply"}[author]
    await _execute(
        database,
        """
        WITH counted AS (UPDATE conversations SET last_seq = $2 WHERE conversation_id = $1)
        INSERT INTO messages (conversation_id, seq, message_id, author, kind, text, channel, at)
        VALUES ($1, $2, $3, $4, $5, 'text', 'web_chat', $6)
        """,
        CONVERSATION,
        seq,
        f"m-{seq}",
        author,
        kind,
        NOW + seq * SECOND,
    )


@pytest.mark.parametrize(
    ("waited", "stuck"), [(SECOND, 0), (STUCK_AFTER, 0), (STUCK_AFTER + SECOND, 1), (STUCK_AFTER * 9, 1)]
)
async def test_a_customer_waits_and_at_ten_minutes_the_conversation_is_stuck(
    stage: Stage, database: Database, backlog: BacklogRepository, waited: timedelta, stuck: int
) -> None:
    await _message(database)
    await _message(database, 2)
    read = await backlog.read(ORGANISATION, NOW + waited)
    assert (read.unanswered_since, read.stuck) == (NOW + SECOND, stuck)


@pytest.mark.parametrize(
    "changed",
    [
        "UPDATE conversations SET answered_seq = 1",
        "UPDATE conversations SET status = 'awaiting_approval'",
        "UPDATE conversations SET status = 'with_human', owner_kind = 'human_agent'",
        "UPDATE conversations SET status = 'snoozed', snoozed_until = now()",
        "UPDATE conversations SET status = 'resolved', resolved_at = now()",
    ],
)
async def test_what_is_answered_or_waits_for_somebody_else_is_not_stuck(
    stage: Stage, database: Database, backlog: BacklogRepository, changed: str
) -> None:
    await _message(database)
    await _execute(database, changed)
    read = await backlog.read(ORGANISATION, NOW + STUCK_AFTER * 2)
    assert (read.unanswered_since, read.stuck) == (None, 0)


async def test_an_ai_agents_own_reply_is_not_waited_for(
    stage: Stage, database: Database, backlog: BacklogRepository
) -> None:
    await _message(database, 1, "ai_agent")
    assert (await backlog.read(ORGANISATION, NOW + STUCK_AFTER * 2)).stuck == 0


async def test_events_that_temporal_lacks_and_what_nobody_could_read(
    stage: Stage, database: Database, backlog: BacklogRepository
) -> None:
    insert = """
        INSERT INTO inbox (organisation, channel, event_id, kind, conversation_id, event, received_at)
        VALUES ($1, 'sms', $2, 'message', $3, $4, $5)
    """
    waiting = {"text": "hello"}
    await _execute(database, insert, ORGANISATION, "e-1", CONVERSATION, None, NOW)
    await _execute(database, insert, ORGANISATION, "e-2", CONVERSATION, waiting, NOW + SECOND)
    await _execute(database, insert, ORGANISATION, "e-3", CONVERSATION, waiting, NOW + 2 * SECOND)
    await _execute(database, insert, ORGANISATION, "e-4", None, waiting, NOW)
    await _execute(database, insert, "another", "e-5", CONVERSATION, waiting, NOW)
    await _execute(database, "INSERT INTO quarantine VALUES ($1, 'sms', 'q-1', 'r', '', $2)", ORGANISATION, NOW)
    read = await backlog.read(ORGANISATION, NOW)
    assert (read.events, read.event_since) == (2, NOW + SECOND)


async def test_conversations_are_counted_by_status_but_not_what_is_resolved(
    stage: Stage, database: Database, backlog: BacklogRepository
) -> None:
    assert await backlog.open_conversations(ORGANISATION) == {"open": 1}
    assert await backlog.open_conversations("another") == {}
    await _execute(database, "UPDATE conversations SET status = 'resolved', resolved_at = now()")
    assert await backlog.open_conversations(ORGANISATION) == {}
