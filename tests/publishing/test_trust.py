"""Trust that is earned, lost, given and refused, over measured conversations on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.errors import ConflictError, NotFoundError
from domain.quality.trust import TrustChange
from domain.specification.modes import Mode
from domain.specification.organisation import OrganisationSpec
from domain.specification.trust import StepDown, StepUp, TrustLadder
from publishing.trust import Trust, TrustStanding
from storage.database import Database, connect
from storage.measures import MeasureRepository
from storage.trust import TrustRepository
from tests.organisation import BILLING, SERVICE, SPECIFICATION
from tests.storage.resolved import answered_by_anna, opened
from tests.storage.stage import NOW, ORGANISATION, Stage, draft, generate, staged

CO_PILOT, SUPERVISION, DELEGATION = Mode.CO_PILOT, Mode.SUPERVISION, Mode.DELEGATION
UP = StepUp(to=SUPERVISION, measure="drafts_unchanged", bound=0.5, conversations=5, days=30)
ON = StepUp(to=DELEGATION, measure="drafts_unchanged", bound=0.6, conversations=8, days=30)
DOWN = StepDown(measure="drafts_unchanged", bound=0.4, days=7)
HOUR = timedelta(hours=1)


def specification(mode: Mode = DELEGATION, **changes: Any) -> OrganisationSpec:
    ladder = TrustLadder(up=(UP, ON), down=DOWN)
    service = SERVICE.model_copy(update={"trust": ladder, "mode": mode, **changes})
    return SPECIFICATION.model_copy(update={"ai_agents": (service, BILLING)})


SPEC = specification()


@pytest.fixture
async def stage(database_url: str) -> AsyncIterator[Stage]:
    database = await connect(database_url)
    yield await staged(database)
    await database.close()


@pytest.fixture
def database(stage: Stage) -> Database:
    return stage.database


@pytest.fixture
def trust(database: Database) -> Trust:
    return Trust(MeasureRepository(database), TrustRepository(database))


async def suggest(stage: Stage, count: int, *, unchanged: int, name: str = "a", at: datetime = NOW) -> None:
    """To people who sent as many of them as they were."""
    for number in range(count):
        conversation_id = f"suggested-{name}-{number}"
        await opened(stage, conversation_id, "Where is it?")
        draft_id = f"suggestion-{conversation_id}"
        input = generate(draft_id, conversation_id=conversation_id, suggestion=True)
        await stage.turns.save_draft(input, draft(draft_id))
        said = "It is on its way." if number < unchanged else "No."
        await answered_by_anna(stage, conversation_id, said)
        query = "UPDATE deliveries SET delivered_at = $2 WHERE conversation_id = $1 AND kind = 'human_reply'"
        await stage.database.fetchval(query, conversation_id, at)


async def stands(trust: Trust, at: datetime = NOW, spec: OrganisationSpec = SPEC) -> TrustStanding:
    (standing,) = await trust.standings(spec, at)
    return standing


async def give(trust: Trust, level: Mode, at: datetime = NOW - 60 * HOUR) -> TrustChange:
    return await trust.set_level(SPEC, "service", level, "lea", "it was good elsewhere", at)


async def test_a_new_ai_agent_begins_in_co_pilot(trust: Trust) -> None:
    standing = await stands(trust)
    assert (standing.ai_agent, standing.since) == ("service", None)
    assert (standing.mode, standing.allowed) == (CO_PILOT, DELEGATION)
    assert standing.review.verdict == "stays"
    assert standing.review.figures.startswith("drafts_unchanged: nothing was counted in 30 days")


async def test_who_earns_nothing_takes_no_part(trust: Trust) -> None:
    assert await trust.standings(SPECIFICATION, NOW) == []
    with pytest.raises(NotFoundError, match="'billing' earns trust in the active version; these do: service"):
        await trust.approve(SPEC, "billing", "lea", "", NOW)


async def test_it_moves_up_step_by_step_when_a_person_agrees(stage: Stage, trust: Trust) -> None:
    await suggest(stage, 8, unchanged=8)
    assert (await stands(trust)).review.verdict == "may_move_up"
    change = await trust.approve(SPEC, "service", "lea", "a good month", NOW)
    assert (change.kind, change.before, change.level, change.by) == ("moved_up", CO_PILOT, SUPERVISION, "lea")
    assert change.figures.startswith("drafts_unchanged: 100.0% of 8 (67.6% to 100.0%) in 30 days")
    standing = await stands(trust)
    assert (standing.mode, standing.since, standing.review.verdict) == (SUPERVISION, NOW, "stays")

    await suggest(stage, 8, unchanged=8, name="later", at=NOW + HOUR)
    assert (await trust.approve(SPEC, "service", "lea", "", NOW + 2 * HOUR)).level is DELEGATION
    assert (await stands(trust, NOW + 2 * HOUR)).review.figures == "There is no further step."


@pytest.mark.parametrize(("count", "unchanged"), [(0, 0), (4, 4), (8, 6)])
async def test_what_has_not_been_earned_cannot_be_approved(
    stage: Stage, trust: Trust, count: int, unchanged: int
) -> None:
    await suggest(stage, count, unchanged=unchanged)
    with pytest.raises(ConflictError, match="service may not move up from co_pilot: drafts_unchanged: "):
        await trust.approve(SPEC, "service", "lea", "", NOW)
    with pytest.raises(ConflictError, match="service asks for nothing"):
        await trust.refuse(SPEC, "service", "lea", "", NOW)
    assert (await stands(trust)).since is None


async def test_what_is_refused_has_to_be_earned_anew(stage: Stage, trust: Trust) -> None:
    await suggest(stage, 8, unchanged=8)
    change = await trust.refuse(SPEC, "service", "lea", "not before the season", NOW)
    assert (change.kind, change.before, change.level) == ("refused", CO_PILOT, CO_PILOT)
    standing = await stands(trust)
    assert (standing.mode, standing.review.verdict) == (CO_PILOT, "stays")
    assert "nothing was counted" in standing.review.figures


async def test_the_days_are_looked_at_and_none_before(stage: Stage, trust: Trust) -> None:
    await suggest(stage, 8, unchanged=8, at=NOW - timedelta(days=31))
    assert "nothing was counted" in (await stands(trust)).review.figures


async def test_it_moves_down_by_itself_one_step_and_once(stage: Stage, trust: Trust) -> None:
    await give(trust, DELEGATION)
    await suggest(stage, 10, unchanged=0)
    (change,) = await trust.move_down(SPEC, NOW)
    assert (change.kind, change.before, change.level, change.by) == ("moved_down", DELEGATION, SUPERVISION, "trust")
    assert change.figures == "drafts_unchanged: 0.0% of 10 (0.0% to 27.8%) in 7 days, with the upper end below 40.0%"
    assert await trust.move_down(SPEC, NOW + HOUR) == []
    assert (await stands(trust, NOW + HOUR)).mode is SUPERVISION

    await suggest(stage, 10, unchanged=0, name="worse", at=NOW + HOUR)
    assert [change.level for change in await trust.move_down(SPEC, NOW + 2 * HOUR)] == [CO_PILOT]
    assert await trust.move_down(SPEC, NOW + 3 * HOUR) == []


@pytest.mark.parametrize(("count", "unchanged"), [(0, 0), (1, 0), (20, 12)])
async def test_a_week_that_may_be_chance_moves_nobody(stage: Stage, trust: Trust, count: int, unchanged: int) -> None:
    await give(trust, SUPERVISION)
    await suggest(stage, count, unchanged=unchanged)
    assert await trust.move_down(SPEC, NOW) == []
    assert (await stands(trust)).mode is SUPERVISION


async def test_who_moves_down_cannot_be_approved(stage: Stage, trust: Trust) -> None:
    await give(trust, SUPERVISION)
    await suggest(stage, 10, unchanged=0)
    assert (await stands(trust)).review.verdict == "moves_down"
    with pytest.raises(ConflictError, match="may not move up from supervision"):
        await trust.approve(SPEC, "service", "lea", "", NOW)


async def test_a_person_gives_a_mode_without_figures(trust: Trust) -> None:
    change = await give(trust, DELEGATION)
    assert (change.kind, change.before, change.level, change.reason) == (
        "set",
        CO_PILOT,
        DELEGATION,
        "it was good elsewhere",
    )
    assert (await give(trust, CO_PILOT, NOW)).before is DELEGATION
    assert (await stands(trust)).mode is CO_PILOT


async def test_nobody_gives_more_than_the_card_allows(trust: Trust) -> None:
    strict = specification(SUPERVISION)
    with pytest.raises(ConflictError, match="The specification allows service supervision at most"):
        await trust.set_level(strict, "service", DELEGATION, "lea", "", NOW)
    assert (await trust.set_level(strict, "service", SUPERVISION, "lea", "", NOW)).level is SUPERVISION


async def test_a_stricter_version_holds_what_was_trusted_with_more(stage: Stage, trust: Trust) -> None:
    await give(trust, DELEGATION)
    strict = specification(SUPERVISION)
    assert (await stands(trust, spec=strict)).mode is SUPERVISION
    await suggest(stage, 10, unchanged=0)
    (change,) = await trust.move_down(strict, NOW)
    assert (change.before, change.level) == (SUPERVISION, CO_PILOT)


async def test_of_two_people_the_second_is_told(stage: Stage, trust: Trust) -> None:
    await suggest(stage, 8, unchanged=8)
    stale = Trust(MeasureRepository(stage.database), LastSeenBefore(stage.database))
    await trust.approve(SPEC, "service", "lea", "", NOW)
    with pytest.raises(ConflictError, match="lea was first"):
        await stale.refuse(SPEC, "service", "tom", "", NOW)
    assert [entry.by for entry in await TrustRepository(stage.database).history(ORGANISATION)] == ["lea"]


class LastSeenBefore(TrustRepository):
    """What somebody saw who looked before the first entry was made."""

    async def last(self, organisation: str, ai_agent: str) -> TrustChange | None:
        return None
