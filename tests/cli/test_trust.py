"""`holdfast trust`: shown and decided from a terminal."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from tests.cli.bikeshop_files import write_bikeshop
from tests.cli.test_spec import published, spec

LADDER = """trust:
  up:
  - {to: supervision, measure: drafts_unchanged, bound: 0.8, conversations: 50, days: 30}
  - {to: delegation, measure: missed_escalation, bound: 0.05, conversations: 100, days: 60}
"""


def trust(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["trust", *arguments], env={"COLUMNS": "300", **environment})


@pytest.fixture
def plain(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The settings of an installation that serves a bike shop, on a database that runs already."""
    write_bikeshop(tmp_path / "bikeshop")
    paths = {"HOLDFAST_HOME": str(tmp_path / "home"), "HOLDFAST_ORGANISATION": str(tmp_path / "bikeshop")}
    return {"HOLDFAST_DATABASE_URL": database_url, **paths}


@pytest.fixture
def here(plain: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """With an AI agent that earns trust, published."""
    service = tmp_path / "bikeshop" / "agents" / "service.yaml"
    service.write_text(service.read_text().replace("trust: null\n", LADDER))
    published(spec("publish", **plain))
    return plain


def test_it_is_shown_given_and_remembered(here: dict[str, str]) -> None:
    shown = trust("show", **here)
    assert shown.exit_code == 0, shown.output
    assert "[co_pilot] → supervision → delegation" in shown.output
    assert "nothing was counted in 30 days; supervision needs 50 conversations" in shown.output

    given = trust("set", "service", "delegation", "--reason", "good\n elsewhere", "--by", "lea", **here)
    assert given.output == "service works from the next turn on in delegation.\n"
    again = trust("set", "service", "delegation", "--reason", "as before", **here)
    assert again.output == "service stays in delegation.\n"
    told = trust("show", **here).output
    assert "co_pilot → supervision → [delegation]" in told
    assert "service set: co_pilot → delegation, by lea. good elsewhere; drafts_unchanged: nothing" in told

    data = json.loads(trust("show", "--json", **here).output)
    assert [(one["ai_agent"], one["mode"]) for one in data["ai_agents"]] == [("service", "delegation")]
    assert [change["by"] for change in data["changes"]] == ["operator", "lea"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("approve", "service", "--reason", "x"), 1, "service may not move up from co_pilot"),
        (("refuse", "service", "--reason", "x"), 1, "service asks for nothing"),
        (("approve", "billing", "--reason", "x"), 1, "these do: service"),
        (("approve", "service"), 2, "--reason"),
        (("set", "service", "blind", "--reason", "x"), 2, "blind"),
        (("set", "service", "delegation", "--reason", "x" * 501), 2, "longer than 500 characters"),
    ],
)
def test_what_cannot_be_decided_is_told(here: dict[str, str], arguments: tuple[str, ...], code: int, says: str) -> None:
    refused = trust(*arguments, **here)
    assert (refused.exit_code, says in " ".join(refused.output.split())) == (code, True)
    assert json.loads(trust("show", "--json", **here).output)["changes"] == []


def test_without_any_that_earns_it_that_is_said(plain: dict[str, str]) -> None:
    assert "No specification of bikeshop is published" in trust("show", **plain).output
    published(spec("publish", **plain))
    assert trust("show", **plain).output.startswith("No AI agent has `trust` on its card")
