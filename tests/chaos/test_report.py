"""The page of a run: its figures, and its pictures beside it."""

from pathlib import Path

import pytest

from chaos.figures import RunFigures
from chaos.report import counts, latency_rows, page, recovery_rows, table, write
from tests.chaos.test_figures import FIGURES

NOTHING = FIGURES.model_copy(update={"recoveries": (), "answers": (), "arrivals": ()})


@pytest.mark.parametrize("run", [FIGURES, NOTHING], ids=["with faults", "with nothing at all"])
def test_the_page_has_its_pictures_beside_it(tmp_path: Path, run: RunFigures) -> None:
    file = tmp_path / "reliability.md"
    write(file, run)
    pictures = sorted(picture.relative_to(tmp_path).as_posix() for picture in tmp_path.rglob("*.png"))
    assert pictures == ["images/reliability-recovery.png", "images/reliability-timeline.png"]
    assert all(picture in file.read_text() for picture in pictures)


def test_every_rule_has_its_count() -> None:
    broken = FIGURES.verdict.model_copy(update={"doubled": 2, "other": {"actions": 1}})
    rows = {name: number for name, number, _ in counts(broken)}
    assert (rows["doubled"], rows["actions"], rows["lost"], len(rows)) == ("2", "1", "0", 10)


def test_a_fault_that_kept_nobody_waiting_has_no_seconds() -> None:
    assert recovery_rows(FIGURES) == [
        ("worker killed", "2", "4", "0.5 s", "1.5 s", "2.5 s"),
        ("slack out", "1", "0", "–", "–", "–"),
    ]


def test_a_latency_of_nothing_has_no_row() -> None:
    assert [row[:2] for row in latency_rows(FIGURES)] == [
        ("while nothing went wrong", "1"),
        ("during a fault or within 10 s of one", "3"),
    ]
    assert latency_rows(NOTHING) == []


def test_a_table_has_figures_to_the_right() -> None:
    assert table(("A", "B"), [("x", "1")]) == "| A | B |\n| --- | ---: |\n| x | 1 |"


def test_a_run_that_did_not_rest_says_so() -> None:
    restless = FIGURES.model_copy(update={"verdict": FIGURES.verdict.model_copy(update={"rested": False})})
    paths = (Path("a.png"), Path("b.png"))
    assert "did NOT come to rest" in page(restless, *paths)
    assert "did NOT" not in page(FIGURES, *paths)
