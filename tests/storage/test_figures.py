"""Figures and the rows behind them, on a real PostgreSQL: of every figure, as many rows as it counts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.conversation.activity_models import RecordDecisionInput
from domain.quality.figures import BY_KEY, FIGURES, Figure, Period, figures_of
from storage.figures import FigureRepository, FigureRows, Page
from storage.suggestions import SuggestionRepository
from tests.storage.resolved import answered, answered_by_anna, days_ago, ended, opened, reopened
from tests.storage.stage import (
    NOW,
    ORGANISATION,
    Stage,
    approval_request,
    decide,
    draft,
    escalation,
    generate,
    later,
)
from tests.storage.stories import (
    ENDED,
    ID,
    approved,
    asked_back,
    complained,
    escalated,
    given_to_a_person,
    rate_conversation,
    reopened_after,
    resolved_by_a_person,
    silent,
    unanswered,
)

UTC_ZONE = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
DAY = timedelta(days=1)
DURABLE = Period(since=NOW - DAY, until=ENDED + 8 * DAY)
SOON = Period(since=NOW - DAY, until=ENDED + 2 * DAY)
SECONDS = 60.0


async def told(stage: Stage, period: Period = DURABLE, zone: ZoneInfo = UTC_ZONE) -> dict[str, Figure]:
    groups = await FigureRepository(stage.database).groups(ORGANISATION, period, zone, SECONDS)
    return {one.key: one for one in figures_of(groups, period, zone)}


async def rows(stage: Stage, key: str, period: Period = DURABLE, page: Page | None = None) -> FigureRows:
    repository = FigureRepository(stage.database)
    return await repository.rows(ORGANISATION, BY_KEY[key], period, UTC_ZONE, SECONDS, page or Page(limit=200))


async def everything(stage: Stage) -> None:
    """At least one of whatever a figure counts."""
    for number in range(3):
        await opened(stage, f"cv_silent_{number}", "Where is it?")
        await answered(stage, f"cv_silent_{number}", "It arrives today.")
        await ended(stage, f"cv_silent_{number}", ENDED)
    await reopened(stage, "cv_silent_2")
    await opened(stage, "cv_lately", "Where is it?")
    await answered(stage, "cv_lately", "It arrives today.")
    await ended(stage, "cv_lately", ENDED + 5 * DAY)
    await opened(stage, "cv_abandoned", "Where is it?")
    await ended(stage, "cv_abandoned", ENDED)
    await rate_conversation(stage, "cv_silent_0", "good", ENDED)
    await rate_conversation(stage, "cv_silent_1", "bad", ENDED)
    for number, text in enumerate(("It is there.", "I ask.")):
        conversation_id = f"cv_escalated_{number}"
        await opened(stage, conversation_id, "Where is it?")
        drafted = f"draft-of-escalation-{number}"
        await stage.turns.save_draft(generate(drafted, conversation_id=conversation_id), draft(drafted, "It is there."))
        await stage.deliveries.escalate(escalation(f"escalation-{number}", conversation_id=conversation_id), NOW)
        await answered_by_anna(stage, conversation_id, text)
    for approval_id in ("open", "approved", "rejected", "stale"):
        await _with_approval(stage, approval_id)
    await opened(stage, "cv_co_pilot", "Where is it?")
    suggestion = generate("suggestion-1", conversation_id="cv_co_pilot", suggestion=True)
    await stage.turns.save_draft(suggestion, draft("suggestion-1"))
    await SuggestionRepository(stage.database).use("suggestion-1", "cv_co_pilot", "as_is", "anna", NOW)
    await stage.database.fetchval("UPDATE conversations SET created_at = $1", NOW)
    await stage.database.fetchval("UPDATE turns SET created_at = $1", NOW)


async def _with_approval(stage: Stage, state: str) -> None:
    conversation_id, approval_id, draft_id = f"cv_approval_{state}", f"approval-{state}", f"draft-{state}"
    await opened(stage, conversation_id, "A refund, please.")
    await stage.turns.save_draft(generate(draft_id, conversation_id=conversation_id), draft(draft_id))
    step = approval_request(approval_id)
    asked = step.approval.model_copy(update={"draft_id": draft_id})
    await stage.approvals.request(step.model_copy(update={"conversation_id": conversation_id, "approval": asked}), NOW)
    if state in {"approved", "rejected"}:
        action, effect = ("approve", "send") if state == "approved" else ("reject", "redraft")
        decision = decide(action, f"decision-{state}", approval_id=approval_id, reason="Kinder.")
        await stage.approvals.record_decision(
            RecordDecisionInput(
                organisation=ORGANISATION, conversation_id=conversation_id, decision=decision, effect=effect
            ),
            later(60),
        )
    if state != "open":
        await stage.database.fetchval(
            "UPDATE approvals SET state = $2, closed_at = $3, closed_by = 'bo' WHERE approval_id = $1",
            approval_id,
            state,
            later(60),
        )


@pytest.mark.parametrize("period", [DURABLE, SOON], ids=["durable", "soon"])
async def test_every_figure_opens_exactly_what_it_counts(stage: Stage, period: Period) -> None:
    await everything(stage)
    figures = await told(stage, period)
    assert list(figures) == [one.key for one in FIGURES]
    for key, figure in figures.items():
        behind = await rows(stage, key, period)
        assert (behind.total, len(behind.rows)) == (figure.n, figure.n), key
        assert sum(point.n for point in figure.series) == figure.n, key
        if figure.parts:
            for part, number in figure.parts.items():
                assert (await rows(stage, key, period, Page(part=part))).total == number, (key, part)
        for point in figure.series:
            assert (await rows(stage, key, period, Page(day=point.at.date()))).total == point.n, key


async def test_every_figure_has_something_to_count(stage: Stage) -> None:
    await everything(stage)
    assert [key for key, figure in (await told(stage)).items() if not figure.n] == []


async def test_what_they_come_to(stage: Stage) -> None:
    await everything(stage)
    found = await told(stage)
    numbers = {key: figure.n for key, figure in found.items()}
    values = {key: figure.value for key, figure in found.items() if figure.value is not None}
    expected: dict[str, tuple[float, int]] = {
        "automated_resolution": (2 / 3, 3),
        "automated_resolution_provisional": (1.0, 1),
        "abandoned": (1.0, 1),
        "csat": (0.5, 2),
        "false_escalation": (0.5, 2),
        "missed_escalation": (2 / 3, 3),
        "approvals_open": (1.0, 1),
        "approvals_decided": (2.0, 2),
        "approvals_overtaken": (1.0, 1),
        "approval_p50": (60.0, 2),
        "suggestions_as_is": (1.0, 1),
    }
    for key, (value, n) in expected.items():
        assert values[key] == pytest.approx(value), key
        assert numbers[key] == n, key
    assert found["approvals_open"].parts == {"longer": 1}
    assert found["approvals_decided"].parts == {"approved": 1, "rejected": 1}
    assert found["escalated"].parts == {"no_answer": 2}
    between = [found["false_escalation"].low, found["false_escalation"].high]
    assert between == pytest.approx([0.0945, 0.9055], abs=1e-3)
    assert {row.conversation_id: row.holds for row in (await rows(stage, "false_escalation")).rows} == {
        "cv_escalated_0": True,
        "cv_escalated_1": False,
    }


@pytest.mark.parametrize(
    "story",
    [
        silent,
        unanswered,
        asked_back,
        resolved_by_a_person,
        given_to_a_person,
        approved,
        complained,
        escalated,
        reopened_after(1),
        reopened_after(9),
    ],
)
async def test_of_every_story_the_rows_are_the_figures(stage: Stage, story: object) -> None:
    assert callable(story)
    await story(stage)
    for key, figure in (await told(stage)).items():
        assert (await rows(stage, key)).total == figure.n, key


async def test_what_is_younger_than_seven_days_is_provisional_only(stage: Stage) -> None:
    await silent(stage)
    young, durable = await told(stage, SOON), await told(stage)
    assert (young["automated_resolution"].n, young["automated_resolution_provisional"].n) == (0, 1)
    assert (durable["automated_resolution"].n, durable["automated_resolution_provisional"].n) == (1, 0)


async def test_a_day_is_one_of_the_organisations_clock(stage: Stage) -> None:
    await opened(stage, ID, "Hello?")
    await stage.database.fetchval(
        "UPDATE conversations SET created_at = $1 WHERE conversation_id = $2",
        datetime(2026, 3, 1, 23, 30, tzinfo=UTC),
        ID,
    )
    at_home = (await told(stage, zone=BERLIN))["escalated"].series
    assert [point.n for point in at_home][:3] == [0, 2, 0]  # the stage's own conversation is of the second day
    assert at_home[1].at == datetime(2026, 3, 2, tzinfo=BERLIN)
    assert [point.n for point in (await told(stage))["escalated"].series][:3] == [1, 1, 0]


async def test_quantiles_have_an_interval(stage: Stage) -> None:
    for number in range(40):
        await opened(stage, f"cv_number_{number}", "Where is it?")
        await ended(stage, f"cv_number_{number}", later(number + 1), by="anna")
    await stage.database.fetchval("UPDATE conversations SET created_at = $1", NOW)
    found = await told(stage)
    middle, slow = found["resolution_p50"], found["resolution_p95"]
    assert (middle.value, middle.low, middle.high) == (20.0, 14.0, 27.0)
    assert (slow.value, slow.low, slow.high) == (38.0, 36.0, 40.0)
    assert middle.parts == {"person": 40}


async def test_rows_come_in_pages(stage: Stage) -> None:
    for number in range(5):
        await opened(stage, f"cv_number_{number}", "Where is it?")
        await ended(stage, f"cv_number_{number}", later(number))
    first, last = [await rows(stage, "abandoned", page=Page(limit=3, offset=start)) for start in (0, 3)]
    beyond = await rows(stage, "abandoned", page=Page(limit=3, offset=9))
    assert [row.conversation_id for row in first.rows] == ["cv_number_4", "cv_number_3", "cv_number_2"]
    assert [row.conversation_id for row in last.rows] == ["cv_number_1", "cv_number_0"]
    assert (first.total, last.total, beyond.total, beyond.rows) == (5, 5, 5, ())


async def test_models_cost_by_conversation_and_in_all(stage: Stage) -> None:
    await silent(stage)
    await stage.database.fetchval(
        """
        UPDATE turns SET created_at = $1, draft = jsonb_set(draft, '{usage}',
            '{"model": "openai:x", "calls": 2, "input_tokens": 100, "output_tokens": 20, "cost": "0.25"}')
        """,
        NOW,
    )
    cost = (await told(stage))["cost"]
    assert (cost.value, cost.n, cost.unit) == (0.25, 1, "money")
    usage = await FigureRepository(stage.database).usage(ORGANISATION, DURABLE)
    assert (usage.calls, usage.input_tokens, usage.output_tokens, str(usage.cost)) == (2, 100, 20, "0.25")


async def test_other_organisations_are_not_counted(stage: Stage) -> None:
    await everything(stage)
    await stage.database.fetchval("UPDATE conversations SET organisation = 'other'")
    assert await FigureRepository(stage.database).usage(ORGANISATION, DURABLE) == await FigureRepository(
        stage.database
    ).usage("nobody", DURABLE)
    found = await FigureRepository(stage.database).groups("nobody", DURABLE, UTC_ZONE, SECONDS)
    assert not any(found.values())
    assert days_ago(0) == NOW
