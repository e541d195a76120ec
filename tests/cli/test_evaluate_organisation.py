"""`holdfast evaluate ORGANISATION`, through its command line, on a small organisation."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.evaluate import evaluate
from tests.cli.bikeshop_files import write, write_bikeshop

app = typer.Typer()
app.command()(evaluate)

HEADER = "id,text,expected,article,topic,customer\n"
TUNING = """1,How do I set a new password?,answer,password,account,
2,Let me speak to a human,escalate,,,
3,What does delivery to France cost?,answer,delivery,delivery,
"""
HELD_OUT = """1,I need to reset my password,answer,password,account,
2,agent please,escalate,,,
3,it does not work,clarify,,,
4,How long is the warranty on the frame?,answer,delivery,warranty,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bikeshop(tmp_path)
    write(tmp_path / "evaluation" / "tuning.csv", HEADER + TUNING)
    write(tmp_path / "evaluation" / "held_out.csv", HEADER + HELD_OUT)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_the_held_out_part_is_measured_by_default(folder: Path) -> None:
    result = run(str(folder), "--json")
    figures = json.loads(result.stdout)
    assert result.exit_code == 0
    assert (figures["organisation"], figures["part"], figures["messages"]) == ("bikeshop", "held_out", 4)
    assert figures["confusion"]["answer"]["answer"] == 2
    assert figures["confusion"]["escalate"]["escalate"] == 1
    assert figures["confusion"]["clarify"]["clarify"] == 1
    assert (figures["wrong_answers"]["count"], figures["wrong_answers"]["n"]) == (1, 4)
    assert [failure["id"] for failure in figures["failures"]] == ["4"]


def test_people_get_tables_and_the_failures_they_ask_for(folder: Path) -> None:
    table = run(str(folder), "--failures").stdout
    assert "held-out" in table
    assert "95 %" in table
    assert "warranty" in table
    assert "How long" not in run(str(folder)).stdout


def test_the_tuning_part_says_so(folder: Path) -> None:
    result = run(str(folder), "--tuning")
    assert result.exit_code == 0
    assert "3 tuning messages" in result.stdout


def test_a_mistake_in_the_labels_is_named(folder: Path) -> None:
    write(folder / "evaluation" / "held_out.csv", "id,text\n1,Hello\n")
    result = run(str(folder))
    assert result.exit_code == 2
    assert "no column expected" in result.output
