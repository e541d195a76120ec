"""`holdfast spec health`: a table that a lead understands at once, and JSON for programs."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cli.spec_health import budget_bar, print_health
from domain.conversation.confidence import Calibration
from domain.quality.health import Health, Measurement, Objective, measure
from domain.quality.measures import Counted, Tally, Windows
from storage.database import connect
from tests.cli.bikeshop_files import write_bikeshop
from tests.cli.test_spec import published, spec
from tests.organisation import VERSION
from tests.storage.resolved import resolved
from tests.storage.stage import Stage

WINDOWS = Windows(until=datetime(2026, 3, 31, 9, 30, tzinfo=UTC))
RESOLVED = Objective(metric="automated_resolution", ai_agent="service", target=0.6, share=0.6)
MISSED = Objective(metric="missed_escalation", ai_agent="service", target=0.02, share=0.98)
ANSWERED = Objective(metric="first_response_seconds", ai_agent=None, target=60, share=0.95)
MARKS = Objective(metric="csat", ai_agent="service", target=4.5, share=1, cannot_be_measured="There are no marks.")


MEASURES = "success:\n- {metric: automated_resolution, target: 0.6}\n- {metric: csat, target: 0.9}"


@pytest.fixture
def here(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of an installation that serves a bike shop with measures, on a database that runs already."""
    write_bikeshop(tmp_path / "bikeshop")
    service = tmp_path / "bikeshop" / "agents" / "service.yaml"
    service.write_text(service.read_text().replace("success: []", MEASURES))
    paths = {"HOLDFAST_HOME": str(tmp_path / "home"), "HOLDFAST_ORGANISATION": str(tmp_path / "bikeshop")}
    return {"HOLDFAST_DATABASE_URL": database_url, **paths}


def found(objective: Objective, count: int, n: int, **rest: object) -> Measurement:
    given = {"metric": objective.metric, "ai_agent": objective.ai_agent, "period": Counted(n=n, count=count), **rest}
    return measure(objective, Tally.model_validate(given), WINDOWS)


def printed(*measurements: Measurement, windows: Windows = WINDOWS) -> list[str]:
    console = Console(file=StringIO(), width=200, highlight=False)
    print_health(console, Health(organisation="bikeshop", windows=windows, measurements=measurements))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue().splitlines()


def told_of(lines: list[str], measure: str) -> str:
    """The lines of a measure, joined."""
    (at,) = (number for number, line in enumerate(lines) if line.startswith(f"{measure} of "))
    return " ".join(" ".join(lines[at : at + 2]).split())


def test_lines_tell_share_target_budget_burn_and_state() -> None:
    lines = printed(found(RESOLVED, 80, 100, long=Counted(n=10, count=8), short=Counted()))
    assert lines[0] == "bikeshop, 30 days until 2026-03-31 09:30 UTC"
    assert told_of(lines, "automated_resolution") == (
        "automated_resolution of service: met █████░░░░░ 50% · 80.0% (71.1% to 86.7%) of 100, target ≥ 60.0% · "
        "burn 0.5 / — (3 d / 6 h)"
    )


@pytest.mark.parametrize(
    ("count", "bar"),
    [
        (100, "██████████ 100%"),
        (90, "████████░░ 75%"),
        (60, "░░░░░░░░░░ 0%"),
        (40, "░░░░░░░░░░ overspent 1.5 ×"),
        (0, "░░░░░░░░░░ overspent 2.5 ×"),
    ],
)
def test_the_bar_is_what_is_left_of_the_budget(count: int, bar: str) -> None:
    assert budget_bar(found(RESOLVED, count, 100)).plain == bar


def test_escalations_are_not_to_exceed_their_target_and_times_have_their_seconds() -> None:
    lines = printed(found(MISSED, 1, 100), found(ANSWERED, 99, 100, p95_seconds=12.34))
    assert "target ≤ 2.0% ·" in told_of(lines, "missed_escalation")
    told = told_of(lines, "first_response_seconds")
    assert told.startswith("first_response_seconds of organisation: ")
    assert "of 100, p95 12.3 s, target ≥ 95% in 60 s ·" in told


def test_what_is_not_measured_says_why_and_has_no_figures() -> None:
    lines = printed(found(MARKS, 0, 0))
    assert "csat of service: not_measured, target 4.5" in lines
    assert "Not measured: csat of service. There are no marks." in lines


def test_what_is_counted_apart_and_what_is_counted_is_told_in_words() -> None:
    lines = printed(
        found(RESOLVED, 1, 2, apart={"abandoned": 3, "not_yet_durable": 4}), found(RESOLVED, 0, 0), found(MISSED, 0, 9)
    )
    (apart,) = (line for line in lines if line.startswith("Apart from"))
    assert apart.startswith("Apart from automated_resolution of service: 3 abandoned: after")
    assert apart.endswith("; 4 resolved in the last 7 days, so not yet durable.")
    assert len([line for line in lines if line.startswith("automated_resolution: Of the")]) == 1


def test_a_short_period_has_windows_in_hours() -> None:
    windows = Windows(until=WINDOWS.until, days=5)
    assert "(12 h / 1 h)" in " ".join(printed(found(RESOLVED, 1, 2), windows=windows))


def test_what_was_recorded_is_told_by_the_command(here: dict[str, str], database_url: str) -> None:
    asyncio.run(resolve_some(database_url))
    published(spec("publish", **here))

    shown = spec("health", **here)
    assert shown.exit_code == 0, shown.output
    assert "automated_resolution of service: too_few" in shown.output
    assert "Not measured: csat of service. No channel has recorded a rating" in shown.output

    data = json.loads(spec("health", "bikeshop", "--days", "9", "--json", **here).output)
    assert (data["organisation"], data["windows"]["days"]) == ("bikeshop", 9)
    by_measure = {one["objective"]["metric"]: one for one in data["measurements"]}
    assert by_measure["automated_resolution"]["measured"]["count"] == 1
    assert by_measure["automated_resolution"]["apart"] == {"not_yet_durable": 1}
    assert by_measure["approvals_on_time"]["state"] == "not_measured"


async def resolve_some(database_url: str) -> None:
    """Two conversations, of which one was resolved long enough ago to count."""
    database, now = await connect(database_url), datetime.now(UTC)
    stage = Stage(database)
    await stage.specs.publish(VERSION, b"", Calibration(), "lea")
    await resolved(stage, "resolved-long-ago", "Where is it?", at=now - timedelta(days=8))
    await resolved(stage, "resolved-lately", "Where is it?", at=now - timedelta(days=1))
    await database.close()


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ((), 1, "No specification of bikeshop is published"),
        (("acme",), 1, "No specification of acme is published"),
        (("--days", "0"), 2, "--days"),
        (("--days", "367"), 2, "--days"),
    ],
)
def test_wrong_use_is_told(here: dict[str, str], arguments: tuple[str, ...], code: int, says: str) -> None:
    refused = spec("health", *arguments, **here)
    assert (refused.exit_code, says in " ".join(refused.output.split())) == (code, True)
