"""`holdfast evaluate --topics`: train the topic model on labelled messages and measure it on others."""

import asyncio
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from answering.topics.evaluation import Evaluation, Reader, evaluate
from answering.topics.reliability_diagram import save_reliability_diagram
from cli.labelled_csv import OUT_OF_SCOPE_LABELS, read_labelled, read_texts
from domain.quality.topics import LabelledText, TopicEvaluation
from integrations.embeddings.base import Embedder

MAX_NAME = 32
DEFAULT_DIAGRAM = Path(".holdfast/evaluate/reliability.png")


def evaluate_topics(
    train: Path,
    test: Path,
    out_of_scope: Path | None,
    diagram: Path,
    *,
    language: str,
    embedder: Embedder,
    console: Console,
) -> TopicEvaluation:
    """Read the files, train with a progress display on `console`, and write the reliability diagram.

    Raises InvalidInputError for files that cannot be used and OSError where the diagram cannot be written.
    """
    train_topics, train_outside = _split(read_labelled(train))
    test_topics, test_outside = _split(read_labelled(test))
    train_outside += read_texts(out_of_scope) if out_of_scope else []
    with asyncio.Runner() as runner, _progress(console) as progress:
        task = progress.add_task("Training", total=None)
        measured: Evaluation = evaluate(
            train_topics,
            test_topics,
            train_outside,
            test_outside,
            language=language,
            reader=Reader(embedder.model, lambda texts: runner.run(embedder.embed(texts))),
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    save_reliability_diagram(diagram, measured.confidence, measured.right, diagram_title(test))
    return measured.figures


def diagram_title(test: Path) -> str:
    """Names the file, cut where it would be wider than the picture."""
    name = test.name if len(test.name) <= MAX_NAME else f"{test.name[: MAX_NAME - 1]}…"
    return f"Topic confidence on {name}"


def results_table(figures: TopicEvaluation) -> Table:
    """The figures for people."""
    table = Table(title=f"{figures.topics} topics, {figures.train_messages:,} messages to learn from", box=None)
    table.add_column("measured on the test messages", style="dim")
    table.add_column(f"n = {figures.test_messages:,}", justify="right")
    table.add_row("embedding model", figures.model)
    table.add_row("accuracy", f"{figures.accuracy:.1%}")
    for target, result in figures.targets.items():
        label = f"error when {float(target):.0%} is the target (covers {result.coverage:.1%})"
        table.add_row(label, f"{result.error:.2%}")
    table.add_row("area under the risk-coverage curve", f"{figures.aurc:.4f}")
    table.add_row("calibration error", f"{figures.calibration_error:.3f}")
    if scope := figures.out_of_scope:
        label = f"out-of-scope recall, {scope.in_scope_accepted:.1%} in scope accepted ({scope.measured_on})"
        table.add_row(label, f"{scope.recall_at_90:.1%}")
        table.add_row("out-of-scope area under the ROC curve", f"{scope.auroc:.4f}")
    table.add_row("seconds to train", f"{figures.train_seconds:.1f}")
    table.add_row(
        "milliseconds for one message, p50 / p99", f"{figures.latency_ms.p50:.1f} / {figures.latency_ms.p99:.1f}"
    )
    return table


def _split(messages: list[LabelledText]) -> tuple[list[LabelledText], list[str]]:
    """Messages of topics, and the texts of those labelled as out of scope."""
    outside = [message.text for message in messages if message.label.lower() in OUT_OF_SCOPE_LABELS]
    return [message for message in messages if message.label.lower() not in OUT_OF_SCOPE_LABELS], outside


def _progress(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("models"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
