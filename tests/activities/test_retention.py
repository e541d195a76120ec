"""Erasing by the active version, on a real PostgreSQL; what Temporal has is deleted by a fake."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities import retention
from activities.retention import RetentionActivities
from domain.conversation.confidence import Calibration
from domain.conversation.erasing import EraseConversationsInput, ErasedConversations, Place
from domain.conversation.requests import workflow_id
from domain.errors import UnavailableError
from domain.specification.organisation import RetentionRules
from storage.erasing import ErasingRepository
from storage.inbox import InboxRepository
from tests.activities.test_trust import organisations
from tests.organisation import SPECIFICATION, VERSION
from tests.storage.conftest import database, stage
from tests.storage.resolved import reopened, resolved
from tests.storage.secrets import event
from tests.storage.stage import ORGANISATION, Stage

__all__ = ["database", "stage"]

NOW = datetime.now(UTC)


class FakeHistories:
    def __init__(self, running: Sequence[str] = (), away_at: str | None = None) -> None:
        self.running = [workflow_id(id) for id in running]
        self.away_at = workflow_id(away_at) if away_at else None
        self.deleted = list[str]()

    async def delete(self, ids: Sequence[str]) -> bool:
        if self.away_at in ids:
            raise UnavailableError("Temporal does not answer.")
        if set(ids) & set(self.running):
            return False
        self.deleted += ids
        return True


async def publish(stage: Stage, days: float | None) -> None:
    specification = SPECIFICATION.model_copy(update={"retention": RetentionRules(conversation_days=days)})
    await stage.specs.publish(VERSION.model_copy(update={"specification": specification}), b"", Calibration(), "lea")


async def over_since(stage: Stage, **days: float) -> None:
    """Conversations `over-…` that were resolved so many days ago, by their names."""
    for name, ago in days.items():
        await resolved(stage, f"over-{name}", "Where is it?", at=NOW - timedelta(days=ago))


async def erase(
    stage: Stage, histories: FakeHistories | None = None, after: Place | None = None
) -> ErasedConversations:
    repository = ErasingRepository(stage.database)
    activities = RetentionActivities(repository, organisations(stage), histories or FakeHistories())
    input = EraseConversationsInput(organisation=ORGANISATION, after=after)
    return ErasedConversations.model_validate(await ActivityEnvironment().run(activities.erase_conversations, input))


async def erased(stage: Stage) -> list[str]:
    rows = await stage.database.fetch(
        "SELECT conversation_id FROM conversations WHERE erased_at IS NOT NULL ORDER BY 1"
    )
    return [row["conversation_id"] for row in rows]


async def test_without_retention_everything_is_kept(stage: Stage) -> None:
    await publish(stage, None)
    await over_since(stage, old=9_000)
    histories = FakeHistories()
    assert await erase(stage, histories) == ErasedConversations()
    assert (await erased(stage), histories.deleted) == ([], [])


async def test_what_is_over_for_longer_is_erased_with_its_histories(stage: Stage) -> None:
    await publish(stage, 30)
    await over_since(stage, older=40, old=30.1, young=29.9)
    histories = FakeHistories()
    assert await erase(stage, histories) == ErasedConversations(erased=2)
    assert await erased(stage) == ["over-old", "over-older"]
    assert histories.deleted == ["conversation-over-older", "conversation-over-old"]
    assert await erase(stage, histories) == ErasedConversations()


async def test_the_histories_of_its_journeys_go_with_it(stage: Stage) -> None:
    await publish(stage, 30)
    await over_since(stage, old=40)
    await stage.database.fetchval(
        """
        INSERT INTO journeys (run_id, workflow_id, organisation, conversation_id, journey, spec_hash, entered_by, state,
                              began_at, updated_at, ended_at)
        SELECT 'run-' || number, 'journey-old', $1, 'over-old', 'welcome', '', 'anna', 'completed', now(), now(), now()
        FROM generate_series(1, 2) number
        """,
        ORGANISATION,
    )
    histories = FakeHistories()
    assert (await erase(stage, histories)).erased == 1
    assert histories.deleted == ["conversation-over-old", "journey-old"]


async def test_one_whose_workflow_runs_is_left_for_later(stage: Stage) -> None:
    await publish(stage, 30)
    await over_since(stage, busy=50, old=40)
    assert await erase(stage, FakeHistories(running=["over-busy"])) == ErasedConversations(erased=1, running=1)
    assert await erased(stage) == ["over-old"]
    assert await erase(stage) == ErasedConversations(erased=1)


async def test_the_store_has_the_last_word(stage: Stage) -> None:
    """Something came in for it since it was found, and has not reached its workflow yet."""
    await publish(stage, 30)
    kept = await InboxRepository(stage.database).keep(ORGANISATION, event("e-1", "thread"), NOW)
    assert kept.conversation_id
    await resolved(stage, kept.conversation_id, "Where is it?", at=NOW - timedelta(days=40))
    assert await erase(stage) == ErasedConversations(refused={"waits": 1})


async def test_an_attempt_goes_on_where_the_one_before_stopped(stage: Stage) -> None:
    await publish(stage, 30)
    await over_since(stage, first=50, second=40)
    with pytest.raises(UnavailableError):
        await erase(stage, FakeHistories(away_at="over-second"))
    assert await erased(stage) == ["over-first"]
    assert await erase(stage) == ErasedConversations(erased=1)


async def test_a_full_batch_says_where_the_next_begins(stage: Stage) -> None:
    await publish(stage, 30)
    await over_since(stage, **{f"busy-{number:03}": 1_000 - number for number in range(retention.BATCH)}, last=40)
    running = [f"over-busy-{number:03}" for number in range(retention.BATCH)]
    first = await erase(stage, FakeHistories(running))
    assert (first.erased, first.running) == (0, retention.BATCH)
    assert first.after
    assert first.after.conversation_id == running[-1]
    assert await erase(stage, FakeHistories(running), first.after) == ErasedConversations(erased=1)


async def test_one_that_was_opened_again_is_kept(stage: Stage) -> None:
    await publish(stage, 30)
    await over_since(stage, old=40)
    await reopened(stage, "over-old")
    assert await erase(stage) == ErasedConversations()


async def test_a_version_that_was_rolled_back_erases_nothing(stage: Stage) -> None:
    kept_for_long = await stage.specs.active(ORGANISATION)
    await publish(stage, 30)
    shorter = await stage.specs.active(ORGANISATION)
    assert kept_for_long
    assert shorter
    await stage.specs.roll_back(ORGANISATION, kept_for_long, "lea", "too short", replaces=shorter)
    await over_since(stage, old=40)
    assert await erase(stage) == ErasedConversations()
