"""The home folder of a platform: claimed by one process at a time, with the secrets and addresses of the platform."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pydantic import BaseModel

from domain.errors import ConflictError

ENDPOINTS_FILE = "endpoints.json"
API_KEY_FILE = "api_key"


class Endpoints(BaseModel):
    """Where a running platform can be reached: addresses that it writes into ENDPOINTS_FILE."""

    gateway: str
    temporal: str = ""
    temporal_ui: str | None = None


@contextmanager
def claimed(home: Path) -> Iterator[None]:
    """Hold the folder for this process; the claim ends with the process, however that ends.

    Raises ConflictError while another process holds it, and for a folder of another user.
    """
    with _lock_file(home) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise ConflictError(
                f"Holdfast already runs from {home} (process {lock.read().strip() or 'unknown'}). "
                "Stop it, or choose another folder with HOLDFAST_HOME."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _lock_file(home: Path) -> TextIO:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (home / "lock").open("a+")
    except PermissionError:
        raise ConflictError(
            f"This user may not write to {home}. Give it the folder, or choose another one with HOLDFAST_HOME."
        ) from None
    except OSError as error:
        raise ConflictError(
            f"{home} cannot be used as a folder ({error.strerror}). Choose another one with HOLDFAST_HOME."
        ) from None


def kept_secret(home: Path, name: str) -> str:
    """A random key that is made once and readable by its owner alone."""
    path = home / name
    path.touch(mode=0o600)
    if not path.read_text():
        path.write_text(secrets.token_urlsafe(32))
    return path.read_text()
