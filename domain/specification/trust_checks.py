"""Ladders of trust that are valid, and that nobody could climb, or that would lead where the card does not allow.

The checks take the data of a whole specification, which need not be valid.
"""

from collections.abc import Iterator
from typing import get_args

from domain.specification.findings import Finding, Location, as_list, child, is_number, values_at
from domain.specification.modes import STRICTEST_FIRST, Mode, stricter
from domain.specification.trust import DURABLE, DURABLE_AFTER, ESCALATIONS, TrustMetric

MEASURES = frozenset(get_args(TrustMetric))
STEPS = STRICTEST_FIRST[1:]


def senseless_ladders(data: object) -> Iterator[Finding]:
    """All mistakes in what AI agents are to earn."""
    for location, ai_agent in values_at(data, "ai_agents.*"):
        trust, mode = child(ai_agent, "trust"), _mode(child(ai_agent, "mode") or Mode.DELEGATION)
        if trust is None or mode is None:
            continue
        at = (*location, "trust")
        if mode is Mode.CO_PILOT:
            problem = "has nothing to earn, because its mode is co_pilot"
            yield Finding(at, problem, "Set `mode` to the freest that it may come to, or leave `trust` out.")
            continue
        for number, step in enumerate(as_list(child(trust, "up"))):
            yield from _step_up((*at, "up", number), step, STEPS[min(number, 1)], mode)
        yield from _way_down((*at, "down"), trust)


def _step_up(at: Location, step: object, expected: Mode, mode: Mode) -> Iterator[Finding]:
    to, measure = _mode(child(step, "to")), _measure(child(step, "measure"))
    if to is None:
        return
    if to is not expected:
        problem = f"leads to {to}, where the step to {expected} belongs"
        yield Finding((*at, "to"), problem, "Write the step to supervision, then the one to delegation, each once.")
    elif stricter(to, mode) is not to:
        problem = f"leads to {to}, which is freer than its mode {mode}"
        yield Finding((*at, "to"), problem, f"Set `mode: {to}`, or leave this step out.")
    if measure == "automated_resolution" or (to is Mode.SUPERVISION and measure not in {"", "drafts_unchanged"}):
        problem = f"{measure} cannot be measured while people send all that it writes"
        yield Finding((*at, "measure"), problem, "Measure drafts_unchanged.")
    yield from _too_few_days(at, step)


def _way_down(at: Location, trust: object) -> Iterator[Finding]:
    down = child(trust, "down")
    if down is None:
        return
    yield from _too_few_days(at, down)
    measure, falls = _measure(child(down, "measure")), child(down, "bound")
    for step in as_list(child(trust, "up")):
        rises = child(step, "bound")
        if child(step, "measure") != measure or not (is_number(falls) and is_number(rises)):
            continue
        if falls <= rises if measure in ESCALATIONS else falls >= rises:
            worse = "above" if measure in ESCALATIONS else "below"
            problem = f"would move down what may move up at {rises}"
            yield Finding((*at, "bound"), problem, f"Write a bound {worse} {rises}.")
            return


def _too_few_days(at: Location, step: object) -> Iterator[Finding]:
    measure, days = _measure(child(step, "measure")), child(step, "days")
    if measure in DURABLE and is_number(days) and days <= DURABLE_AFTER.days:
        problem = f"{measure} counts {DURABLE_AFTER.days} days after a resolution, so in {days} days it counts nothing"
        yield Finding((*at, "days"), problem, f"Write {DURABLE_AFTER.days + 1} or more.")


def _measure(value: object) -> str:
    """Empty for what is no measure, which is told elsewhere."""
    return value if isinstance(value, str) and value in MEASURES else ""


def _mode(value: object) -> Mode | None:
    return Mode(value) if isinstance(value, str) and value in set(Mode) else None
