"""The comparison for people: its rows, and its section of the document."""

from bench.figures import Comparison, KillFigures, SystemFigures
from bench.markdown import Rows, markdown_table

SYSTEM_COLUMNS = (
    "System",
    "Turns per second",
    "No pause: p50",
    "p95",
    "With a pause: p50",
    "p95",
    "Approved until replied: p50",
    "p95",
)
KILL_COLUMNS = ("System", "Killed when", "Answered after its start", "Seconds", "Lost", "Doubled")
MOMENT_NAMES = {
    "before_reply": "before the reply is written",
    "after_reply": "it is written, not yet recorded as done",
    "approval_waits": "an approval waits",
}
PICTURE = "images/bench-peers.png"


def system_rows(peers: Comparison) -> Rows:
    return [_system_row(system) for system in peers.systems]


def kill_rows(peers: Comparison) -> Rows:
    return [
        _kill_row(system.name, MOMENT_NAMES[moment], kill)
        for moment in MOMENT_NAMES
        for system in peers.systems
        if (kill := system.kills.get(moment)) is not None
    ]


def section(peers: Comparison | None) -> str:
    """Empty lines around it, as the document wants."""
    if peers is None:
        return UNMEASURED
    return SECTION.format(
        peers=peers,
        versions="; ".join(_versions(system) for system in peers.systems[1:]) or "no peer",
        rows=markdown_table(SYSTEM_COLUMNS, system_rows(peers)),
        kills=markdown_table(KILL_COLUMNS, kill_rows(peers)),
        killed=max((kill.conversations for system in peers.systems for kill in system.kills.values()), default=0),
        missing="".join(f"\n{sentence}\n" for sentence in peers.not_measured),
        picture=PICTURE,
    )


def _system_row(system: SystemFigures) -> tuple[str, ...]:
    times = (system.saturated_ms, system.paced_ms, system.approval_ms)
    milliseconds = (f"{value:,.0f}" for time in times for value in (time.p50, time.p95))
    return system.name, f"{system.turns_per_second:.1f}", *milliseconds


def _kill_row(name: str, moment: str, kill: KillFigures) -> tuple[str, ...]:
    seconds = "–" if kill.seconds is None else f"{kill.seconds:.1f}"
    return name, moment, f"{kill.answered} of {kill.conversations}", seconds, str(kill.lost), str(kill.doubled)


def _versions(system: SystemFigures) -> str:
    return f"{system.name}: {', '.join(f'{package} {version}' for package, version in system.versions.items())}"


UNMEASURED = """
## Beside LangGraph and DBOS

Not measured in this run. `make bench PEERS=1` measures the same turn, an approval and the same kills on LangGraph and
on DBOS, each in an environment of its own on the same PostgreSQL, beside Holdfast.
"""
SECTION = """
## Beside LangGraph and DBOS

![Turns per second and time of a turn of each system]({picture})

{rows}

{peers.conversations} conversations at once, in one run on one PostgreSQL; times are milliseconds. The load average was
{peers.load_before:g} before this part of the run and {peers.load_after:g} after it.
Versions: {versions}.
{missing}
- The work of a turn: record the message, look up the last 20 rows of the transcript, call a model that answers at once,
  write one reply under a key, announce it. The customer's time ends when the reply was read after the announcement.
  Rounds of {peers.round_seconds:g} s without a pause alternate between the systems; turns per second are the median of
  the rounds. With a pause, each customer waits for about {peers.pause_seconds:g} s before each message. An approval is
  timed from the person's decision until the reply was read, one after the other, while the others wait.
- LangGraph: a thread per conversation, a node that drafts and one that delivers, `interrupt()` in a node of its own,
  the asynchronous PostgreSQL checkpointer on a pool of 20 connections, durability `sync`. The checkpointer lets one of
  its statements run at a time in a process, also on a pool.
- DBOS: a workflow per conversation that receives, drafts in a step, delivers in a step and receives again; asynchronous
  functions, pools of 20 connections, decisions as messages on a topic of their own.
- Each peer is one process with an environment of its own, whose lock is in `bench/peers/programs/`.

### Killed with SIGKILL

{kills}

{killed} conversations of each system stand at the same point when their process is killed; it is then started again, as
a supervisor would. "Answered after its start" counts replies that came without anything else within
{peers.patience_seconds:g} s, and the seconds run from that start until the last of them. Where a reply was written
before the kill, the customer has it already, and the seconds are those of the start. Then each application resumes what
its library left lying, and every customer writes once more. Lost are messages without a reply at the end, doubled are
replies beyond one.

- LangGraph starts nothing again by itself. The program resumes each thread that has an unanswered message, as its
  documentation says; an application without such code loses those that are not answered after the start.
- Temporal repeats a killed activity of Holdfast when its start-to-close timeout has passed, and not before, since it
  cannot know that the worker is gone. DBOS starts its unfinished workflows when the process starts, because it takes
  them for its own; with several processes, something has to tell it which one is gone.
- Replies are rows under a key in PostgreSQL, so nobody doubles one by writing it again. Of a vendor that takes no key
  this says nothing.

### What is not the same

- Holdfast does more in a turn: topic, retrieval, grounding, confidence, decision, claim against revision and ownership,
  decision record, audit trail. The peers do none of it.
- Holdfast's messages go through a Temporal server, which shares the cores. The peers get theirs by a pipe, and keep all
  state in PostgreSQL, which flushes at each commit; Temporal's development server flushes at checkpoints.
- LangGraph has no mailbox: two messages at once would run two turns of one thread, so the program lets one wait for the
  other, in memory. A message that waits there dies with the process.
- The history of a DBOS workflow only grows here, and a restart reads it from the beginning; Holdfast continues as new.
"""
