"""`holdfast evaluate --topics`, through its command line."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from cli.evaluate import evaluate
from cli.topic_evaluation import diagram_title
from tests.answering.topics.examples import OUTSIDE, messages

app = typer.Typer()
app.command()(evaluate)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    rows = [(message.text, message.label) for message in messages()]
    write(tmp_path / "train.csv", [row for number, row in enumerate(rows) if number % 4])
    write(tmp_path / "test.csv", rows[::4])
    write(tmp_path / "mixed.csv", rows[::4] + [(text, "oos") for text in OUTSIDE[3:]])
    write(tmp_path / "outside.csv", [(text, "oos") for text in OUTSIDE[:3]])
    return tmp_path


def write(path: Path, rows: Iterable[tuple[str, ...]], header: tuple[str, ...] = ("text", "label")) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def run(folder: Path, *options: str, train: str = "train.csv", test: str = "test.csv") -> Result:
    diagram = str(folder / "diagram.png")
    arguments = ["--topics", str(folder / train), "--test", str(folder / test), "--plot", diagram, *options]
    return CliRunner().invoke(app, arguments)


def test_json_has_the_agreed_figures_and_nothing_else_on_standard_output(files: Path) -> None:
    result = run(files, "--out-of-scope", str(files / "outside.csv"), "--json", test="mixed.csv")
    figures = json.loads(result.stdout)
    assert result.exit_code == 0
    assert figures["accuracy"] == 1
    assert set(figures["targets"]) == {"0.03", "0.05"}
    assert set(figures["targets"]["0.03"]) == {"threshold", "coverage", "error"}
    assert {"auroc", "recall_at_90", "in_scope_accepted"} <= set(figures["out_of_scope"])
    assert {"aurc", "calibration_error", "train_seconds"} <= set(figures)
    assert set(figures["latency_ms"]) == {"p50", "p99"}


def test_people_get_a_table_and_a_diagram(files: Path) -> None:
    result = run(files)
    assert result.exit_code == 0
    assert "100.0%" in result.stdout
    assert (files / "diagram.png").read_bytes().startswith(b"\x89PNG")


def test_rows_labelled_out_of_scope_teach_the_out_of_scope_class(files: Path) -> None:
    result = run(files, "--json", train="mixed.csv", test="mixed.csv")
    assert json.loads(result.stdout)["topics"] == 3


def test_a_byte_order_mark_is_no_part_of_a_column_name(files: Path) -> None:
    (files / "train.csv").write_bytes(b"\xef\xbb\xbf" + (files / "train.csv").read_bytes())
    assert run(files).exit_code == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "There is no file"),
        (b"", "has no column 'text'"),
        (b"text,label\n", "has no messages"),
        (b"text,topic\nhello,a\n", "has no column 'label'"),
        (b"text,label\nhello\n", "line 2: the column 'label' is empty"),
        (b"text,label\nhello,a\n,b\n", "line 3: the column 'text' is empty"),
        ("text,label\nGröße,a\n".encode("latin-1"), "not UTF-8"),
        (b'text,label\n"hello,a\n', "not a well-formed CSV"),
        (b"text,label\nhello,a\nworld,b\n", "lack: card_delivery"),
    ],
)
def test_a_training_file_that_cannot_be_used_is_explained(files: Path, content: bytes | None, message: str) -> None:
    (files / "train.csv").unlink()
    if content is not None:
        (files / "train.csv").write_bytes(content)
    result = run(files)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.output


def test_a_single_topic_is_explained(files: Path) -> None:
    write(files / "one.csv", [("refund my card", "refund"), ("refund my order", "refund")])
    result = run(files, train="one.csv", test="one.csv")
    assert result.exit_code == 2
    assert "at least 2 topics" in result.stderr


def test_a_missing_option_is_wrong_use(files: Path) -> None:
    assert CliRunner().invoke(app, ["--topics", str(files / "train.csv")]).exit_code == 2


def test_an_organisation_and_topics_together_are_wrong_use(files: Path) -> None:
    result = CliRunner().invoke(app, ["techflow", "--topics", str(files / "train.csv")])
    assert (result.exit_code, "one at a time" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("test.csv", "Topic confidence on test.csv"),
        ("x" * 32, "Topic confidence on " + "x" * 32),
        ("y" * 33, "Topic confidence on " + "y" * 31 + "…"),
    ],
)
def test_a_long_name_does_not_leave_the_picture(name: str, title: str) -> None:
    assert diagram_title(Path("folder") / name) == title


@pytest.mark.parametrize("option", [("--plot", "x.png"), ("--language", "de"), ("--embedder", "none")])
def test_an_option_of_topics_is_not_swallowed_with_an_organisation(option: tuple[str, str]) -> None:
    result = CliRunner().invoke(app, ["techflow", *option])
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Leave out {option[0]}" in result.stderr


@pytest.mark.parametrize("option", ["--tuning", "--failures"])
def test_an_option_of_organisations_is_not_swallowed_with_topics(files: Path, option: str) -> None:
    result = run(files, option)
    assert (result.exit_code, f"Leave out {option}" in result.stderr) == (2, True)


def test_a_diagram_that_cannot_be_written_is_wrong_use(files: Path) -> None:
    result = run(files, "--plot", str(files / "train.csv" / "diagram.png"))
    assert result.exit_code == 2
    assert "Error" in result.stderr
