"""Which peers there are, and the environment of each."""

from dataclasses import dataclass
from pathlib import Path

from bench.environments import environment_of

PROGRAMS = Path(__file__).parent / "programs"


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
    """The Python of the peer's environment in the folder. Raises UnavailableError when it cannot be installed."""
    return await environment_of(kind.lock, folder, kind.name)
