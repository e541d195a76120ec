from collections.abc import Iterable

from rich.console import Console

from bench.figures import Figures
from bench.report import (
    BUDGET_COLUMNS,
    COST_COLUMNS,
    FIGURE_COLUMNS,
    SLOPE_COLUMNS,
    TARGET_COLUMNS,
    TIME_COLUMNS,
    WAITING_COLUMNS,
    WORKER_COLUMNS,
    budget_rows,
    cost_rows,
    document,
    figure_rows,
    slope_rows,
    tables,
    target_rows,
    time_rows,
    waiting_rows,
    worker_rows,
)
from tests.bench.test_figures import BASELINE, FIGURES, TIMES


def printed(figures: Figures) -> str:
    console = Console(width=120)
    with console.capture() as captured:
        console.print(*tables(figures))
    return captured.get()


def row(text: str, *cells: str) -> bool:
    """Whether a line of the text has all of the cells."""
    return any(all(cell in line for cell in cells) for line in text.splitlines())


def everywhere(figures: Figures) -> Iterable[str]:
    return printed(figures), document(figures)


def test_every_figure_is_shown() -> None:
    for text in everywhere(FIGURES):
        assert row(text, "plain", "10", "4,000", "2")
        assert row(text, "plain, by the channel of a vendor", "16", "5,000", "3")
        assert row(text, "with an approval", "26", "8")
        assert row(text, "256", "40", "80", "90", "100")
        assert row(text, "Ratio", "0.67 (0.60, 0.67, 0.70)")
        assert row(text, "Memory", "120 KB")
        assert row(text, "1,000 conversations", "12.5 s")


def test_a_broken_budget_is_marked() -> None:
    slow = FIGURES.model_copy(update={"overhead_ms": {"32": TIMES.model_copy(update={"p95": 700.0})}})

    for text in everywhere(slow):
        assert row(text, "overhead p95 at 32", "700", "at most 500", "NO")


def test_the_document_names_command_machine_versions_and_date() -> None:
    text = document(FIGURES)

    assert "`holdfast bench --markdown docs/benchmarks.md`" in text
    assert row(text, "2 cores", "23.5 GiB")
    assert "temporalio 1.35.0" in " ".join(text.split())
    assert "2026-11-21" in text


def test_the_document_of_a_quick_run_says_so() -> None:
    quick = document(FIGURES.model_copy(update={"quick": True}))

    assert "`holdfast bench --quick --markdown docs/benchmarks.md` (quick run)" in quick


def test_rows_without_a_pause_are_told_apart_from_those_with_one() -> None:
    saturated = TIMES.model_copy(update={"p50": 1234.6, "turns": 98_765})
    rows = time_rows(FIGURES.model_copy(update={"saturated_ms": {"32": saturated}}))
    assert [row[0] for row in rows] == ["1", "32", "256", "32, no pause"]
    assert rows[-1] == ("32, no pause", "1,235", "80", "90", "98,765")


def test_every_row_of_a_table_has_a_cell_for_each_column() -> None:
    for columns, rows in (
        (COST_COLUMNS, cost_rows(FIGURES)),
        (TIME_COLUMNS, time_rows(FIGURES)),
        (FIGURE_COLUMNS, figure_rows(FIGURES)),
        (BUDGET_COLUMNS, budget_rows(FIGURES)),
        (TARGET_COLUMNS, target_rows(FIGURES)),
        (SLOPE_COLUMNS, slope_rows(FIGURES)),
        (WORKER_COLUMNS, worker_rows(FIGURES)),
        (WAITING_COLUMNS, waiting_rows(FIGURES)),
    ):
        assert {len(row) for row in rows} == {len(columns)}


def test_budgets_say_which_side_of_the_limit_is_good() -> None:
    rows = {row[0]: row[1:] for row in budget_rows(FIGURES)}
    assert rows["plain turn, events"] == ("10", "at most 11", "yes")
    assert rows["turns per second, ratio"] == ("0.67", "at least 0.6", "yes")


def test_lost_and_doubled_messages_are_shown() -> None:
    messages = FIGURES.messages.model_copy(update={"written": 12_345, "lost": 2, "doubled": 1})
    rows = {row[0]: row[1] for row in figure_rows(FIGURES.model_copy(update={"messages": messages}))}
    assert rows["Messages written, answered"] == "12,345, 10"
    assert rows["Messages lost, answered twice"] == "2, 1"


def test_tables_of_the_document_are_markdown() -> None:
    text = document(FIGURES)
    assert "| Turn | History events | Bytes | Billable actions |\n| --- | ---: | ---: | ---: |" in text
    assert "{" not in text


def test_slopes_and_waiting_approvals_are_shown() -> None:
    for text in everywhere(FIGURES):
        assert row(text, "1,000", "61.2", "40", "80", "1,234 MB")
        assert row(text, "4", "70.2")
        assert row(text, "temporal", "1.00", "1.40")
        assert row(text, "10,000 approvals", "250 s, 10,000")
        assert row(text, "7.0 KB, 12.0 KB, 31.0 KB")


def test_watched_and_unwatched_turns_are_shown_beside_each_other() -> None:
    for text in everywhere(FIGURES):
        assert row(text, "50 consoles watch 1,000 open conversations", "75.4, 72.3")
        assert row(text, "Watched, by unwatched (median of the pairs)", "0.96 (0.95, 0.96, 0.97)")
        assert row(text, "with a pause: p50 and p95 before", "40 ms, 80 ms")
        assert row(text, "while they watch", "44 ms, 88 ms")


def test_a_target_says_whether_it_is_met_or_was_not_measured() -> None:
    rows = {row[0]: row[1:] for row in target_rows(FIGURES)}
    assert rows["plain turn, events"] == ("10", "at most 11", "yes")
    assert rows["approval turn, actions"] == ("8", "at most 6", "no")
    assert rows["overhead p95 at 32, ms"] == ("80", "at most 80", "yes")
    assert rows["turns per second, by those of the baseline"] == ("not measured", "at least 1.6", "–")


def test_a_baseline_is_named_with_both_rates_and_every_pair() -> None:
    beside = FIGURES.model_copy(update={"baseline": BASELINE, "baseline_ratio": BASELINE.ratio})
    rows = {row[0]: row[1] for row in figure_rows(beside)}
    assert rows["Turns per second of commit 0123456789ab, of this build beside it"] == "50.0, 100.0"
    assert any(ratio == "2.00 (1.90, 2.00, 2.10)" for ratio in rows.values())
    assert "`holdfast bench --baseline 0123456789ab --markdown docs/benchmarks.md`" in document(beside)
    assert "commit 0123456789ab" not in document(FIGURES)


def test_figures_of_a_version_before_are_still_shown() -> None:
    """They have neither slopes nor waiting approvals nor watchers nor a baseline."""
    before = FIGURES.model_copy(update={"slopes": None, "waiting_approvals": None, "watched": None})
    for text in everywhere(before):
        assert row(text, "CPU of 10,000 waiting approvals", "not measured")
