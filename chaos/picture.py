"""The pictures of a run: what reached customers and how soon, beside every fault; and how soon all was well again."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chaos.figures import RunFigures, share
from chaos.verdict import Recovery

INK, MUTED, BLUE, RED, GREY, GRID = "#1f2933", "#7b8794", "#2563eb", "#dc2626", "#9aa5b1", "#e4e7eb"
WIDTH_INCHES, ROW_INCHES, PANEL_INCHES, FRAME_INCHES = 9.6, 0.24, 1.9, 1.0
BUCKETS = 60
LEAST_SECONDS = 0.1


def save_timeline(path: Path, run: RunFigures) -> None:
    """Write a PNG: messages that reach customers, seconds to an answer, and below them when each fault was."""
    kinds = sorted({fault.name for fault in run.faults}, reverse=True)
    rows = max(1.0, ROW_INCHES * len(kinds))
    height = 2 * PANEL_INCHES + rows + FRAME_INCHES
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained", facecolor="white")
    ratios = [PANEL_INCHES, PANEL_INCHES, rows]
    throughput, latency, faults = figure.subplots(3, 1, sharex=True, height_ratios=ratios)
    _draw_throughput(throughput, run)
    _draw_latency(latency, run)
    _draw_faults(faults, run, kinds)
    for axes in (throughput, latency, faults):
        _calm(axes)
        for fault in run.faults:
            axes.axvspan(fault.began_at, fault.over_at, color=RED, alpha=0.05, linewidth=0)
    faults.set_xlabel("Seconds of the run", color=INK)
    _save(figure, path)


def save_recoveries(path: Path, run: RunFigures) -> None:
    """Write a PNG: for each kind of fault a point for each time that it was made, and a line at their median."""
    kinds = list(run.by_fault())
    height = FRAME_INCHES + ROW_INCHES * 1.2 * max(1, len(kinds))
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained", facecolor="white")
    axes = figure.subplots()
    for row, (_, recoveries) in enumerate(kinds):
        _draw_recoveries(axes, row, recoveries)
    axes.set_yticks(range(len(kinds)), [f"{name} (n = {len(several)})" for name, several in kinds], color=INK)
    axes.invert_yaxis()
    axes.set_xlabel("Seconds from the end of the fault until 95 of 100 waiting questions were answered", color=INK)
    _calm(axes)
    axes.tick_params(axis="y", labelcolor=INK)
    _save(figure, path)


def _draw_throughput(axes: Axes, run: RunFigures) -> None:
    width = max(run.seconds, max(run.arrivals, default=0.0)) / BUCKETS
    counts = [0] * (BUCKETS + 1)
    for at in run.arrivals:
        counts[int(at / width)] += 1
    axes.step([place * width for place in range(BUCKETS + 1)], [count / width for count in counts], BLUE, where="post")
    axes.set_ylabel("Messages to\ncustomers per second", color=INK)
    axes.set_ylim(bottom=0)


def _draw_latency(axes: Axes, run: RunFigures) -> None:
    """Every answer is a point; the line is the p95 of the questions of each tenth of the run."""
    axes.plot(
        [at for at, _ in run.answers],
        [max(LEAST_SECONDS, seconds) for _, seconds in run.answers],
        "o",
        color=BLUE,
        markersize=2,
        alpha=0.35,
        markeredgewidth=0,
    )
    width = run.seconds / 20
    for start in (place * width for place in range(20)):
        seconds = sorted(took for at, took in run.answers if start <= at < start + width)
        if seconds:
            p95 = max(LEAST_SECONDS, share(seconds, 0.95))
            axes.plot([start, start + width], [p95, p95], color=INK, linewidth=1.6)
    axes.set_yscale("log")
    axes.set_ylabel("Seconds to an answer\n(line: p95)", color=INK)


def _draw_faults(axes: Axes, run: RunFigures, kinds: Sequence[str]) -> None:
    for fault in run.faults:
        length = max(fault.over_at - fault.began_at, run.seconds / 300)
        axes.barh(kinds.index(fault.name), length, left=fault.began_at, height=0.7, color=RED, alpha=0.8)
    axes.set_yticks(range(len(kinds)), list(kinds), color=INK)
    axes.tick_params(axis="y", labelcolor=INK)


def _draw_recoveries(axes: Axes, row: int, recoveries: Sequence[Recovery]) -> None:
    seconds = sorted(recovery.seconds for recovery in recoveries if recovery.seconds is not None)
    if not seconds:
        return
    axes.plot([0, share(seconds, 0.5)], [row, row], color=BLUE, linewidth=4, alpha=0.35, solid_capstyle="butt")
    axes.plot(seconds, [row] * len(seconds), "o", color=BLUE, markersize=5, alpha=0.8, markeredgecolor="white")


def _calm(axes: Axes) -> None:
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, length=0, labelsize=8)
    for side in axes.spines.values():
        side.set_visible(False)


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
