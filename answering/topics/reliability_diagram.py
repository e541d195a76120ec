"""The reliability diagram: of messages with a confidence, how many were right."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from answering.topics.metrics import Flags, Floats, expected_calibration_error, reliability

INK, MUTED, BLUE, GRID = "#1f2933", "#7b8794", "#2563eb", "#e4e7eb"
NORMAL_95 = 1.96
SIZE_INCHES = (6.4, 7.2)


def save_reliability_diagram(path: Path, confidence: Floats, right: Flags, title: str) -> None:
    """Write a PNG; creates its folder. Bars show 95 % Wilson intervals, the lower panel how messages spread."""
    figure = Figure(figsize=SIZE_INCHES, layout="constrained", facecolor="white")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3.4, 1])
    _draw_reliability(upper, confidence, right)
    _draw_spread(lower, confidence)
    error = expected_calibration_error(confidence, right)
    upper.set_title(title, loc="left", fontsize=13, fontweight="bold", color=INK, pad=26)
    subtitle = f"{len(right):,} messages, accuracy {right.mean():.1%}, calibration error {error:.3f}"
    upper.text(0, 1.025, subtitle, transform=upper.transAxes, fontsize=10, color=MUTED)
    for axes in (upper, lower):
        _calm(axes)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def _draw_reliability(axes: Axes, confidence: Floats, right: Flags) -> None:
    mean, share, messages = reliability(confidence, right)
    low, high = _wilson(share, messages)
    axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate(
        "perfect", (1, 1), xytext=(6, -3), textcoords="offset points", annotation_clip=False, color=MUTED, fontsize=9
    )
    axes.vlines(mean, low, high, color=BLUE, linewidth=2, alpha=0.35)
    axes.plot(mean, share, color=BLUE, linewidth=1.5, marker="o", markersize=6, markeredgecolor="white", clip_on=False)
    axes.set_ylabel("Share right", color=INK)
    axes.set(xlim=(0, 1), ylim=(0, 1.02))


def _draw_spread(axes: Axes, confidence: Floats) -> None:
    weights = np.full(len(confidence), 100 / len(confidence))
    axes.hist(confidence, bins=np.linspace(0, 1, 31).tolist(), weights=weights, color=BLUE, alpha=0.8, rwidth=0.9)
    axes.set_ylabel("Messages, %", color=INK)
    axes.set_xlabel("Confidence", color=INK)


def _wilson(share: Floats, messages: NDArray[np.int64]) -> tuple[Floats, Floats]:
    z2 = NORMAL_95**2 / messages
    centre = (share + z2 / 2) / (1 + z2)
    half = np.sqrt(share * (1 - share) * z2 + z2**2 / 4) / (1 + z2)
    return centre - half, centre + half


def _calm(axes: Axes) -> None:
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(colors=MUTED, length=0, labelsize=9)
    for side in axes.spines.values():
        side.set_visible(False)
