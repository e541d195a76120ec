"""What several commands of `holdfast spec` take."""

from pathlib import Path
from typing import Annotated

import typer

LONGEST = 500
OPERATOR = "operator"
FITTING = "Fitting topics and confidence to the organisation's examples …"
"""Shown while that takes its seconds."""


def for_the_record(said: str) -> str:
    """A name or a reason on one line; wrong use when it is longer than people read."""
    line = " ".join(said.split())
    if len(line) > LONGEST:
        raise typer.BadParameter(f"longer than {LONGEST} characters")
    return line


def _somebody(name: str) -> str:
    return for_the_record(name) or OPERATOR


Folder = Annotated[Path | None, typer.Argument(help="Folder of the organisation; by default that of the settings.")]
By = Annotated[str, typer.Option(help="Who does it, for the record.", callback=_somebody)]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
