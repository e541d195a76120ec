"""`holdfast spec new`: a folder to begin with."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from publishing.specification import start_organisation

console = Console(highlight=False)


def new(folder: Annotated[Path, typer.Argument(help="A new folder, named as the organisation is to be.")]) -> None:
    """Write the smallest organisation that works into a new folder, with the schemas for an editor beside it."""
    for path in start_organisation(folder):
        console.print(f"wrote {path}", soft_wrap=True)
    console.print(f"Change the files to your own, then `holdfast spec check {folder}`.", soft_wrap=True)
