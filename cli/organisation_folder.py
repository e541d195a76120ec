"""The organisation that an installation serves: its files, and whether they are of the one that is served."""

import shlex
from pathlib import Path

from config.settings import Settings
from domain.errors import NotFoundError


def organisation_folder(settings: Settings, given: Path | None = None) -> Path:
    """The folder given, else that of the settings. Raises NotFoundError where there is none."""
    folder = given or settings.organisation
    if not folder.is_dir():
        remedy = _remedy(folder, is_given=given is not None, is_set="organisation" in settings.model_fields_set)
        raise NotFoundError(f"There is no folder {folder}. {remedy}.")
    return folder


def _remedy(folder: Path, *, is_given: bool, is_set: bool) -> str:
    if not is_given and not is_set:
        return "Set HOLDFAST_ORGANISATION to that of your organisation, or begin one with `holdfast spec new FOLDER`"
    wrong = "Correct the path" if is_given else "HOLDFAST_ORGANISATION names it: correct that"
    return f"{wrong}, or begin an organisation with `holdfast spec new {_typed(folder)}`"


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
