"""Success measures and service levels as gauges.

Every gateway reads the same, so that dashboards and alerts take the greatest value and never the sum.
"""

from datetime import datetime, timedelta
from typing import get_args

from prometheus_client import CollectorRegistry, Gauge

from domain.quality.health import Health, Measurement, State

READ_EVERY = timedelta(minutes=1)
"""They look at a month: what they tell does not change from scrape to scrape."""


class MeasureMetrics:
    """Labels: `ai_agent`, empty for the whole organisation, and `measure`. What is not measured has a state only."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def gauge(name: str, meaning: str, *labels: str) -> Gauge:
            return Gauge(name, meaning, ("ai_agent", "measure", *labels), registry=registry)

        self.share = gauge("holdfast_measure_share", "Share of what was counted for which the measure holds.")
        self.counted = gauge("holdfast_measure_counted", "How many it is the share of, in 30 days.")
        self.budget = gauge("holdfast_measure_budget_left", "Part of the error budget left; below 0, overspent.")
        self.burn = gauge("holdfast_measure_burn_rate", "How fast it is spent: 1 lasts 30 days.", "window")
        self.state = gauge("holdfast_measure_state", "1 for the state that a measure is in.", "state")
        self._read_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether to read now: at most once a minute, whatever comes of it."""
        due = self._read_at is None or now - self._read_at >= READ_EVERY
        if due:
            self._read_at = now
        return due

    def show(self, health: Health) -> None:
        """In place of everything that was shown before: a version may measure less than the one before it."""
        for gauge in (self.share, self.counted, self.budget, self.burn, self.state):
            gauge.clear()
        for measurement in health.measurements:
            self._show(measurement)

    def _show(self, found: Measurement) -> None:
        labels = (found.objective.ai_agent or "", found.objective.metric)
        for state in get_args(State):
            self.state.labels(*labels, state).set(found.state == state)
        if found.state == "not_measured":
            return
        self.counted.labels(*labels).set(found.measured.n)
        self.budget.labels(*labels).set(found.budget_left)
        if found.measured.n:
            self.share.labels(*labels).set(found.measured.share)
        for window, burn in (("long", found.long), ("short", found.short)):
            if burn.rate is not None:
                self.burn.labels(*labels, window).set(burn.rate)
