"""Success measures and service levels against their targets: error budget, burn rate and a named state.

The error budget is the share that may go against a target: of a target of 0.6 it is 0.4. A burn rate of 1 spends it
within the period exactly; 2 spends it in half of the time.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from pydantic import Field

from domain.model import Frozen
from domain.quality.measures import DEFINITIONS, ON_TIME, Apart, Counted, Metric, Tally, Windows
from domain.quality.rates import Rate, rate
from domain.specification.organisation import AiAgentSpec, OrganisationSpec, Probability, SuccessMeasure
from domain.specification.trust import ESCALATIONS

State = Literal["met", "at_risk", "missed", "too_few", "not_measured"]
STATES: Mapping[State, str] = {
    "met": "the target is kept",
    "at_risk": "kept so far, and the budget is being spent faster than it lasts, in both windows",
    "missed": "more has gone against the target than it allows",
    "too_few": "fewer than 30 were counted, and their interval contains the target",
    "not_measured": "nothing that was recorded tells it",
}
ENOUGH = 30
"""With fewer, a target within the interval is neither kept nor missed."""
ENOUGH_LATELY = 10
"""With fewer in the longer window, a burn rate is chance."""
ROUNDING = 1e-9
NO_LADDER = "The specification has no ladder, so an approval has no time to keep."
NO_MARKS = "Ratings are good or bad, not marks: write the share of good ones as the target, such as 0.9."
NO_RATINGS = "No channel has recorded a rating in this time."


class Objective(Frozen):
    """Something to be kept. `share`: of what is counted, so much is to be on the right side."""

    metric: Metric
    ai_agent: str | None = Field(None, description="None: of the whole organisation.")
    target: float | None = Field(description="As the specification says it; None where it says none.")
    share: Probability
    cannot_be_measured: str = ""

    @property
    def allowed(self) -> float:
        """The error budget: the share that may go against it."""
        return 1 - self.share


class Burn(Frozen):
    """How fast the error budget is spent. `rate`: None where nothing was counted, or nothing may go against it."""

    hours: float
    n: int
    rate: float | None


class Measurement(Frozen):
    """How one objective stands.

    `measured` is the share for which the definition holds, with its interval. `budget_left` is the part of the error
    budget that is left: below 0 once more than it is spent.
    """

    objective: Objective
    definition: str
    state: State
    why: str = Field(description="Why it is not measured, else what the state means.")
    measured: Rate
    p95_seconds: float | None
    budget_left: float
    long: Burn
    short: Burn
    apart: dict[Apart, int]


class Health(Frozen):
    """Every objective of an organisation's active version, measured over all conversations of the time."""

    organisation: str
    windows: Windows
    measurements: tuple[Measurement, ...]


def objectives_of(specification: OrganisationSpec) -> tuple[Objective, ...]:
    """The success measures of every AI agent, then the service levels of the organisation."""
    return tuple(_objectives(specification))


def _objectives(specification: OrganisationSpec) -> Iterator[Objective]:
    for ai_agent in specification.ai_agents:
        yield from (_of_success(ai_agent, measure) for measure in ai_agent.success)
    seconds = specification.service_levels.first_response_seconds
    yield Objective(metric="first_response_seconds", target=seconds, share=ON_TIME)
    without = "" if specification.ladder else NO_LADDER
    yield Objective(metric="approvals_on_time", target=None, share=ON_TIME, cannot_be_measured=without)


def _of_success(ai_agent: AiAgentSpec, measure: SuccessMeasure) -> Objective:
    is_time, is_mark = measure.metric == "first_response_seconds", measure.metric == "csat" and measure.target > 1
    target = min(max(measure.target, 0.0), 1.0)
    share = ON_TIME if is_time else 1 - target if measure.metric in ESCALATIONS else target
    return Objective(
        metric=measure.metric,
        ai_agent=ai_agent.id,
        target=measure.target,
        share=share,
        cannot_be_measured=NO_MARKS if is_mark else "",
    )


def seconds_to_keep(objectives: Iterable[Objective]) -> dict[str | None, float]:
    """Within how many seconds a first response is due, by AI agent; None is the organisation."""
    return {
        objective.ai_agent: objective.target
        for objective in objectives
        if objective.metric == "first_response_seconds" and objective.target is not None
    }


def health_of(organisation: str, objectives: Iterable[Objective], tallies: Iterable[Tally], windows: Windows) -> Health:
    """How each objective stands by what was counted; what has no tally was never seen."""
    known = {(tally.metric, tally.ai_agent): tally for tally in tallies}
    measurements = (
        measure(
            objective,
            known.get((objective.metric, objective.ai_agent), Tally(metric=objective.metric, ai_agent=None)),
            windows,
        )
        for objective in objectives
    )
    return Health(organisation=organisation, windows=windows, measurements=tuple(measurements))


def shares_of(health: Health, ai_agent: str) -> dict[str, Rate]:
    """What the success measures of an AI agent came to, by metric. How fast it answers is a time, and no share."""
    own = (one for one in health.measurements if one.objective.ai_agent == ai_agent and one.state != "not_measured")
    return {one.objective.metric: one.measured for one in own if one.objective.metric != "first_response_seconds"}


def measure(objective: Objective, tally: Tally, windows: Windows) -> Measurement:
    """One objective against its counts."""
    long = _burn(objective, tally.long, windows.long.total_seconds())
    short = _burn(objective, tally.short, windows.short.total_seconds())
    state, why = _state(objective, tally, long, short)
    return Measurement(
        objective=objective,
        definition=DEFINITIONS[objective.metric],
        state=state,
        why=why,
        measured=rate(tally.period.count, tally.period.n),
        p95_seconds=tally.p95_seconds,
        budget_left=_budget_left(objective, tally.period),
        long=long,
        short=short,
        apart=tally.apart,
    )


def against(objective: Objective, counted: Counted) -> Rate:
    """What went against an objective."""
    return rate(counted.count if objective.metric in ESCALATIONS else counted.n - counted.count, counted.n)


def _state(objective: Objective, tally: Tally, long: Burn, short: Burn) -> tuple[State, str]:
    if objective.cannot_be_measured:
        return "not_measured", objective.cannot_be_measured
    if objective.metric == "csat" and not tally.period.n:
        return "not_measured", NO_RATINGS
    state = _measured_state(against(objective, tally.period), objective.allowed, long, short)
    return state, STATES[state]


def _measured_state(spent: Rate, allowed: float, long: Burn, short: Burn) -> State:
    if spent.n < ENOUGH and spent.low <= allowed <= spent.high:
        return "too_few"
    if spent.count > allowed * spent.n + ROUNDING:
        return "missed"
    return "at_risk" if long.n >= ENOUGH_LATELY and _is_fast(long) and _is_fast(short) else "met"


def _is_fast(burn: Burn) -> bool:
    return burn.rate is not None and burn.rate > 1 + ROUNDING


def _burn(objective: Objective, counted: Counted, seconds: float) -> Burn:
    spent, allowed = against(objective, counted), objective.allowed
    told = None if not counted.n or allowed < ROUNDING else spent.share / allowed
    return Burn(hours=round(seconds / 3600, 2), n=counted.n, rate=told)


def _budget_left(objective: Objective, counted: Counted) -> float:
    """All of it while nothing was counted; none once something went against what allows nothing."""
    spent, allowed = against(objective, counted).share, objective.allowed
    if not spent:
        return 1.0
    return 0.0 if allowed < ROUNDING else 1 - spent / allowed
