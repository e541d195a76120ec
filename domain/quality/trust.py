"""Whether an AI agent has earned more trust, or lost some: pure judgements of measured figures."""

from typing import Literal

from pydantic import AwareDatetime, Field

from domain.model import Frozen
from domain.quality.rates import Rate
from domain.specification.modes import Mode, step_down, step_up, stricter
from domain.specification.organisation import AiAgentSpec
from domain.specification.trust import ESCALATIONS, StepDown, StepUp, TrustMetric

TrustEvent = Literal["moved_up", "moved_down", "refused", "set"]
Verdict = Literal["stays", "may_move_up", "moves_down"]
BY_ITSELF = "trust"
"""Who moves an AI agent down where no person does."""


class TrustChange(Frozen):
    """An entry of the log of trust: what an AI agent was trusted with before and after, by whom and why.

    `refused` changes nothing; what was measured before it does not count again.
    """

    ai_agent: str
    kind: TrustEvent
    before: Mode
    level: Mode
    by: str
    reason: str = ""
    figures: str = Field("", description="What was measured, in words.")
    at: AwareDatetime


class TrustReview(Frozen):
    """What follows from the figures. `to` is where it may or does move; `figures` says why, in words."""

    verdict: Verdict
    to: Mode
    figures: str


def effective_mode(card: AiAgentSpec, level: Mode | None) -> Mode:
    """The mode in which an AI agent works: never freer than its card says, nor than it is trusted.

    `level`: None where nobody has decided yet; with `trust` on its card it begins in co-pilot.
    """
    return stricter(card.mode, level or Mode.CO_PILOT) if card.trust else card.mode


def limit_of(card: AiAgentSpec, level: Mode | None) -> Mode | None:
    """The mode in which people decide about all drafts of an AI agent: co-pilot, or less than its card allows.

    None where it answers as its card says. Co-pilot counts by whomever it was set: a topic may lead to such an AI agent
    in a conversation that another one owns, and nothing that it writes there may leave without people either.
    """
    mode = effective_mode(card, level)
    return mode if mode is Mode.CO_PILOT or mode is not card.mode else None


def held_by(card: AiAgentSpec, recorded: Mode | None) -> Mode | None:
    """What would hold a draft under this card that was held to `recorded` under another one."""
    if card.mode is Mode.CO_PILOT:
        return Mode.CO_PILOT
    return recorded if card.trust else None


def next_step(card: AiAgentSpec, mode: Mode) -> StepUp | None:
    """The step up from a mode; None at the top of what the card and its ladder allow."""
    above = step_up(mode)
    if card.trust is None or above is None or stricter(above, card.mode) is not above:
        return None
    return card.trust.to(above)


def way_down(card: AiAgentSpec, mode: Mode) -> StepDown | None:
    """What would move it down from a mode; None in co-pilot, and where people send all that it writes."""
    down = card.trust.down if card.trust and mode is not Mode.CO_PILOT else None
    unmeasured = down and down.measure == "automated_resolution" and mode is not Mode.DELEGATION
    return None if unmeasured else down


def review(card: AiAgentSpec, mode: Mode, *, up: Rate | None, down: Rate | None) -> TrustReview:
    """Judge what was measured: `up` for the next step, `down` for the way down. Down comes first."""
    falls, rises = way_down(card, mode), next_step(card, mode)
    if falls and down and _is_bad(falls, down):
        figures = f"{_told(falls.measure, down, falls.days)}, {_beyond(falls)}"
        return TrustReview(verdict="moves_down", to=step_down(mode), figures=figures)
    if rises is None or up is None:
        return TrustReview(verdict="stays", to=mode, figures="There is no further step.")
    figures = f"{_told(rises.measure, up, rises.days)}; {_needed(rises)}"
    earned = up.n >= rises.conversations and _is_good(rises, up)
    return TrustReview(verdict="may_move_up" if earned else "stays", to=rises.to if earned else mode, figures=figures)


def _is_good(step: StepUp, measured: Rate) -> bool:
    return measured.high <= step.bound if step.measure in ESCALATIONS else measured.low >= step.bound


def _is_bad(step: StepDown, measured: Rate) -> bool:
    return measured.low > step.bound if step.measure in ESCALATIONS else measured.high < step.bound


def _told(measure: TrustMetric, measured: Rate, days: int) -> str:
    if not measured.n:
        return f"{measure}: nothing was counted in {days} days"
    share = f"{measured.share:.1%} of {measured.n} ({measured.low:.1%} to {measured.high:.1%})"
    return f"{measure}: {share} in {days} days"


def _needed(step: StepUp) -> str:
    end = "upper end at most" if step.measure in ESCALATIONS else "lower end at least"
    return f"{step.to} needs {step.conversations} conversations and the {end} {step.bound:.1%}"


def _beyond(step: StepDown) -> str:
    end = "lower end above" if step.measure in ESCALATIONS else "upper end below"
    return f"with the {end} {step.bound:.1%}"
