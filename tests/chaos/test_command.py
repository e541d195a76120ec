"""The command: what it refuses at once, and what it says of itself."""

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from chaos.judge import Problem
from chaos.plants import Plant
from chaos.screen import PROBLEMS_SHOWN, show
from chaos.verdict import Verdict
from cli.main import app
from tests.chaos.test_verdict import verdict

PRINTED = {"messages", "lost", "doubled", "after_takeover", "out_of_order", "unapproved", "faults", "recovery_seconds"}


@pytest.mark.parametrize(
    "wrong",
    [
        ["--conversations", "3"],
        ["--minutes", "0"],
        ["--messages", "1"],
        ["--plant", "burn"],
        ["--seed", "one"],
    ],
)
def test_wrong_use_is_told(wrong: list[str]) -> None:
    assert CliRunner().invoke(app, ["chaos", *wrong]).exit_code == 2


def test_a_report_that_cannot_be_written_is_told_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = CliRunner().invoke(app, ["chaos", "--report", str(tmp_path / "file" / "page.md")])
    assert refused.exit_code != 0
    assert "cannot be used" in refused.output


def test_help_names_every_bug() -> None:
    shown = CliRunner().invoke(app, ["chaos", "--help"], env={"COLUMNS": "250"}).output
    assert all(bug in shown for bug in Plant)


def test_the_json_has_what_machines_read() -> None:
    assert verdict().model_dump().keys() >= PRINTED


def _shown(found: Verdict) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        show(console, found)
    return captured.get()


def test_every_problem_names_its_message_up_to_a_limit() -> None:
    problems = [
        Problem(rule="lost", conversation_id="cv_1", message=f"ref1x{number}", what="it is not there")
        for number in range(PROBLEMS_SHOWN + 3)
    ]
    shown = _shown(verdict(*problems))
    assert "lost: ref1x0 in cv_1: it is not there" in shown
    assert "and 3 more" in shown


def test_a_run_that_did_not_rest_says_so() -> None:
    assert "did not come to rest" in _shown(verdict(rested=False))
    assert "did not come to rest" not in _shown(verdict())
