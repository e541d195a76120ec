"""How much a conversation that an AI agent owns needs a person's eye: a pure function of what is recorded."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pydantic import Field

from domain.conversation.ownership import Status
from domain.language.sensitive_words import COMPLAINT, sensitivity_in
from domain.model import Frozen
from domain.specification.organisation import ChannelKind, Mode, Probability, Sensitivity, ServiceLevels, Thresholds

FALLS_BY = 0.15
"""A draft that is so much less sure than the one before is told as falling confidence."""
SOON = timedelta(minutes=5)


class Cause(Frozen):
    """Something that makes a conversation risky, in words, with its part of the risk."""

    cause: str
    weight: Probability


class Watched(Frozen):
    """What is known of a conversation that an AI agent owns. `confidences`: of its last drafts, the newest first."""

    conversation_id: str
    customer_id: str | None = None
    channel: ChannelKind
    status: Status
    ai_agent: str | None
    mode: Mode
    exchanges: int = Field(0, ge=0, description="Replies of AI agents since it changed hands last.")
    confidences: tuple[Probability, ...] = ()
    topic: str | None = None
    sensitivity: Sensitivity | None = None
    out_of_scope: Probability = 0.0
    missing_sources: tuple[str, ...] = ()
    last_words: str = Field("", description="The customer's last message.")
    waiting_since: datetime | None = Field(None, description="Since when a message of the customer has no answer.")
    approval_id: str | None = None
    leaves_at: datetime | None = Field(None, description="When the draft leaves unless somebody stops it.")
    updated_at: datetime


class WallRow(Frozen):
    """A row of the supervision wall; `approval_id` stops or lets go the draft that waits."""

    watched: Watched
    confidence: Probability | None
    risk: Probability
    causes: tuple[Cause, ...]


def wall(
    watched: Sequence[Watched], thresholds: Thresholds, levels: ServiceLevels, now: datetime
) -> tuple[WallRow, ...]:
    """The riskiest first; of equal ones the draft that leaves first, then the one that changed last."""
    rows = (row_of(one, thresholds, levels, now) for one in watched)
    never = datetime.max.replace(tzinfo=now.tzinfo)
    return tuple(
        sorted(
            rows,
            key=lambda row: (
                -row.risk,
                row.watched.leaves_at or never,
                -row.watched.updated_at.timestamp(),
                row.watched.conversation_id,
            ),
        )
    )


def row_of(watched: Watched, thresholds: Thresholds, levels: ServiceLevels, now: datetime) -> WallRow:
    """Its causes, the weightiest first, and the risk that they make together."""
    causes = sorted(causes_of(watched, thresholds, levels, now), key=lambda one: -one.weight)
    return WallRow(
        watched=watched,
        confidence=watched.confidences[0] if watched.confidences else None,
        risk=risk_of(causes),
        causes=tuple(causes),
    )


def risk_of(causes: Sequence[Cause]) -> float:
    """As if each cause alone were that likely to go wrong; together they stay below 1."""
    safe = 1.0
    for cause in causes:
        safe *= 1 - cause.weight
    return round(1 - safe, 3)


def causes_of(watched: Watched, thresholds: Thresholds, levels: ServiceLevels, now: datetime) -> Iterator[Cause]:
    """What makes it risky."""
    yield from _of_confidence(watched.confidences, thresholds)
    sensitivity = watched.sensitivity or sensitivity_in(watched.last_words)
    if sensitivity is not None:
        yield Cause(cause=f"a sensitive matter: {sensitivity.value}", weight=0.3)
    if COMPLAINT.found_in(watched.last_words):
        yield Cause(cause="the customer's words sound like a complaint", weight=0.35)
    if watched.out_of_scope > thresholds.out_of_scope_above / 2:
        yield Cause(cause="perhaps about none of the topics", weight=0.15)
    if watched.missing_sources:
        yield Cause(cause=f"no answer from {', '.join(watched.missing_sources)}", weight=0.15)
    if watched.exchanges >= max(levels.exchange_limit - 1, 1):
        yield Cause(cause=f"{watched.exchanges} exchanges, {levels.exchange_limit} call a person", weight=0.25)
    yield from _of_time(watched, levels, now)


def _of_confidence(confidences: Sequence[float], thresholds: Thresholds) -> Iterator[Cause]:
    if not confidences:
        return
    last = confidences[0]
    if last < thresholds.review_below:
        yield Cause(cause=f"a low confidence: {last:.2f}", weight=0.4)
    if len(confidences) > 1 and confidences[1] - last >= FALLS_BY:
        yield Cause(cause=f"confidence fell from {confidences[1]:.2f} to {last:.2f}", weight=0.25)


def _of_time(watched: Watched, levels: ServiceLevels, now: datetime) -> Iterator[Cause]:
    if watched.leaves_at is not None:
        minutes = max((watched.leaves_at - now).total_seconds(), 0) / 60
        soon = watched.leaves_at - now <= SOON
        yield Cause(cause=f"a draft leaves by itself in {minutes:.0f} minutes", weight=0.3 if soon else 0.15)
    if watched.waiting_since is not None:
        waited = (now - watched.waiting_since).total_seconds()
        if waited > levels.first_response_seconds and watched.approval_id is None:
            yield Cause(cause=f"the customer has waited for {waited / 60:.0f} minutes", weight=0.3)
