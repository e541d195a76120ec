from datetime import timedelta

import asyncpg
import pytest

from domain.approvals.person_wait import PersonWait
from domain.conversation.activity_models import ChangeStatusInput, ClimbQueueLadderInput
from domain.conversation.messages import Attachment, CustomerMessage
from domain.conversation.ownership import Owner, Position, Status
from domain.conversation.requests import StartConversation
from domain.errors import NotFoundError
from domain.specification.organisation import LadderRung, Mode
from tests.organisation import VERSION
from tests.storage.stage import (
    AI,
    ANNA,
    CONVERSATION,
    NAMES,
    NOW,
    ORGANISATION,
    Stage,
    escalation,
    human_reply,
    later,
    message,
    ownership,
    reply,
    status_change,
)


async def test_opening_again_returns_what_is_stored(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(revision=3), NOW)
    start = StartConversation(organisation=ORGANISATION, conversation_id=CONVERSATION)

    again = await stage.conversations.open(start, VERSION.content_hash, AI, Mode.SUPERVISION, later(60))

    assert (again.owner, again.status, again.revision, again.mode) == (ANNA, Status.WITH_HUMAN, 3, Mode.DELEGATION)
    assert again.created_at == NOW
    assert (await stage.events()).count("conversation_opened") == 1


async def test_a_conversation_that_a_person_owns_from_its_beginning_is_with_human(stage: Stage) -> None:
    start = StartConversation(organisation=ORGANISATION, conversation_id="conversation-2")
    queue = Owner(kind="human_agent")
    opened = await stage.conversations.open(start, VERSION.content_hash, queue, Mode.CO_PILOT, NOW)
    assert (opened.status, opened.owner) == (Status.WITH_HUMAN, queue)


async def test_a_spec_that_was_never_published_cannot_be_pinned(stage: Stage) -> None:
    start = StartConversation(organisation=ORGANISATION, conversation_id="conversation-2")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await stage.conversations.open(start, "0" * 64, AI, Mode.DELEGATION, NOW)


async def test_messages_are_recorded_once_and_numbered_without_gaps(stage: Stage) -> None:
    first = await stage.conversations.record_messages(CONVERSATION, 1, [message("a", "one"), message("a", "one")])
    second = await stage.conversations.record_messages(CONVERSATION, 2, [message("a", "one"), message("b", "two")])

    assert (first.recorded, second.recorded) == (1, 1)
    assert await stage.said() == [(1, "customer", "one"), (2, "customer", "two")]
    assert (await stage.events()).count("message_received") == 2


async def test_an_older_revision_does_not_lower_the_stored_one(stage: Stage) -> None:
    await stage.conversations.record_messages(CONVERSATION, 5, [message("a")])
    await stage.conversations.record_messages(CONVERSATION, 3, [message("b")])
    assert (await stage.conversation()).revision == 5


async def test_recording_in_an_unknown_conversation_says_so(stage: Stage) -> None:
    with pytest.raises(NotFoundError, match="no conversation elsewhere"):
        await stage.conversations.record_messages("elsewhere", 1, [message("a")])


@pytest.mark.parametrize("text", ["a\x00b", "\\u0000", "\\\x00", '"quoted" \\ and ümläut 🚲'])
async def test_a_text_survives_except_for_the_character_that_postgresql_cannot_keep(stage: Stage, text: str) -> None:
    await stage.conversations.record_messages(CONVERSATION, 1, [message("a", text)])
    assert await stage.conversations.unanswered(CONVERSATION) == [text.replace("\x00", "")]


async def test_attachments_come_back_with_their_message(stage: Stage) -> None:
    file = Attachment(attachment_id="at_1", name="photo.png", media_type="image/png", size_bytes=7)
    sent = message("a").model_copy(update={"attachments": (file,)})
    await stage.conversations.record_messages(CONVERSATION, 1, [sent])
    assert (await stage.conversations.transcript(CONVERSATION))[0].attachments == (file,)


async def test_reading_begins_after_a_seq_or_ends_with_the_last_messages(stage: Stage) -> None:
    await stage.conversations.record_messages(CONVERSATION, 1, [message(key, key) for key in "abcd"])
    after = await stage.conversations.messages_after(CONVERSATION, 2)
    last = await stage.conversations.transcript(CONVERSATION, limit=3)
    assert [m.text for m in after] == ["c", "d"]
    assert [m.text for m in last] == ["b", "c", "d"]


@pytest.mark.parametrize("said", [[message("b")], []], ids=["a message", "nothing, at a higher revision"])
async def test_what_moves_on_makes_the_open_approval_stale(stage: Stage, said: list[CustomerMessage]) -> None:
    await stage.awaiting_approval()
    assert (await stage.conversation()).status is Status.AWAITING_APPROVAL

    await stage.conversations.record_messages(CONVERSATION, 2, said)

    assert await stage.approval_state() == "stale"
    assert (await stage.conversation()).status is Status.OPEN
    assert "approval_stale" in await stage.events()


async def test_the_same_revision_leaves_the_open_approval_alone(stage: Stage) -> None:
    await stage.awaiting_approval()
    await stage.conversations.record_messages(CONVERSATION, 1, [message("message-1")])
    assert await stage.approval_state() == "open"


async def test_a_takeover_records_messages_voids_the_approval_and_counts_what_waits(stage: Stage) -> None:
    await stage.awaiting_approval()
    changed = await stage.conversations.change_ownership(ownership(messages=(message("b"),), note="I know her"), NOW)

    conversation = await stage.conversation()
    assert (changed.unanswered, changed.at) == (2, NOW)
    assert (conversation.owner, conversation.status, conversation.revision) == (ANNA, Status.WITH_HUMAN, 2)
    assert await stage.approval_state() == "taken_over"
    assert [note.text for note in await stage.conversations.notes(CONVERSATION)] == ["I know her"]


async def test_a_repeated_takeover_changes_nothing(stage: Stage) -> None:
    first = await stage.conversations.change_ownership(ownership(note="once"), NOW)
    await stage.conversations.change_ownership(ownership(AI, revision=3, request_id="back-1"), later(5))
    again = await stage.conversations.change_ownership(ownership(note="once"), later(9))

    assert again.at == first.at
    assert (await stage.conversation()).owner == AI
    assert (await stage.events()).count("ownership_changed") == 2


async def test_another_attempt_of_a_takeover_is_no_repetition(stage: Stage) -> None:
    """The worker died between commit and answer; a message may have raised the revision meanwhile."""
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.conversations.record_messages(CONVERSATION, 3, [message("b")])
    again = await stage.conversations.change_ownership(ownership(), later(5))
    assert (again.at, again.unanswered, again.repeated) == (NOW, 1, False)


@pytest.mark.parametrize("revision", [3, 4, 900])
async def test_a_takeover_that_comes_again_long_after_is_told_to_the_workflow(stage: Stage, revision: int) -> None:
    """Its ring of ids has forgotten the request. What came with it is recorded in its own turn, not here."""
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.conversations.change_ownership(ownership(AI, revision=3, request_id="back-1"), later(5))
    late = ownership(revision=revision + 1, messages=(message("b"),), note="again")
    again = await stage.conversations.change_ownership(late, later(9))
    conversation = await stage.conversation()
    assert (again.repeated, again.at) == (True, NOW)
    assert (conversation.owner, conversation.revision, conversation.last_seq) == (AI, 3, 0)
    assert await stage.conversations.notes(CONVERSATION) == []


async def test_a_hand_back_that_comes_again_long_after_is_told_to_the_workflow(stage: Stage) -> None:
    back = ownership(AI, revision=3, request_id="back-1", by="anna")
    await stage.conversations.change_ownership(ownership(), NOW)
    assert not (await stage.conversations.change_ownership(back, NOW)).repeated
    await stage.conversations.change_ownership(ownership(revision=4, request_id="take-2"), NOW)
    assert (await stage.conversations.change_ownership(back.model_copy(update={"revision": 5}), NOW)).repeated
    assert (await stage.conversation()).owner == ANNA


async def test_what_was_escalated_still_waits_when_a_person_hands_it_back(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.escalate(escalation(), NOW)
    changed = await stage.conversations.change_ownership(ownership(AI, revision=3, request_id="back-1"), NOW)
    assert changed.unanswered == 1


async def test_what_a_person_answered_does_not_wait_any_more(stage: Stage) -> None:
    await stage.drafted()
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.deliveries.deliver_stored(human_reply(), NOW)
    changed = await stage.conversations.change_ownership(ownership(AI, revision=3, request_id="back-1"), NOW)
    assert changed.unanswered == 0


async def test_snooze_and_wake(stage: Stage) -> None:
    until = NOW + timedelta(days=1)
    await stage.conversations.change_status(status_change("snoozed", Status.SNOOZED, until=until), NOW)
    assert (await stage.conversation()).snoozed_until == until

    await stage.conversations.change_status(status_change("woken", Status.OPEN, request_id="wake-1"), later(1))
    conversation = await stage.conversation()
    assert (conversation.status, conversation.snoozed_until) == (Status.OPEN, None)


async def test_a_snooze_without_an_end_is_refused_by_the_database(stage: Stage) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await stage.conversations.change_status(status_change("snoozed", Status.SNOOZED), NOW)


async def test_a_resolved_conversation_has_nothing_unanswered_and_no_open_approval(stage: Stage) -> None:
    await stage.awaiting_approval()
    await stage.conversations.change_status(status_change("resolved", Status.RESOLVED, revision=2), NOW)

    conversation = await stage.conversation()
    assert (conversation.status, conversation.resolved_at) == (Status.RESOLVED, NOW)
    assert await stage.conversations.unanswered(CONVERSATION) == []
    assert await stage.approval_state() == "stale"


UNTIL = NOW + timedelta(days=1)
SNOOZE = status_change("snoozed", Status.SNOOZED, until=UNTIL)
SUPERVISE = status_change("mode_changed", Status.OPEN, mode=Mode.SUPERVISION)


@pytest.mark.parametrize(
    ("first", "since"),
    [
        (SNOOZE, status_change("woken", Status.OPEN, request_id="w-1")),
        (
            status_change("resolved", Status.RESOLVED, revision=2),
            status_change("reopened", Status.OPEN, request_id="o"),
        ),
        (status_change("reopened", Status.OPEN), SNOOZE.model_copy(update={"request_id": "s-2"})),
        (SUPERVISE, status_change("mode_changed", Status.OPEN, request_id="m-2")),
    ],
    ids=lambda one: one.event,
)
async def test_what_is_asked_again_long_after_changes_nothing_and_says_where_it_stands(
    stage: Stage, first: ChangeStatusInput, since: ChangeStatusInput
) -> None:
    await stage.drafted()
    done = await stage.conversations.change_status(first, NOW)
    another_attempt = await stage.conversations.change_status(first, later(1))
    assert (done, done.repeated) == (another_attempt, False)
    await stage.conversations.change_status(since, later(2))
    row = await stage.conversation()
    again = await stage.conversations.change_status(first, later(3))
    assert again.repeated
    assert await stage.conversation() == row
    assert (again.position, again.mode) == (
        Position(owner=row.owner, status=row.status, revision=row.revision),
        row.mode,
    )
    assert (again.snoozed_until, again.resolved_at) == (row.snoozed_until, row.resolved_at)


async def test_a_resolution_that_comes_again_is_known_by_its_revision(stage: Stage) -> None:
    """The conversation is resolved now as it was then, and the workflow would raise the revision for nothing."""
    resolve = status_change("resolved", Status.RESOLVED, revision=2)
    await stage.conversations.change_status(resolve, NOW)
    again = await stage.conversations.change_status(resolve.model_copy(update={"revision": 3}), later(1))
    assert (again.repeated, again.position.revision) == (True, 2)


async def test_a_repeated_status_change_changes_nothing(stage: Stage) -> None:
    resolve = status_change("resolved", Status.RESOLVED, revision=2, note="done")
    await stage.conversations.change_status(resolve, NOW)
    await stage.conversations.change_status(status_change("reopened", Status.OPEN, request_id="reopen-1"), later(1))
    await stage.conversations.change_status(resolve, later(2))

    assert (await stage.conversation()).status is Status.OPEN
    assert (await stage.events()).count("resolved") == 1


async def test_reading_is_marked_once_and_only_for_messages_to_the_customer(stage: Stage) -> None:
    await stage.drafted()
    await stage.deliveries.deliver_stored(reply(), NOW)
    await stage.conversations.mark_read(CONVERSATION, 2, later(1))
    await stage.conversations.mark_read(CONVERSATION, 2, later(9))
    assert [m.read_at for m in await stage.conversations.transcript(CONVERSATION)] == [None, later(1)]


async def test_the_list_is_by_last_change_filtered_and_paged(stage: Stage) -> None:
    for number in (2, 3):
        start = StartConversation(organisation=ORGANISATION, conversation_id=f"conversation-{number}")
        await stage.conversations.open(start, VERSION.content_hash, AI, Mode.DELEGATION, later(number))
    await stage.conversations.change_ownership(ownership(), later(9))

    async def ids(**filters: object) -> list[str]:
        found = await stage.conversations.list(ORGANISATION, **filters)  # type: ignore[arg-type]
        return [conversation.conversation_id[-1] for conversation in found]

    assert await ids() == ["1", "3", "2"]
    assert await ids(status=Status.OPEN) == ["3", "2"]
    assert await ids(before=later(9), limit=1) == ["3"]
    assert await stage.conversations.list("another") == []


SINCE = later(-3600)


def rung(action: str, rungs_done: int, *roles: str) -> ClimbQueueLadderInput:
    step = LadderRung.model_validate({"after_minutes": 30, "action": action, "roles": roles})
    return ClimbQueueLadderInput(
        **NAMES, step=step, wait=PersonWait(since=SINCE, rungs_done=rungs_done, roles=tuple(roles))
    )


async def test_each_rung_of_the_queue_counts_once(stage: Stage) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    before = len(await stage.events())
    for step in (rung("remind", 1), rung("remind", 1), rung("widen", 2, "lead"), rung("move_up", 3, "admin")):
        await stage.conversations.climb_queue_ladder(step, NOW)
    assert (await stage.events())[before:] == ["queue_reminded", "queue_widened", "queue_moved_up"]
    wait = (await stage.conversation()).waits_for_person
    assert wait == PersonWait(since=SINCE, rungs_done=3, roles=("admin",))


@pytest.mark.parametrize("ends", ["reply", "hand back"])
async def test_nobody_is_asked_to_look_any_more_once_it_is_answered(stage: Stage, ends: str) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    await stage.conversations.climb_queue_ladder(rung("widen", 1, "lead"), NOW)
    if ends == "reply":
        await stage.deliveries.deliver_stored(human_reply(), NOW)
    else:
        await stage.conversations.change_ownership(ownership(AI, revision=3, request_id="back-1"), NOW)
    assert (await stage.conversation()).waits_for_person is None


async def test_the_queue_of_what_no_person_has_is_not_climbed(stage: Stage) -> None:
    await stage.conversations.climb_queue_ladder(rung("remind", 1), NOW)
    assert "queue_reminded" not in await stage.events()
