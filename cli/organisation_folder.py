"""The organisation that an installation serves: its files, and whether they are of the one that is served."""

from pathlib import Path

from config.settings import Settings
from domain.errors import NotFoundError


def organisation_folder(settings: Settings, given: Path | None = None) -> Path:
    """The folder given, else that of the settings. Raises NotFoundError where there is none."""
    folder = given or settings.organisation
    if not folder.is_dir():
        where = "" if given else " HOLDFAST_ORGANISATION names it."
        raise NotFoundError(f"There is no folder {folder}.{where}")
    return folder


def not_served(settings: Settings, organisation: str) -> str | None:
    """What is wrong where the gateway and workers of these settings would never look for this organisation."""
    served = settings.organisation.name
    if served == organisation:
        return None
    return (
        f"The files say `organisation: {organisation}`, and this installation serves {served!r}, "
        "the name of the folder in HOLDFAST_ORGANISATION. Give the folder and the organisation the same name."
    )
