"""Environments of their own for what is measured beside us: installed from a lock, and used again by later runs."""

import asyncio
import hashlib
import shutil
import sys
from pathlib import Path

from domain.errors import UnavailableError
from embedded.application import ROOT

UV = ROOT / "requirements" / "uv.py"
INSTALLED = "installed"
LONGEST_REASON = 300


async def environment_of(lock: Path, folder: Path, who: str) -> Path:
    """The Python of the environment in the folder, which is made anew when the lock has changed.

    Raises UnavailableError, saying of whom, when it cannot be installed, as without a network.
    """
    python, mark = folder / "bin" / "python", folder / INSTALLED
    digest = _digest(lock)
    if mark.exists() and mark.read_text() == digest:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    await _uv(who, "venv", "--quiet", "--python", sys.executable, str(folder))
    await _uv(who, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(lock))
    mark.write_text(digest)
    return python


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


async def _uv(who: str, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(UV),
        "--no-progress",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    _, complaint = await process.communicate()
    if process.returncode != 0:
        reason = " ".join(complaint.decode(errors="replace").split())[:LONGEST_REASON] or "no reason given"
        raise UnavailableError(f"{who} is not measured: it cannot be installed ({reason})")
