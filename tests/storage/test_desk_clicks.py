import asyncio

import pytest

from domain.desk.clicks import Applying, Click
from storage.database import Database
from storage.desk_clicks import AT_ONCE, LEASE, DeskClickRepository
from tests.storage.stage import NOW, ORGANISATION, later

HERE = (ORGANISATION, "slack")
SUBJECT = "approval:ap-1"


def click(click_id: str = "c1", action: str = "edit") -> Click:
    return Click(click_id=click_id, user="U0ANNA", subject=SUBJECT, action=action, text="Better.", until=later(60))


@pytest.fixture
def clicks(database: Database) -> DeskClickRepository:
    return DeskClickRepository(database)


async def test_a_click_is_kept_whole_and_once(clicks: DeskClickRepository) -> None:
    assert [await clicks.keep(*HERE, click(), NOW) for _ in range(2)] == [True, False]
    (waiting,) = await clicks.claim_due(*HERE, NOW)
    assert (waiting.click, waiting.state, waiting.tries) == (click(), "kept", 1)


async def test_the_same_click_at_once_counts_once(clicks: DeskClickRepository) -> None:
    kept = await asyncio.gather(*(clicks.keep(*HERE, click(), NOW) for _ in range(8)))
    assert sum(kept) == 1


async def test_a_click_is_leased_to_one_and_comes_back_when_that_one_died(clicks: DeskClickRepository) -> None:
    await clicks.keep(*HERE, click(), NOW)
    claimed = await asyncio.gather(*(clicks.claim_due(*HERE, NOW) for _ in range(4)))
    assert sum(map(len, claimed)) == 1
    assert await clicks.claim_due(*HERE, NOW + LEASE / 2) == []
    assert [one.tries for one in await clicks.claim_due(*HERE, NOW + LEASE)] == [2]


async def test_the_oldest_come_first_and_not_all_at_once(clicks: DeskClickRepository) -> None:
    for number in range(AT_ONCE + 1):
        await clicks.keep(*HERE, click(f"c{number}"), later(-number))
    first, rest = [await clicks.claim_due(*HERE, NOW) for _ in range(2)]
    assert (len(first), [one.click.click_id for one in rest]) == (AT_ONCE, ["c0"])


async def test_what_is_under_way_is_shown_until_its_outcome_is_known(clicks: DeskClickRepository) -> None:
    await clicks.keep(*HERE, click(), NOW)
    assert await clicks.under_way(ORGANISATION, SUBJECT) == []
    await clicks.applying(*HERE, "c1", "anna")
    assert await clicks.under_way(ORGANISATION, SUBJECT) == [Applying(action="edit", person_id="anna")]
    await clicks.again(*HERE, "c1", "accepted", later(5))
    assert len(await clicks.under_way(ORGANISATION, SUBJECT)) == 1
    await clicks.settle(*HERE, "c1", refused=False)
    assert await clicks.under_way(ORGANISATION, SUBJECT) == []


@pytest.mark.parametrize("refused", [True, False])
async def test_a_settled_click_is_forgotten_and_never_counts_again(
    clicks: DeskClickRepository, database: Database, refused: bool
) -> None:
    await clicks.keep(*HERE, click(), NOW)
    await clicks.settle(*HERE, "c1", refused=refused)
    await clicks.applying(*HERE, "c1", "anna")
    await clicks.again(*HERE, "c1", "applying", NOW)
    assert await clicks.keep(*HERE, click(), NOW) is False
    assert await clicks.claim_due(*HERE, later(1000)) == []
    row = await database.fetchrow("SELECT click, state FROM desk_clicks")
    assert row is not None
    assert (row["click"], row["state"]) == (None, "refused" if refused else "done")


async def test_a_click_waits_until_it_is_due_again(clicks: DeskClickRepository) -> None:
    await clicks.keep(*HERE, click(), NOW)
    await clicks.claim_due(*HERE, NOW)
    await clicks.again(*HERE, "c1", "accepted", later(5))
    assert await clicks.claim_due(*HERE, later(4)) == []
    assert [one.state for one in await clicks.claim_due(*HERE, later(5))] == ["accepted"]
