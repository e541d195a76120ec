"""`holdfast evaluate`: measure before trusting."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.evaluate_organisation import Part, evaluate_organisation, report
from cli.topic_evaluation import DEFAULT_DIAGRAM, evaluate_topics, results_table
from domain.errors import HoldfastError, InvalidInputError
from embedded.installation import embedder_of
from publishing.specification import SpecificationError

ORGANISATIONS = Path("specs")
WRONG_USE = 2
PlotOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE.png", help=f"Where to write the reliability diagram of --topics; default {DEFAULT_DIAGRAM}."
    ),
]
LanguageOption = Annotated[
    str | None, typer.Option(help="Language of the messages of --topics, such as en or de; default en.")
]
EmbedderOption = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Embedding model for --topics: embedded, none, openai:MODEL, compatible:MODEL; default embedded.",
    ),
]


def evaluate(
    organisation: Annotated[
        str | None,
        typer.Argument(
            metavar="[ORGANISATION]",
            help="An organisation under specs/, or its folder: the real decision path over its labelled messages.",
        ),
    ] = None,
    topics: Annotated[
        Path | None, typer.Option(metavar="TRAIN.csv", help="Labelled messages to train on: text,label.")
    ] = None,
    test: Annotated[
        Path | None,
        typer.Option(
            metavar="TEST.csv",
            help="Labelled messages to measure on; never used for training or thresholds. Rows labelled oos are "
            "out of scope: they measure recall and count in no other figure.",
        ),
    ] = None,
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
    plot: PlotOption = None,
    language: LanguageOption = None,
    embedder: EmbedderOption = None,
    tuning: Annotated[
        bool, typer.Option("--tuning", help="Measure the organisation on its tuning part, not on the held-out one.")
    ] = False,
    failures: Annotated[
        bool, typer.Option("--failures", help="List the organisation's messages that went wrong.")
    ] = False,
) -> None:
    """Measure an organisation on its labelled messages; or, with --topics and --test, the topic model on any labels.

    The topic model's thresholds for a target error of 3 % and 5 %, and for accepting 90 % of in-scope messages, are
    chosen by cross-validation over TRAIN.csv. Keep its rows in the order they were written: neighbours stay in one
    fold.
    """
    try:
        if organisation is not None and (topics or test or out_of_scope):
            raise InvalidInputError("Name an organisation, or give --topics and --test: one at a time.")
        if organisation is not None:
            _refuse("an organisation", {"--plot": plot, "--language": language, "--embedder": embedder})
            _evaluate_organisation(_folder_of(organisation), "tuning" if tuning else "held_out", as_json, failures)
        elif topics is not None and test is not None:
            _refuse("--topics", {"--tuning": tuning, "--failures": failures})
            diagram = plot or DEFAULT_DIAGRAM
            _evaluate_topics(topics, test, out_of_scope, diagram, language or "en", embedder or "embedded", as_json)
        else:
            raise InvalidInputError("Name an organisation, such as techflow, or give --topics and --test.")
    except (HoldfastError, SpecificationError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(WRONG_USE) from error


def _refuse(measured: str, options: Mapping[str, object]) -> None:
    """What would do nothing is told, not swallowed."""
    useless = [name for name, given in options.items() if given]
    if useless:
        raise InvalidInputError(f"Leave out {', '.join(useless)}: it changes nothing about {measured}.")


def _folder_of(organisation: str) -> Path:
    folder = next((path for path in (Path(organisation), ORGANISATIONS / organisation) if path.is_dir()), None)
    if folder is None:
        known = ", ".join(sorted(path.parent.name for path in ORGANISATIONS.glob("*/organisation.yaml")))
        raise InvalidInputError(f"There is no organisation {organisation!r} under specs/: use one of {known}.")
    return folder


def _evaluate_organisation(folder: Path, part: Part, as_json: bool, failures: bool) -> None:
    with Console(stderr=True).status("Fitting the organisation's models and drafting an answer to each message …"):
        evaluation = evaluate_organisation(folder, part)
    if as_json:
        typer.echo(evaluation.model_dump_json(indent=2))
    else:
        Console().print(report(evaluation, failures=failures))


def _evaluate_topics(
    topics: Path, test: Path, out_of_scope: Path | None, plot: Path, language: str, embedder: str, as_json: bool
) -> None:
    reads, console = embedder_of(embedder), Console(stderr=True)
    figures = evaluate_topics(topics, test, out_of_scope, plot, language=language, embedder=reads, console=console)
    if as_json:
        typer.echo(figures.model_dump_json(indent=2))
        return
    console = Console()
    console.print(results_table(figures))
    console.print(f"Reliability diagram: {plot}")
