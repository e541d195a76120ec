from collections.abc import Iterable

from rich.console import Console

from bench.figures import Figures
from bench.report import document, tables
from tests.bench.test_figures import FIGURES, TIMES


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
        assert row(text, "plain", "16", "4,000", "3")
        assert row(text, "with an approval", "30", "8")
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
