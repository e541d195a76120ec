"""The figures for people: tables for the terminal, a document for the repository."""

from collections.abc import Iterable

from rich.table import Table

from bench.figures import Budget, Comparison, Figures, Percentiles, TurnCost, budgets
from bench.markdown import Rows, markdown_table
from bench.peers.report import KILL_COLUMNS, SYSTEM_COLUMNS, kill_rows, section, system_rows
from bench.targets import Target, targets

COST_COLUMNS = ("Turn", "History events", "Bytes", "Billable actions")
TIME_COLUMNS = ("Conversations at once", "p50", "p95", "p99", "Turns timed")
FIGURE_COLUMNS = ("Figure", "Measured")
BUDGET_COLUMNS = ("Budget", "Measured", "Limit", "Holds")
TARGET_COLUMNS = ("Target", "Measured", "Wanted", "Met")
SLOPE_COLUMNS = ("Open conversations", "Turns per second", "With a pause: p50", "p95", "Memory of the worker")
WORKER_COLUMNS = ("Worker processes", "Turns per second")
WAITING_COLUMNS = ("Process", "CPU seconds before", "CPU seconds while they wait")
NOT_MEASURED = "not measured"


def tables(figures: Figures) -> list[Table]:
    return [*_own_tables(figures), *(_peer_tables(figures.peers) if figures.peers else [])]


def _peer_tables(peers: Comparison) -> list[Table]:
    title = f"Beside each other, {peers.conversations} conversations at once"
    return [
        _table(title, SYSTEM_COLUMNS, system_rows(peers)),
        _table("Killed with SIGKILL while every conversation stood at the same point", KILL_COLUMNS, kill_rows(peers)),
    ]


def _own_tables(figures: Figures) -> list[Table]:
    machine = figures.machine
    return [
        _table("What a turn costs", COST_COLUMNS, cost_rows(figures)),
        _table("Platform overhead of a turn, milliseconds", TIME_COLUMNS, time_rows(figures)),
        _table("Speed, memory, recovery", FIGURE_COLUMNS, figure_rows(figures)),
        _table("More open conversations", SLOPE_COLUMNS, slope_rows(figures)),
        _table("More workers", WORKER_COLUMNS, worker_rows(figures)),
        _table("CPU of conversations that wait for an approval", WAITING_COLUMNS, waiting_rows(figures)),
        _table(
            f"Budgets, on {machine.cores} cores with a load average of {machine.load_before} before this run",
            BUDGET_COLUMNS,
            budget_rows(figures),
        ),
        _table("Targets", TARGET_COLUMNS, target_rows(figures)),
    ]


def cost_rows(figures: Figures) -> Rows:
    costs = {
        "plain": figures.plain_turn,
        "plain, checked by a validator model": figures.validated_turn,
        "plain, by the channel of a vendor": figures.vendor_turn,
        "with an approval": figures.approval_turn,
        "the first of a conversation": figures.first_turn,
    }
    return [_cost_row(name, cost) for name, cost in costs.items()]


def time_rows(figures: Figures) -> Rows:
    paused = [_time_row(number, times) for number, times in figures.overhead_ms.items()]
    saturated = [_time_row(f"{number}, no pause", times) for number, times in figures.saturated_ms.items()]
    return [*paused, *saturated]


def figure_rows(figures: Figures) -> Rows:
    rates = figures.turns_per_second
    return [
        ("Turns per second", f"{rates.holdfast:.1f}"),
        ("The same of the bare workflow", f"{rates.bare:.1f}"),
        ("Ratio (median of the pairs)", f"{rates.ratio:.2f} ({', '.join(f'{ratio:.2f}' for ratio in rates.ratios)})"),
        ("Memory of an open conversation in the worker", f"{figures.memory_per_conversation_kb:.0f} KB"),
        (
            f"{figures.recovered_conversations:,} conversations answer again after kill -9",
            f"{figures.recovery_1000_seconds:.1f} s",
        ),
        *_baseline_rows(figures),
        *_watched_rows(figures),
        *_waiting_figures(figures),
        ("Messages written, answered", f"{figures.messages.written:,}, {figures.messages.answered:,}"),
        ("Messages lost, answered twice", f"{figures.messages.lost}, {figures.messages.doubled}"),
    ]


def _baseline_rows(figures: Figures) -> Rows:
    baseline = figures.baseline
    if baseline is None:
        return []
    pairs = ", ".join(f"{ratio:.2f}" for ratio in baseline.ratios)
    return [
        (f"Turns per second of commit {baseline.commit}, of this build beside it", f"{baseline.then}, {baseline.now}"),
        ("Ratio (median of the pairs)", f"{baseline.ratio:.2f} ({pairs})"),
    ]


def _watched_rows(figures: Figures) -> Rows:
    watched = figures.watched
    if watched is None:
        return []
    open_ones = f"{watched.sessions} consoles watch {watched.conversations:,} open conversations"
    pairs = ", ".join(f"{ratio:.2f}" for ratio in watched.ratios)
    paced = (watched.unwatched_paced_ms, watched.paced_ms)
    return [
        (
            f"Turns per second before, and while {open_ones}",
            f"{watched.unwatched_turns_per_second:.1f}, {watched.turns_per_second:.1f}",
        ),
        ("Watched, by unwatched (median of the pairs)", f"{watched.ratio:.2f} ({pairs})"),
        (
            "The same with a pause: p50 and p95 before",
            ", ".join(f"{one:.0f} ms" for one in (paced[0].p50, paced[0].p95)),
        ),
        ("p50 and p95 while they watch", ", ".join(f"{one:.0f} ms" for one in (paced[1].p50, paced[1].p95))),
    ]


def _waiting_figures(figures: Figures) -> Rows:
    waiting = figures.waiting_approvals
    if waiting is None:
        return []
    number = f"{waiting.conversations:,}"
    return [
        (f"{number} approvals opened in, waiting", f"{waiting.opened_in_seconds:.0f} s, {waiting.waiting:,}"),
        (
            f"CPU that they add in {waiting.watched_seconds:.0f} s, all processes",
            f"{waiting.added_cpu_seconds:.2f} s",
        ),
        (
            "Database, history of each, and what the server's file grew by",
            ", ".join(
                f"{size / 1024:.1f} KB"
                for size in (waiting.database_bytes, waiting.history_bytes, waiting.temporal_file_bytes)
            ),
        ),
    ]


def slope_rows(figures: Figures) -> Rows:
    slopes = figures.slopes.conversations if figures.slopes else {}
    return [
        (
            f"{int(number):,}",
            f"{slope.turns_per_second:.1f}",
            f"{slope.paced_ms.p50:,.0f}",
            f"{slope.paced_ms.p95:,.0f}",
            f"{slope.worker_mb:,.0f} MB",
        )
        for number, slope in slopes.items()
    ]


def worker_rows(figures: Figures) -> Rows:
    return [(number, f"{rate:.1f}") for number, rate in (figures.slopes.workers if figures.slopes else {}).items()]


def waiting_rows(figures: Figures) -> Rows:
    waiting = figures.waiting_approvals
    if waiting is None:
        return []
    idle = waiting.idle_cpu_seconds
    return [(name, f"{idle[name]:.2f}", f"{seconds:.2f}") for name, seconds in waiting.waiting_cpu_seconds.items()]


def target_rows(figures: Figures) -> Rows:
    return [_target_row(target) for target in targets(figures)]


def budget_rows(figures: Figures) -> Rows:
    return [_budget_row(budget) for budget in budgets(figures)]


def document(figures: Figures) -> str:
    """docs/benchmarks.md."""
    machine = figures.machine
    return DOCUMENT.format(
        length="quick run" if figures.quick else "full run",
        flag=_flags(figures),
        date=figures.measured_on,
        machine=machine,
        recovered=figures.recovered_conversations,
        costs=markdown_table(COST_COLUMNS, cost_rows(figures)),
        times=markdown_table(TIME_COLUMNS, time_rows(figures)),
        figures=markdown_table(FIGURE_COLUMNS, figure_rows(figures)),
        budgets=markdown_table(BUDGET_COLUMNS, budget_rows(figures)),
        targets=markdown_table(TARGET_COLUMNS, target_rows(figures)),
        slopes=markdown_table(SLOPE_COLUMNS, slope_rows(figures)),
        workers=markdown_table(WORKER_COLUMNS, worker_rows(figures)),
        waiting=markdown_table(WAITING_COLUMNS, waiting_rows(figures)),
        speaking=figures.slopes.speaking if figures.slopes else 0,
        peers=section(figures.peers),
    )


def _flags(figures: Figures) -> str:
    """Those of the command that gave the figures."""
    baseline = f" --baseline {figures.baseline.commit}" if figures.baseline else ""
    return f"{' --quick' if figures.quick else ''}{baseline}{' --peers' if figures.peers else ''}"


def _cost_row(name: str, cost: TurnCost) -> tuple[str, ...]:
    return name, str(cost.events), f"{cost.bytes:,}", str(cost.actions)


def _time_row(name: str, times: Percentiles) -> tuple[str, ...]:
    return name, f"{times.p50:,.0f}", f"{times.p95:,.0f}", f"{times.p99:,.0f}", f"{times.turns:,}"


def _budget_row(budget: Budget) -> tuple[str, ...]:
    sign = "at least" if budget.at_least else "at most"
    return budget.name, f"{budget.figure:g}", f"{sign} {budget.limit:g}", "yes" if budget.holds else "NO"


def _target_row(target: Target) -> tuple[str, ...]:
    sign = "at least" if target.at_least else "at most"
    figure = NOT_MEASURED if target.figure is None else f"{target.figure:,g}"
    return target.name, figure, f"{sign} {target.limit:g}", {True: "yes", False: "no", None: "–"}[target.met]


def _table(title: str, columns: Iterable[str], rows: Rows) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*row, style="red" if row[-1] == "NO" else None)
    return table


DOCUMENT = """\
# Benchmarks

Written by `holdfast bench{flag} --markdown docs/benchmarks.md` ({length}) on {date}; `make bench` prints the same
figures. Do not edit: run it again.

Machine: {machine.system}, {machine.cores} cores, {machine.memory_gib:g} GiB of memory; the load average was
{machine.load_before:g} before the run and {machine.load_after:g} after it. Python {machine.python}, temporalio
{machine.temporal_sdk}, Temporal server {machine.temporal_server}, PostgreSQL {machine.postgresql}. Everything runs on
this one machine: Temporal, PostgreSQL, the worker, and the process that plays the customers and measures.

## What a turn costs

{costs}

Counted in the histories that the server returns: a turn is everything from one customer message to the next, in a
conversation that is idle in between. Rows are medians over several turns; the turn with an approval and the first turn
are one each. Bytes are those of the events. The first turn also opens the conversation, fetches the customer's context,
sets the one timer and writes the search attributes.

Actions are counted as [Temporal Cloud bills them](https://docs.temporal.io/cloud/actions): one for each workflow start,
signal, activity, retry of an activity, timer, and command that writes search attributes. No event: a query, of which
there is none, because the browser is served from PostgreSQL notifications; a heartbeat, of which an activity under five
seconds sends none. After 240 events, about every 15th turn, the conversation continues as new, which costs one action
and is not in a plain turn.

## How long a turn takes besides the model

{times}

Milliseconds from the call that sends the customer's message to Temporal, made as the gateway makes it, until the reply
was read from the transcript, which the store announced. The model answers at once, so all of it is ours and Temporal's;
what surrounds the model is real: topic, retrieval, grounding, confidence, decision, claim, decision record, transcript.
All conversations are open at once, and each customer pauses for about 3 seconds before each message (a single customer
for 0.1, one of 1,000 for 12; in a quick run 1 second at 32), with a fixed random seed. Burst windows are zero, because
they are waited on purpose. Without a pause, customers wait for each other, and the figure says only how long the queue
is.

## Turns per second, memory, recovery

{figures}

- Turns per second: customers who never pause, against a workflow with one signal and two activities that do nothing,
  driven in the same way, in a worker process of the same kind with the same sandbox and converter. Rounds of both
  alternate in one run. The figures of each side are the medians of its rounds.
- A baseline is another build beside this one: each with its own worker, customers, Temporal server and database, driven
  by the same program in rounds that alternate, on one PostgreSQL. `make bench BASELINE=<commit>` exports the files of a
  commit below `.holdfast/bench/baselines`, installs what its own lock says, and uses both again in later runs.
- Consoles: each holds a live stream of the gateway and reads its page of the inbox and the counts anew as things
  change, as the page in a browser does, from a process of its own on the same cores. What a browser draws is not in
  it. A gateway runs in both halves of a pair.
- Memory: growth of the worker's anonymous memory (after a garbage collection) when conversations open, each answered
  once, after others warmed it up.
- Recovery: {recovered} conversations are open and in the memory of the only worker. It is killed with SIGKILL; each
  customer writes while no worker runs; a new worker process is started. The time runs from that start until the last
  reply is in its transcript, so it includes the start of Python. Afterwards every message of the run is compared with
  the transcripts: none may be lost or answered twice.

## More conversations, more workers

{slopes}

All are open, and {speaking} customers speak at once, drawn from all of them: without a pause for the turns per second,
and with one for the times, which are milliseconds. A worker keeps 1,000 conversations in memory; one that is not among
them is read from its history again before it answers. The memory is all anonymous memory of the worker process.

{workers}

The customers of the first row of the former table, with more worker processes on the same cores.

A conversation in the memory of a worker is, by a profile of its allocations after the first turn (November 2026): about
54 KB of the SDK's core, which keeps the last events and, for every command of the run, a state machine with the
command's arguments; 16 KB of the last task and its answer, which the SDK keeps until the next one; 20 KB of the
instance, its event loop and its sandbox; 10 KB of the state; the rest are coroutines that wait, and the allocators. The
core's part grows by about 10 KB with every further turn, until the conversation continues as new. The code of the
workflow and the policy of the specification are held once for all conversations of a process.

## Conversations that wait for an approval

{waiting}

CPU seconds of each process and of all that it started, over the same time before and while they wait. The servers are
never quite idle, with or without conversations. What is stored of each is in the table of figures: the growth of the
database with its indexes, and the size of the history as the Temporal server counts it.

## Targets

{targets}

What we want to reach on two cores. A ratio that needs a baseline or the peers is measured with `--baseline` and
`--peers`. Nothing here decides about the exit code.

## Budgets

{budgets}

Events, actions and messages decide about the exit code. Times and rates depend on the machine and on what else runs
there, so they are shown and decide nothing.
{peers}
## What the figures do not say

- Nothing about a production cluster: the development server keeps its state in one SQLite file and flushes it to disk
  only at checkpoints. PostgreSQL flushes at each commit.
- Nothing about model time, which in practice is most of a turn, nor about channels that send through a vendor.
- The message enters at Temporal: the WebSocket of the gateway is not in the way.
- One worker process. Customers, both servers and the worker share the cores, so more cores give more turns.
- A worker that is killed in the middle of an activity is not in the recovery time: Temporal retries such an activity
  when its start-to-close or heartbeat timeout has passed.
"""
