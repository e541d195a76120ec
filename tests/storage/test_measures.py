"""What is counted for success measures and service levels, on a real PostgreSQL: one story at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from domain.conversation.ownership import Status
from domain.conversation.turn import Outcome
from domain.quality.measures import DEFINITIONS, Apart, Metric, Tally, Windows
from domain.specification.organisation import LadderRung, SuccessMeasure
from storage.measures import MeasureRepository
from tests.organisation import BILLING, SERVICE, SPECIFICATION
from tests.storage.resolved import answered, answered_by_anna, ended, opened, wrote
from tests.storage.stage import (
    NOW,
    ORGANISATION,
    Stage,
    approval,
    approval_request,
    draft,
    escalation,
    generate,
    human_reply,
    later,
    ownership,
    record,
    reply,
    status_change,
)
from tests.storage.stories import (
    ANSWER,
    ENDED,
    ID,
    Story,
    approved,
    asked_again_before_the_end,
    asked_back,
    complained,
    complained_at_first,
    corrected,
    decided_in_vain,
    escalated,
    given_to_a_person,
    merged,
    rate_conversation,
    rated,
    reopened_after,
    resolved_by_a_person,
    resolved_twice,
    silent,
    taken_over_and_handed_back,
    unanswered,
    wrote_at,
)

DAY = timedelta(days=1)
LATER = NOW + 20 * DAY
Shares = tuple[int, int, Mapping[Apart, int]]
NOTHING: Shares = (0, 0, {})


async def told(
    stage: Stage,
    metric: Metric,
    *,
    at: datetime = LATER,
    days: int = 30,
    seconds: Mapping[str | None, float] | None = None,
) -> dict[str | None, Tally]:
    """What is counted, by AI agent."""
    windows = Windows(until=at, days=days)
    due: Mapping[str | None, float] = {None: 60.0} if seconds is None else seconds
    tallies = await MeasureRepository(stage.database).tallies(ORGANISATION, metric, windows, due)
    return {tally.ai_agent: tally for tally in tallies}


async def shares(stage: Stage, metric: Metric, at: datetime = LATER, ai_agent: str | None = "service") -> Shares:
    """Count, n, and what is counted apart."""
    found = (await told(stage, metric, at=at)).get(ai_agent, Tally(metric=metric, ai_agent=ai_agent))
    return found.period.count, found.period.n, dict(found.apart)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (silent, (1, 1, {})),
        (decided_in_vain, (1, 1, {})),
        (reopened_after(7.1), (1, 1, {})),
        (resolved_twice, (1, 1, {})),
        (reopened_after(6.9), (0, 1, {})),
        (reopened_after(0.1, by="anna"), (0, 1, {})),
        (resolved_by_a_person, (0, 1, {})),
        (given_to_a_person, (0, 1, {})),
        (taken_over_and_handed_back, (0, 1, {})),
        (approved, (0, 1, {})),
        (unanswered, (0, 0, {"abandoned": 1})),
        (asked_back, (0, 0, {"abandoned": 1})),
        (asked_again_before_the_end, (0, 0, {"abandoned": 1})),
        (merged, NOTHING),
    ],
)
async def test_automated_resolution(stage: Stage, story: Story, expected: Shares) -> None:
    await story(stage)
    assert await shares(stage, "automated_resolution") == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (ENDED - timedelta(seconds=1), NOTHING),
        (ENDED, (0, 0, {"not_yet_durable": 1})),
        (ENDED + 7 * DAY - timedelta(seconds=1), (0, 0, {"not_yet_durable": 1})),
        (ENDED + 7 * DAY, (1, 1, {})),
        (ENDED + 37 * DAY - timedelta(seconds=1), (1, 1, {})),
        (ENDED + 37 * DAY, NOTHING),
    ],
)
async def test_a_resolution_counts_once_it_is_durable_and_for_the_period(
    stage: Stage, at: datetime, expected: Shares
) -> None:
    await silent(stage)
    assert await shares(stage, "automated_resolution", at) == expected


async def test_what_was_reopened_early_is_apart_like_the_rest_until_it_counts(stage: Stage) -> None:
    await reopened_after(1)(stage)
    assert await shares(stage, "automated_resolution", ENDED + 6 * DAY) == (0, 0, {"not_yet_durable": 1})
    assert await shares(stage, "automated_resolution", ENDED + 8 * DAY) == (0, 1, {})


async def test_a_conversation_without_a_draft_is_no_ai_agents(stage: Stage) -> None:
    await opened(stage, ID, "Hello?")
    await answered_by_anna(stage, ID, "Good morning.")
    await ended(stage, ID, ENDED, by="anna", revision=4)
    assert (await told(stage, "automated_resolution")).keys() == {None}


async def test_each_window_counts_what_fell_into_it(stage: Stage) -> None:
    await silent(stage)
    durable = ENDED + 7 * DAY
    for at, long, short in ((durable, 1, 1), (durable + timedelta(hours=7), 1, 0), (durable + 4 * DAY, 0, 0)):
        tally = (await told(stage, "automated_resolution", at=at))["service"]
        assert (tally.period.n, tally.long.n, tally.short.n) == (1, long, short)
        assert (tally.period.count, tally.long.count, tally.short.count) == (1, long, short)


async def test_other_organisations_count_apart(stage: Stage) -> None:
    await silent(stage)
    windows = Windows(until=LATER)
    measures = MeasureRepository(stage.database)
    for metric in DEFINITIONS:
        assert await measures.tallies("other", metric, windows, {None: 60}) == []


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (silent, (0, 1, {})),
        (resolved_by_a_person, (0, 1, {})),
        (approved, (0, 1, {})),
        (reopened_after(6.9), (1, 1, {})),
        (reopened_after(7.1), (0, 1, {})),
        (corrected, (1, 1, {})),
        (rated("bad"), (1, 1, {})),
        (rated("good", "bad"), (1, 1, {})),
        (rated("bad", "good"), (0, 1, {})),
        (rated("bad", days=8), (0, 1, {})),
        (complained, (1, 1, {})),
        (complained_at_first, (0, 1, {})),
        (given_to_a_person, NOTHING),
        (unanswered, NOTHING),
    ],
)
async def test_missed_escalation(stage: Stage, story: Story, expected: Shares) -> None:
    await story(stage)
    assert await shares(stage, "missed_escalation") == expected


@pytest.mark.parametrize(
    ("drafted", "said", "count"),
    [
        (ANSWER, ANSWER, 1),
        ("It is on\n\nits way.", "  It is on its way.\n", 1),
        (ANSWER, "It is on its way!", 0),
        ("", "It is on its way.", 0),
        ("", " ", 0),
    ],
)
async def test_false_escalation(stage: Stage, drafted: str, said: str, count: int) -> None:
    await escalated(stage, drafted)
    assert await shares(stage, "false_escalation") == (0, 0, {"waiting": 1})
    await answered_by_anna(stage, ID, said)
    assert await shares(stage, "false_escalation") == (count, 1, {})


async def test_an_escalation_without_a_draft_is_no_ai_agents(stage: Stage) -> None:
    await opened(stage, ID, "Where is my parcel?")
    await stage.deliveries.escalate(escalation(conversation_id=ID), NOW)
    assert await shares(stage, "false_escalation", ai_agent=None) == (0, 0, {"waiting": 1})
    assert await shares(stage, "false_escalation") == NOTHING


async def test_the_last_rating_counts(stage: Stage) -> None:
    for number, scores in enumerate((("good",), ("bad", "good"), ("good", "bad"))):
        conversation_id = f"conversation-{number}"
        await opened(stage, conversation_id, "Hello?")
        await answered(stage, conversation_id, ANSWER)
        for minute, score in enumerate(scores):
            await rate_conversation(stage, conversation_id, score, ENDED + timedelta(minutes=minute))
    assert await shares(stage, "csat") == (2, 3, {})
    assert await shares(stage, "csat", ENDED - DAY) == NOTHING


async def answered_after(stage: Stage, seconds: float, conversation_id: str = ID, kind: str = "reply") -> None:
    """By the AI agent."""
    await opened(stage, conversation_id)
    await wrote_at(stage, conversation_id, NOW)
    draft_id = f"draft-of-{conversation_id}"
    await stage.turns.save_draft(generate(draft_id, conversation_id=conversation_id), draft(draft_id))
    await stage.deliveries.deliver_stored(reply(draft_id, conversation_id=conversation_id, kind=kind), later(seconds))


@pytest.mark.parametrize(("seconds", "count"), [(0, 1), (2, 1), (2.001, 0), (3600, 0)])
@pytest.mark.parametrize("kind", ["reply", "clarification"])
async def test_the_first_answer_is_within_the_target_or_not(
    stage: Stage, kind: str, seconds: float, count: int
) -> None:
    await answered_after(stage, seconds, kind=kind)
    found = await told(stage, "first_response_seconds", seconds={"service": 2, "billing": 2, None: 60})
    assert found.keys() == {"service", None}
    assert (found["service"].period.count, found["service"].period.n) == (count, 1)
    assert found[None].period.count == (seconds <= 60)
    assert found["service"].p95_seconds == pytest.approx(seconds)


async def test_later_answers_and_notices_are_not_the_first(stage: Stage) -> None:
    await answered_after(stage, 1)
    await stage.database.fetchval(
        "UPDATE messages SET kind = 'notice', author = 'system' WHERE conversation_id = $1 AND kind = 'reply'", ID
    )
    found = await told(stage, "first_response_seconds", at=later(200))
    assert (found[None].period.count, found[None].period.n) == (0, 1)
    assert found[None].p95_seconds == 200


@pytest.mark.parametrize(
    ("waits", "expected"), [(59, (0, 0, {"waiting": 1})), (60, (0, 0, {"waiting": 1})), (61, (0, 1, {}))]
)
async def test_who_waits_for_longer_than_the_target_is_too_late(stage: Stage, waits: float, expected: Shares) -> None:
    await opened(stage, ID)
    await wrote_at(stage, ID, NOW)
    assert await shares(stage, "first_response_seconds", later(waits), ai_agent=None) == expected


async def test_what_an_ai_agent_owes_is_its_own_until_a_person_owns_it(stage: Stage) -> None:
    await opened(stage, ID)
    await wrote_at(stage, ID, NOW)
    due: dict[str | None, float] = {"service": 2, None: 60}
    assert (await told(stage, "first_response_seconds", seconds=due))["service"].period.n == 1
    await stage.conversations.change_ownership(ownership(conversation_id=ID), NOW)
    found = await told(stage, "first_response_seconds", seconds=due)
    assert ("service" in found, found[None].period.n) == (False, 1)


async def test_a_persons_first_answer_is_the_organisations(stage: Stage) -> None:
    await opened(stage, ID)
    await wrote_at(stage, ID, NOW)
    await stage.conversations.change_ownership(ownership(conversation_id=ID), NOW)
    said = human_reply().model_copy(update={"conversation_id": ID})
    await stage.deliveries.deliver_stored(said, later(30))
    assert await shares(stage, "first_response_seconds", ai_agent=None) == (1, 1, {})


async def test_who_wrote_nothing_waits_for_nothing(stage: Stage) -> None:
    assert await told(stage, "first_response_seconds") == {}


async def test_the_time_that_95_of_100_did_not_wait_longer_than(stage: Stage) -> None:
    for number in range(20):
        await answered_after(stage, number, f"waited-{number}")
    found = await told(stage, "first_response_seconds", seconds={"service": 10})
    assert found["service"].p95_seconds == 18
    assert (found["service"].period.count, found["service"].period.n) == (11, 20)


@pytest.mark.parametrize(
    ("state", "rungs", "expected"),
    [
        ("open", 0, (0, 0, {"waiting": 1})),
        ("open", 1, (0, 1, {})),
        ("approved", 0, (1, 1, {})),
        ("rejected", 0, (1, 1, {})),
        ("taken_over", 0, (1, 1, {})),
        ("approved", 2, (0, 1, {})),
        ("stale", 0, (0, 0, {"overtaken": 1})),
        ("stale", 1, (0, 1, {})),
    ],
)
async def test_approvals_are_on_time_before_the_first_rung(
    stage: Stage, state: str, rungs: int, expected: Shares
) -> None:
    await stage.drafted()
    asked = approval().model_copy(update={"rungs_done": rungs})
    await stage.approvals.request(approval_request().model_copy(update={"approval": asked}), NOW)
    if state != "open":
        await stage.database.fetchval("UPDATE approvals SET state = $1, closed_at = now(), closed_by = 'bo'", state)
    assert await shares(stage, "approvals_on_time", ai_agent=None) == expected


async def test_the_health_of_an_organisation_has_every_objective(stage: Stage) -> None:
    await silent(stage)
    success = (SuccessMeasure(metric="automated_resolution", target=0.6), SuccessMeasure(metric="csat", target=0.9))
    ladder = (LadderRung(after_minutes=30, action="remind"),)
    agents = (SERVICE.model_copy(update={"success": success}), BILLING.model_copy(update={"success": success[:1]}))
    specification = SPECIFICATION.model_copy(update={"ai_agents": agents, "ladder": ladder})
    found = await MeasureRepository(stage.database).health(specification, Windows(until=LATER))
    told = [(one.objective.ai_agent, one.objective.metric, one.measured.n, one.state) for one in found.measurements]
    assert told == [
        ("service", "automated_resolution", 1, "too_few"),
        ("service", "csat", 0, "not_measured"),
        ("billing", "automated_resolution", 0, "too_few"),
        (None, "first_response_seconds", 1, "too_few"),
        (None, "approvals_on_time", 0, "too_few"),
    ]


async def test_snoozes_and_changes_of_mode_are_no_resolution(stage: Stage) -> None:
    await opened(stage, ID, "Hello?")
    for number, event in enumerate(("snoozed", "mode_changed")):
        status, until = (Status.SNOOZED, ENDED) if event == "snoozed" else (Status.OPEN, None)
        change = status_change(event, status, request_id=f"change-{number}", until=until)
        await stage.conversations.change_status(change.model_copy(update={"conversation_id": ID}), NOW)
    assert await told(stage, "automated_resolution") == {}


async def suggested(stage: Stage, said: str | None = ANSWER, conversation_id: str = ID, drafted: str = ANSWER) -> None:
    """To a person who owns the conversation, and who said something after it."""
    await opened(stage, conversation_id, "Where is my parcel?")
    draft_id = f"suggestion-{conversation_id}"
    input = generate(draft_id, conversation_id=conversation_id, suggestion=True)
    await stage.turns.save_draft(input, draft(draft_id, drafted))
    if said is not None:
        await answered_by_anna(stage, conversation_id, said)


@pytest.mark.parametrize(
    ("said", "drafted", "expected"),
    [
        (ANSWER, ANSWER, (1, 1, {})),
        ("It is\non its way. ", ANSWER, (1, 1, {})),
        ("It was lost.", ANSWER, (0, 1, {})),
        ("It was lost.", "", NOTHING),
        (None, ANSWER, NOTHING),
    ],
)
async def test_a_suggestion_is_sent_as_it_was_or_not(
    stage: Stage, said: str | None, drafted: str, expected: Shares
) -> None:
    await suggested(stage, said, drafted=drafted)
    assert await shares(stage, "drafts_unchanged") == expected


async def test_each_answer_of_a_person_is_compared_with_the_suggestion_before_it(stage: Stage) -> None:
    await suggested(stage)
    second = human_reply("human-2", "And something else.").model_copy(update={"conversation_id": ID})
    await stage.deliveries.deliver_stored(second, later(5))
    assert await shares(stage, "drafts_unchanged") == (1, 1, {})
    await wrote(stage, ID, "Thanks, and now?", revision=3)
    input = generate("suggestion-2", conversation_id=ID, suggestion=True, revision=3)
    await stage.turns.save_draft(input, draft("suggestion-2", "Now you wait."))
    third = human_reply("human-3", "Now you are done.").model_copy(update={"conversation_id": ID})
    await stage.deliveries.deliver_stored(third, later(9))
    assert await shares(stage, "drafts_unchanged") == (0, 1, {})


@pytest.mark.parametrize(
    ("state", "text", "by", "expected"),
    [
        ("approved", ANSWER, "bo", (1, 1, {})),
        ("approved", "It was lost.", "bo", (0, 1, {})),
        ("rejected", ANSWER, "bo", (0, 1, {})),
        ("taken_over", ANSWER, "bo", (0, 1, {})),
        ("replaced", ANSWER, "bo", (0, 1, {})),
        ("replaced", ANSWER, "system", NOTHING),
        ("stale", ANSWER, "system", NOTHING),
        ("open", ANSWER, None, NOTHING),
    ],
)
async def test_a_draft_is_approved_as_it_was_or_not(
    stage: Stage, state: str, text: str, by: str | None, expected: Shares
) -> None:
    await stage.drafted()
    asked = approval().model_copy(update={"text": text})
    await stage.approvals.request(approval_request().model_copy(update={"approval": asked}), NOW)
    closed_at = None if state == "open" else later(9)
    query = "UPDATE approvals SET state = $1, closed_by = $2, closed_at = $3"
    await stage.database.fetchval(query, state, by, closed_at)
    assert await shares(stage, "drafts_unchanged") == expected


async def test_an_escalated_draft_is_a_draft_before_a_person_too(stage: Stage) -> None:
    await opened(stage, ID, "Where is my parcel?")
    await stage.turns.save_draft(generate("draft-e", conversation_id=ID), draft("draft-e"))
    step = escalation(conversation_id=ID, draft_id="draft-e", record=record(Outcome.ESCALATE))
    await stage.deliveries.escalate(step, NOW)
    await answered_by_anna(stage, ID, ANSWER)
    assert await shares(stage, "drafts_unchanged") == (1, 1, {})


@pytest.mark.parametrize(("since", "n"), [(NOW - DAY, 2), (NOW + timedelta(seconds=1), 0)])
async def test_a_rate_is_of_one_ai_agent_and_of_what_happened_since(stage: Stage, since: datetime, n: int) -> None:
    for conversation_id, said in (("conversation-1", ANSWER), ("conversation-2", "No.")):
        await suggested(stage, said, conversation_id)
    measures = MeasureRepository(stage.database)
    found = await measures.rate_of(ORGANISATION, "service", "drafts_unchanged", since, LATER)
    assert (found.n, found.count) == (n, n // 2)
    assert (await measures.rate_of(ORGANISATION, "billing", "drafts_unchanged", since, LATER)).n == 0


@pytest.mark.parametrize(("since", "n"), [(ENDED - DAY, 1), (ENDED + timedelta(seconds=1), 0)])
async def test_a_rate_of_resolutions_is_of_those_made_since(stage: Stage, since: datetime, n: int) -> None:
    """Not of those that became durable since, but were made before."""
    await silent(stage)
    found = await MeasureRepository(stage.database).rate_of(
        ORGANISATION, "service", "automated_resolution", since, LATER
    )
    assert (found.n, found.count) == (n, n)
