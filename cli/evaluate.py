"""`holdfast evaluate`: measure before trusting."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.topic_evaluation import DEFAULT_DIAGRAM, evaluate_topics, results_table
from domain.errors import InvalidInputError

WRONG_USE = 2


def evaluate(
    topics: Annotated[Path, typer.Option(metavar="TRAIN.csv", help="Labelled messages to train on: text,label.")],
    test: Annotated[
        Path,
        typer.Option(
            metavar="TEST.csv",
            help="Labelled messages to measure on; never used for training or thresholds. Rows labelled oos are "
            "out of scope: they measure recall and count in no other figure.",
        ),
    ],
    out_of_scope: Annotated[
        Path | None,
        typer.Option(
            metavar="OOS.csv",
            help="Messages about none of the topics (column text), to learn the out-of-scope class from. Where "
            "TEST.csv has none, recall is measured on these by cross-validation: each is scored by a model that "
            "did not see it.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    plot: Annotated[
        Path, typer.Option(metavar="FILE.png", help="Where to write the reliability diagram.")
    ] = DEFAULT_DIAGRAM,
    language: Annotated[str, typer.Option(help="Language of the messages, such as en or de.")] = "en",
) -> None:
    """Train the topic and confidence model on labelled messages and measure it on others.

    Thresholds for a target error of 3 % and 5 %, and for accepting 90 % of in-scope messages, are chosen by
    cross-validation over TRAIN.csv. Keep its rows in the order they were written: neighbours stay in one fold.
    """
    try:
        progress = Console(stderr=True)
        figures = evaluate_topics(topics, test, out_of_scope, plot, language=language, console=progress)
    except (InvalidInputError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(WRONG_USE) from error
    if as_json:
        typer.echo(figures.model_dump_json(indent=2))
        return
    console = Console()
    console.print(results_table(figures))
    console.print(f"Reliability diagram: {plot}")
