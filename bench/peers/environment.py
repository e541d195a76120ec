"""The environment of a peer: installed from its lock into a folder of its own, when it is first measured."""

import asyncio
import hashlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from domain.errors import UnavailableError
from embedded.application import ROOT

PROGRAMS = Path(__file__).parent / "programs"
UV = ROOT / "requirements" / "uv.py"
INSTALLED = "installed"
LONGEST_REASON = 300


@dataclass(frozen=True)
class PeerKind:
    """A system that is measured beside ours: its name for people, and its program, which has its lock beside it."""

    name: str
    module: str
    lock: Path


LANGGRAPH = PeerKind("LangGraph", "bench.peers.programs.langgraph_program", PROGRAMS / "langgraph.lock")
DBOS = PeerKind("DBOS", "bench.peers.programs.dbos_program", PROGRAMS / "dbos.lock")
PEERS = (LANGGRAPH, DBOS)


async def installed(kind: PeerKind, folder: Path) -> Path:
    """The Python of the environment in the folder, which is made anew when the lock has changed.

    Raises UnavailableError when it cannot be installed, as without a network.
    """
    python, mark = folder / "bin" / "python", folder / INSTALLED
    digest = hashlib.sha256(kind.lock.read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == digest:
        return python
    shutil.rmtree(folder, ignore_errors=True)
    await _uv(kind, "venv", "--quiet", "--python", sys.executable, str(folder))
    await _uv(kind, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", str(kind.lock))
    mark.write_text(digest)
    return python


async def _uv(kind: PeerKind, *arguments: str) -> None:
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
        raise UnavailableError(f"{kind.name} is not measured: it cannot be installed ({reason})")
