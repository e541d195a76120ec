"""The picture of the comparison: turns per second, and how long a turn takes."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.figures import Comparison, SystemFigures

INK, MUTED, BLUE, GREY, GRID = "#1f2933", "#7b8794", "#2563eb", "#9aa5b1", "#e4e7eb"
WIDTH_INCHES, ROW_INCHES, FRAME_INCHES = 8.6, 0.55, 1.6
ROOM_FOR_FIGURES = 1.18


def save_comparison(path: Path, peers: Comparison) -> None:
    """Write a PNG; creates its folder. Ours is the first system, in blue."""
    height = FRAME_INCHES + ROW_INCHES * len(peers.systems)
    figure = Figure(figsize=(WIDTH_INCHES, height), layout="constrained", facecolor="white")
    left, right = figure.subplots(1, 2, sharey=True)
    _draw_rates(left, peers.systems)
    _draw_times(right, peers.systems)
    left.set_yticks(range(len(peers.systems)), [system.name for system in peers.systems], color=INK)
    left.invert_yaxis()
    for axes in (left, right):
        _calm(axes)
    left.tick_params(axis="y", labelcolor=INK, labelsize=11)
    figure.suptitle(
        f"{peers.conversations} conversations at once, one PostgreSQL, one machine",
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
        color=INK,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def _draw_rates(axes: Axes, systems: Sequence[SystemFigures]) -> None:
    """The bar is the median of the rounds, which are points."""
    rates = [system.turns_per_second for system in systems]
    axes.barh(range(len(systems)), rates, height=0.55, color=_colours(systems), alpha=0.85)
    for row, system in enumerate(systems):
        axes.plot(system.rounds, [row] * len(system.rounds), "o", color=INK, markersize=3, alpha=0.6)
        _write(axes, max(system.rounds), row, f"{system.turns_per_second:.0f}")
    axes.set_xlim(0, ROOM_FOR_FIGURES * max(max(system.rounds) for system in systems))
    axes.set_xlabel("Turns per second, no pause", color=INK)


def _draw_times(axes: Axes, systems: Sequence[SystemFigures]) -> None:
    """A line from the median to the 95th percentile of a turn of customers who pause."""
    for row, (system, colour) in enumerate(zip(systems, _colours(systems), strict=True)):
        times = system.paced_ms
        axes.plot([times.p50, times.p95], [row, row], color=colour, linewidth=3, alpha=0.5, solid_capstyle="round")
        axes.plot(times.p50, row, "o", color=colour, markersize=8, markeredgecolor="white")
        axes.plot(times.p95, row, "|", color=colour, markersize=14, markeredgewidth=2)
        _write(axes, times.p95, row, f"{times.p50:.0f} / {times.p95:.0f}")
    axes.set_xlim(0, ROOM_FOR_FIGURES * max(system.paced_ms.p95 for system in systems))
    axes.set_xlabel("Milliseconds of a turn with a pause: median and p95", color=INK)


def _write(axes: Axes, x: float, row: int, text: str) -> None:
    axes.annotate(
        text, (x, row), xytext=(7, 0), textcoords="offset points", va="center", color=INK, fontsize=9, clip_on=False
    )


def _colours(systems: Sequence[SystemFigures]) -> list[str]:
    return [BLUE, *[GREY] * (len(systems) - 1)]


def _calm(axes: Axes) -> None:
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, length=0, labelsize=9)
    for side in axes.spines.values():
        side.set_visible(False)
