import asyncio
from datetime import timedelta

import pytest

from domain.conversation.activity_models import ClimbLadderInput
from domain.desk.clicks import Click
from domain.specification.organisation import LadderRung
from storage.desk_cards import LEASE, ChangedSubject, DeskCardRepository
from storage.desk_clicks import DeskClickRepository
from storage.erasing import ErasingRepository
from tests.storage.secrets import told
from tests.storage.stage import (
    AI,
    CONVERSATION,
    NAMES,
    NOW,
    ORGANISATION,
    Stage,
    approval,
    escalation,
    later,
    ownership,
)

HERE = (ORGANISATION, "slack")
PLACE = "C0APPROVALS"
SUBJECT = "approval:approval-1"


@pytest.fixture
def cards(stage: Stage) -> DeskCardRepository:
    return DeskCardRepository(stage.database)


async def show(cards: DeskCardRepository, changed: ChangedSubject, *, is_open: bool = True) -> None:
    """Post where nothing stands, and say that it shows what is true."""
    for kept in await cards.claim(*HERE, changed, [PLACE], NOW):
        if kept.message is None:
            await cards.posted(*HERE, changed.subject, kept.place, PLACE, "1.1")
        await cards.shown(*HERE, changed, kept.place, "shown", is_open=is_open)


async def the_one(cards: DeskCardRepository) -> ChangedSubject:
    (found,) = await cards.changed(*HERE, NOW)
    return found


async def test_an_open_approval_without_a_card_is_to_be_shown(stage: Stage, cards: DeskCardRepository) -> None:
    assert await cards.changed(*HERE, NOW) == []
    await stage.awaiting_approval()
    found = await the_one(cards)
    assert (found.subject, found.conversation_id) == (SUBJECT, CONVERSATION)
    assert await cards.changed("another", "slack", NOW) == []


async def test_what_shows_the_record_is_left_alone_until_the_record_changes(
    stage: Stage, cards: DeskCardRepository
) -> None:
    await stage.awaiting_approval()
    await show(cards, await the_one(cards))
    assert await cards.changed(*HERE, NOW) == []
    await stage.conversations.change_ownership(ownership(), NOW)
    (kept,) = await cards.claim(*HERE, await the_one(cards), [], NOW)
    assert (kept.place, kept.message, kept.digest, kept.in_doubt) == (PLACE, "1.1", "shown", False)


async def test_a_rung_of_the_ladder_changes_the_record(stage: Stage, cards: DeskCardRepository) -> None:
    await stage.awaiting_approval()
    await show(cards, await the_one(cards))
    rung = LadderRung(after_minutes=5, action="remind")
    climbed = approval().model_copy(update={"rungs_done": 1})
    await stage.approvals.climb_ladder(ClimbLadderInput(**NAMES, approval=climbed, step=rung), NOW)
    assert (await the_one(cards)).subject == SUBJECT


async def test_a_click_under_way_changes_what_is_to_be_shown(stage: Stage, cards: DeskCardRepository) -> None:
    await stage.awaiting_approval()
    await show(cards, await the_one(cards))
    clicks = DeskClickRepository(stage.database)
    await clicks.keep(*HERE, Click(click_id="c1", user="U0ANNA", subject=SUBJECT, action="approve"), NOW)
    assert await cards.changed(*HERE, NOW) == []
    await clicks.applying(*HERE, "c1", "anna")
    await show(cards, await the_one(cards))
    await clicks.settle(*HERE, "c1", refused=True)
    assert (await the_one(cards)).subject == SUBJECT


async def test_of_several_one_is_given_the_card_and_another_after_its_lease(
    stage: Stage, cards: DeskCardRepository
) -> None:
    await stage.awaiting_approval()
    found = await the_one(cards)
    claimed = await asyncio.gather(*(cards.claim(*HERE, found, [PLACE], NOW) for _ in range(4)))
    assert sum(map(len, claimed)) == 1
    assert await cards.changed(*HERE, NOW + LEASE / 2) == []
    (again,) = await cards.claim(*HERE, found, [PLACE], NOW + LEASE)
    assert again.in_doubt


async def test_a_desk_that_is_away_is_tried_later_and_in_doubt(stage: Stage, cards: DeskCardRepository) -> None:
    await stage.awaiting_approval()
    found = await the_one(cards)
    await cards.claim(*HERE, found, [PLACE], NOW)
    await cards.wait(*HERE, SUBJECT, PLACE, later(15))
    assert await cards.changed(*HERE, later(14)) == []
    (again,) = await cards.claim(*HERE, found, [PLACE], later(15))
    assert again.in_doubt


async def test_what_was_deleted_at_the_desk_is_posted_anew(stage: Stage, cards: DeskCardRepository) -> None:
    await stage.awaiting_approval()
    await show(cards, await the_one(cards))
    await cards.lost(*HERE, SUBJECT, PLACE)
    (again,) = await cards.claim(*HERE, await the_one(cards), [], NOW)
    assert (again.message, again.in_doubt) == (None, False)


async def test_a_second_place_gets_a_card_of_its_own(stage: Stage, cards: DeskCardRepository) -> None:
    await stage.awaiting_approval()
    claimed = await cards.claim(*HERE, await the_one(cards), [PLACE, "U0ANNA"], NOW)
    assert sorted(one.place for one in claimed) == [PLACE, "U0ANNA"]


async def test_a_closed_card_is_followed_for_a_while_and_an_open_one_until_it_is_closed(
    stage: Stage, cards: DeskCardRepository
) -> None:
    await stage.awaiting_approval()
    await show(cards, await the_one(cards))
    await stage.conversations.change_ownership(ownership(), NOW)
    much_later = NOW + timedelta(days=400)
    (found,) = await cards.changed(*HERE, much_later)
    await show(cards, found, is_open=False)
    await stage.database.fetchval("UPDATE conversations SET revision = revision + 1")
    assert len(await cards.changed(*HERE, NOW)) == 1
    assert await cards.changed(*HERE, much_later) == []


async def test_an_escalation_has_a_card_each_time(stage: Stage, cards: DeskCardRepository) -> None:
    await stage.drafted()
    await stage.deliveries.escalate(escalation(), NOW)
    first = await the_one(cards)
    assert first.subject.startswith(f"escalation:{CONVERSATION}:")
    number = int(first.subject.rpartition(":")[2])
    event = await cards.escalation(CONVERSATION, number)
    assert event is not None
    assert (event.reason, event.at, event.again) == ("no_answer", NOW, False)
    assert await cards.escalation("conversation-2", number) is None
    await show(cards, first)
    await stage.conversations.change_ownership(ownership(AI, revision=3, request_id="back"), later(30))
    await stage.deliveries.escalate(escalation("escalation-2", revision=4), later(60))
    both = {one.subject for one in await cards.changed(*HERE, NOW)}
    assert len(both) == 2
    assert first.subject in both
    event = await cards.escalation(CONVERSATION, number)
    assert event is not None
    assert event.again


async def test_what_is_erased_is_compared_again_however_old(stage: Stage, cards: DeskCardRepository) -> None:
    conversation = await told(stage)
    changed = ChangedSubject(subject=f"approval:a-{conversation}", conversation_id=conversation, seen="before")
    await show(cards, changed, is_open=False)
    long_after = NOW + timedelta(days=400)
    assert await cards.changed(*HERE, long_after) == []
    assert await ErasingRepository(stage.database).erase(conversation, long_after, long_after) is None
    assert [one.subject for one in await cards.changed(*HERE, long_after)] == [changed.subject]


async def test_a_refusal_is_in_the_audit_trail(stage: Stage, cards: DeskCardRepository) -> None:
    await cards.audit_refusal(ORGANISATION, CONVERSATION, "slack:U0STRANGER", {"action": "approve"}, NOW)
    event = (await stage.audit.events(CONVERSATION))[-1]
    assert (event.kind, event.actor, event.data) == ("desk_refused", "slack:U0STRANGER", {"action": "approve"})


async def test_the_customer_is_known_by_the_newest_context(stage: Stage, cards: DeskCardRepository) -> None:
    assert await cards.context(CONVERSATION) is None
    conversation = await told(stage)
    context = await cards.context(conversation)
    assert context is not None
    assert context.facts[0].name == "plan"
