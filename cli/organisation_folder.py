"""The organisation that an installation serves: its files, and whether they are of the one that is served."""

import shlex
from pathlib import Path

from config.settings import Settings
from domain.errors import NotFoundError


def organisation_folder(settings: Settings, given: Path | None = None) -> Path:
    """The folder given, else that of the settings. Raises NotFoundError where there is none."""
    folder = given or settings.organisation
    if not folder.is_dir():
        wrong = "the path" if given else "HOLDFAST_ORGANISATION, which says where your organisation is,"
        begin = f"begin an organisation with `holdfast spec new {_typed(folder)}`"
        raise NotFoundError(f"There is no folder {folder}. Correct {wrong} or {begin}.")
    return folder


def not_served(settings: Settings, organisation: str, folder: Path) -> str | None:
    """What is wrong where the gateway and workers of these settings would never look for this organisation.

    `folder` is where its files are.
    """
    served = settings.organisation.name
    if served == organisation:
        return None
    told = f"The files say `organisation: {organisation}`, and this installation serves {served!r}"
    if folder.absolute().name == organisation:
        return f"{told}. To serve it, set its folder: `export HOLDFAST_ORGANISATION={_typed(folder)}`."
    return (
        f"{told}, the name of the folder in HOLDFAST_ORGANISATION. Give the folder and the organisation the same name."
    )


def _typed(folder: Path) -> str:
    """The folder as one types it at a prompt."""
    return shlex.quote(str(folder))
