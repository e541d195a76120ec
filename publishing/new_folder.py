"""Folders that files are written into only while there is nothing in them."""

from pathlib import Path

from domain.errors import ConflictError


def require_empty(folder: Path) -> None:
    """Raises ConflictError when there is something in the folder already, and OSError when it is a file."""
    if folder.exists() and any(folder.iterdir()):
        raise ConflictError(f"{folder} is not empty. Name a new folder, so that nothing is overwritten.")
