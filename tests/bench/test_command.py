"""What the command writes and shows, whoever was measured."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from bench.command import show, with_approvals, write_files
from bench.figures import Figures
from bench.plan import FULL, QUICK, Plan
from cli.main import app
from tests.bench.peers.test_report import SENTENCE, WITH_PEERS
from tests.bench.test_figures import FIGURES


def shown(figures: Figures) -> str:
    console = Console(width=140)
    with console.capture() as captured:
        show(figures, console)
    return captured.get()


@pytest.mark.parametrize(("figures", "pictures"), [(FIGURES, []), (WITH_PEERS, ["images/bench-peers.png"])])
def test_the_page_has_its_picture_beside_it(tmp_path: Path, figures: Figures, pictures: list[str]) -> None:
    page = tmp_path / "docs" / "benchmarks.md"
    page.parent.mkdir()
    write_files(figures, None, page)

    assert [file.relative_to(page.parent).as_posix() for file in page.parent.rglob("*.png")] == pictures
    assert all(picture in page.read_text() for picture in pictures)


@pytest.mark.parametrize("figures", [FIGURES, WITH_PEERS], ids=["alone", "with peers"])
def test_the_json_is_read_back_as_it_was(tmp_path: Path, figures: Figures) -> None:
    file = tmp_path / "figures.json"
    write_files(figures, file, None)

    assert Figures.model_validate(json.loads(file.read_text())) == figures
    assert [file.name for file in tmp_path.iterdir()] == ["figures.json"]


def test_what_was_written_without_peers_is_still_read() -> None:
    """Figures of a version before have no such field."""
    before = FIGURES.model_dump(mode="json")
    del before["peers"]
    assert Figures.model_validate(before) == FIGURES


def test_who_is_missing_is_said_once_as_it_is() -> None:
    assert " ".join(shown(WITH_PEERS).split()).count(SENTENCE) == 1
    assert "is not measured" not in shown(FIGURES)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--baseline", "no-such-commit"], 1, r"no commit no-such-commit|git checkout"),
        (["--approvals", "0"], 2, "--approvals"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_starts(arguments: list[str], code: int, said: str) -> None:
    result = CliRunner().invoke(app, ["bench", *arguments])
    assert result.exit_code == code
    assert re.search(said, result.output)


@pytest.mark.parametrize("plan", [FULL, QUICK], ids=["full", "quick"])
def test_only_the_number_of_waiting_approvals_is_changed(plan: Plan) -> None:
    changed = with_approvals(plan, 500)
    assert changed.waiting.conversations == 500
    assert replace(changed, waiting=plan.waiting) == plan == with_approvals(plan, None)
