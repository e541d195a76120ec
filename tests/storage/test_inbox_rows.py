from datetime import timedelta

import pytest

from domain.approvals.schedule import Snoozed
from domain.conversation.inbox import InboxRules, Patience, View, patience_of, rules_of
from domain.conversation.ownership import Status
from domain.specification.organisation import LadderRung
from storage.inbox_rows import InboxRowRepository
from storage.notes import NoteRepository, NoteToWrite
from storage.presences import PresenceRepository
from tests.organisation import VERSION
from tests.storage.inbox_stage import (
    asking,
    ids,
    in_queue,
    minutes,
    named,
    opened,
    over,
    taken_by,
    touched,
    waiting_for_approval,
)
from tests.storage.resolved import wrote
from tests.storage.stage import AI, CONVERSATION, NOW, ORGANISATION, Stage, human_reply, later, ownership

RULES = InboxRules(
    ladder=(LadderRung(after_minutes=60, action="remind"), LadderRung(after_minutes=240, action="remind"))
)


@pytest.fixture
def rows(stage: Stage) -> InboxRowRepository:
    return InboxRowRepository(stage.database)


@pytest.fixture
async def everyone(stage: Stage) -> Stage:
    """One conversation of each kind, that of the stage changed first."""
    await opened(stage, "with-ai-agent", at=later(1))
    await waiting_for_approval(stage, "for-approval", later(2))
    await in_queue(stage, "in-the-queue", later(3))
    await taken_by(stage, "of-anna-1", "anna", later(4))
    await taken_by(stage, "of-bo-1234", "bo", later(5))
    await taken_by(stage, "of-cy-1234", "cy", later(6))
    await over(stage, "over-1234", later(7))
    return stage


@pytest.mark.usefixtures("everyone")
@pytest.mark.parametrize(
    ("view", "found"),
    [
        ("mine", ["of-anna-1"]),
        ("team", ["of-bo-1234", "of-anna-1", "in-the-queue"]),
        ("approval", ["for-approval"]),
        ("ai", ["for-approval", "with-ai-agent", CONVERSATION]),
        (
            "all",
            ["over-1234", "of-cy-1234", "of-bo-1234", "of-anna-1", "in-the-queue", "for-approval", "with-ai-agent",
             CONVERSATION],
        ),
    ],
)  # fmt: skip
async def test_a_view_has_those_changed_last_first(rows: InboxRowRepository, view: View, found: list[str]) -> None:
    team = ("anna", "bo")
    assert await ids(rows, view, colleagues=team) == found
    assert await rows.count(asking(view, colleagues=team), None) == len(found)


@pytest.mark.usefixtures("everyone")
async def test_filters(rows: InboxRowRepository, stage: Stage) -> None:
    await opened(stage, "by-email", channel="email", at=later(8))
    assert await ids(rows, channel="email") == ["by-email"]
    assert await ids(rows, status=Status.RESOLVED) == ["over-1234"]
    assert await ids(rows, "ai", status=Status.RESOLVED) == ["over-1234"]
    assert await ids(rows, "mine", status=Status.RESOLVED) == []
    assert await ids(rows, "ai", ai_agent="service", status=Status.AWAITING_APPROVAL) == ["for-approval"]
    assert await ids(rows, ai_agent="nobody") == []
    assert await ids(rows, only=("of-anna-1", "for-approval", "unknown-1")) == ["of-anna-1", "for-approval"]
    assert await ids(rows, text="parcel of-an") == ["of-anna-1"]
    assert await ids(rows, "mine", text="parcel") == ["of-anna-1"]
    assert await ids(rows, text="!") == []


async def test_whoever_is_asked_for_an_approval_has_it(rows: InboxRowRepository, stage: Stage) -> None:
    await waiting_for_approval(stage, "for-anna-1", assignee="anna")
    await waiting_for_approval(stage, "for-bo-12", assignee="bo")
    assert await ids(rows, "mine") == ["for-anna-1"]
    counts = await rows.counts(asking(), Patience(queue=NOW, leaves=NOW))
    assert (counts.mine, counts.approval) == (1, 2)


@pytest.mark.usefixtures("everyone")
async def test_counts(rows: InboxRowRepository) -> None:
    patience = patience_of(await rows.climbed(ORGANISATION), RULES, later(3600))
    counts = await rows.counts(asking(colleagues=("anna", "bo")), patience)
    assert counts.model_dump() == {"mine": 1, "team": 3, "approval": 1, "ai": 3, "risk": 5, "all": 8}


async def test_pages_have_each_conversation_once(rows: InboxRowRepository, stage: Stage) -> None:
    for number in range(5):
        await opened(stage, f"number-{number}-of-five", at=later(60))  # at the same instant
    found, after = list[str](), None
    while page := await rows.page(asking(), None, after, 2):
        found += [one.id for one in page]
        after = page[-1]
    assert found == [*(f"number-{number}-of-five" for number in reversed(range(5))), CONVERSATION]


async def test_at_risk_is_whoever_waited_for_too_long(rows: InboxRowRepository, stage: Stage) -> None:
    """The deadlines come within half an hour: the ladder's first rung after one hour, the queue after one hour."""
    now = later(7200)
    rung = (LadderRung(after_minutes=300, action="remind"),)
    await waiting_for_approval(stage, "asked-early", now - minutes(31))
    await waiting_for_approval(stage, "asked-late", now - minutes(29))
    await waiting_for_approval(stage, "reminded-1", now - minutes(100), rungs_done=1)
    await waiting_for_approval(stage, "reminded-2", now - minutes(211), rungs_done=1)
    await waiting_for_approval(stage, "patient-12", now - minutes(211), ladder=rung)
    await waiting_for_approval(stage, "leaves-soon", now - minutes(1), leaves_at=now + minutes(2))
    put_off = Snoozed(until=now + minutes(120), rungs_done=0)
    await waiting_for_approval(stage, "put-off-for-now", now - minutes(45), snoozed=put_off)
    await in_queue(stage, "queued-early", now - minutes(45))
    await in_queue(stage, "queued-late", now - minutes(5))
    patience = patience_of(await rows.climbed(ORGANISATION), RULES, now)
    page = await rows.page(asking("risk"), patience, None, 3)
    assert [one.id for one in page] == ["reminded-2", "queued-early", "asked-early"]
    assert [one.id for one in await rows.page(asking("risk"), patience, page[-1], 3)] == ["leaves-soon"]
    assert await rows.count(asking("risk"), patience) == 4
    every = ["asked-early", "asked-late", "reminded-1", "reminded-2", "patient-12", "leaves-soon", "queued-early"]
    shown = await rows.rows([*every, "queued-late", "put-off-for-now"], "anna", now)
    judged = {row.conversation_id: row.judged(RULES, now).risk for row in shown}
    assert {id for id, risk in judged.items() if risk != "none"} == {
        "reminded-2", "queued-early", "asked-early", "leaves-soon"
    }  # fmt: skip
    assert judged["reminded-2"] == "due_soon"


async def test_an_answer_ends_the_wait(rows: InboxRowRepository, stage: Stage) -> None:
    await taken_by(stage, CONVERSATION.replace("1", "22"))
    id = "conversation-22"

    async def since() -> object:
        (row,) = await rows.rows([id], "anna", NOW)
        return row.waits_since

    assert await since() == NOW
    sent = human_reply("human-22").model_copy(update={"conversation_id": id})
    await stage.deliveries.deliver_stored(sent, later(60))
    assert await since() is None
    await wrote(stage, id, "And now?", revision=3)
    waits = await since()
    assert waits is not None
    await wrote(stage, id, "Hello?", revision=4)
    assert await since() == waits
    await stage.conversations.change_ownership(
        ownership(request_id="back", revision=5, conversation_id=id, owner=AI), later(90)
    )  # fmt: skip
    assert await since() is None


async def test_a_row_shows_what_a_person_needs(rows: InboxRowRepository, stage: Stage) -> None:
    id = await waiting_for_approval(stage, "for-approval")
    await named(stage, id, "Vera Quick")
    await stage.database.fetchval("UPDATE turns SET confidence = 0.7 WHERE conversation_id = $1", id)
    await PresenceRepository(stage.database).say(ORGANISATION, id, "bo", "typing", NOW)
    (row,) = await rows.rows([id], "anna", NOW)
    told = row.judged(RULES, NOW)
    assert (told.customer_name, told.approval_id, told.confidence) == ("Vera Quick", f"a-{id}", 0.7)
    assert (told.ai_agent, told.owner.kind, told.unread) == ("service", "ai_agent", 1)
    assert (told.deadline, told.risk, told.waits_since) == (NOW + timedelta(hours=1), "none", NOW)
    assert told.last_message
    assert told.last_message.text == f"Where is parcel {id}?"
    assert [(one.person_id, one.state) for one in told.watchers] == [("bo", "typing")]
    (later_on,) = await rows.rows([id], "anna", NOW + minutes(5))
    assert later_on.watchers == ()


async def test_a_conversation_without_a_word_has_a_row(rows: InboxRowRepository) -> None:
    (row,) = await rows.rows([CONVERSATION, "unknown-1"], "anna", NOW)
    assert (row.last_message, row.customer_name, row.unread, row.waiting.since) == (None, None, 0, None)


async def test_what_nobody_has_answered_is_unread_until_the_person_has_seen_it(
    rows: InboxRowRepository, stage: Stage
) -> None:
    async def unread(person: str) -> int:
        (row,) = await rows.rows([CONVERSATION], person, NOW)
        return row.unread

    await wrote(stage, CONVERSATION, "one", revision=1)
    await wrote(stage, CONVERSATION, "two", revision=2)
    assert (await unread("anna"), await unread("bo")) == (2, 2)
    await rows.mark_read(CONVERSATION, "anna", NOW)
    assert (await unread("anna"), await unread("bo")) == (0, 2)
    await wrote(stage, CONVERSATION, "three", revision=3)
    assert (await unread("anna"), await unread("bo")) == (1, 3)
    note = NoteToWrite(
        conversation_id=CONVERSATION, request_id="n", author_id="bo", text="look, @anna", mentions=("anna",)
    )
    await NoteRepository(stage.database).write(note, later(1))
    assert (await unread("anna"), await unread("bo")) == (2, 3)
    await rows.mark_read(CONVERSATION, "anna", later(2))
    assert await unread("anna") == 0


async def test_organisations_are_apart(rows: InboxRowRepository, stage: Stage) -> None:
    await opened(stage, "of-others-1", organisation="other")
    assert await ids(rows) == [CONVERSATION]
    assert await ids(rows, only=("of-others-1",)) == []
    assert await ids(rows, organisation="other", text="parcel") == ["of-others-1"]
    assert await ids(rows, text="parcel") == []
    counts = await rows.counts(asking(organisation="other"), Patience(queue=NOW, leaves=NOW))
    assert (counts.all, counts.ai) == (1, 1)
    assert await rows.organisations([CONVERSATION, "of-others-1", "unknown-1"]) == {
        CONVERSATION: ORGANISATION,
        "of-others-1": "other",
    }


async def test_the_store_asks_for_each_ladder_once(rows: InboxRowRepository, stage: Stage) -> None:
    own = (LadderRung(after_minutes=5, action="remind"),)
    for number, ladder in enumerate([(), (), own]):
        await waiting_for_approval(stage, f"number-{number}-of-three", ladder=ladder)
    climbed = await rows.climbed(ORGANISATION)
    assert sorted(len(one.ladder) for one in climbed) == [0, 1]
    assert {one.rungs_done for one in climbed} == {0}
    assert patience_of(climbed, rules_of(VERSION.specification), NOW).queue < NOW
    await touched(stage, CONVERSATION, NOW)
