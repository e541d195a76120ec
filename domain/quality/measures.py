"""What is measured of an organisation: written definitions, over what time, and the counts that shares are made of.

Every measure is the share of what was counted for which something holds: of conversations, escalations, ratings or
approvals. Counting is the store's work; what the counts mean stands here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.model import Frozen
from domain.specification.organisation import SuccessMetric
from domain.specification.trust import TrustMetric

Metric = SuccessMetric | TrustMetric | Literal["approvals_on_time"]
Apart = Literal["abandoned", "not_yet_durable", "waiting", "overtaken"]

ON_TIME = 0.95
"""Of what has a time to be kept, so many are to keep it."""
PERIOD_DAYS = 30
LONGEST_DAYS = 366

DEFINITIONS: Mapping[Metric, str] = {
    "automated_resolution": (
        "Of the conversations that were resolved, 7 days after it: those resolved by silence in which no person owned, "
        "approved, rejected or answered anything, and that were not reopened in these 7 days. The first resolution "
        "counts, for the AI agent that drafted last."
    ),
    "csat": "Of the rated conversations: those whose last rating is good, for the AI agent that drafted last.",
    "first_response_seconds": (
        "Of the conversations: those whose first answer, a question back included, came within the target. It is kept "
        "when 95 of 100 do. Who has waited for longer counts as too late. An AI agent is measured by the first answers "
        "that it gave, or owes."
    ),
    "false_escalation": (
        "Of the escalations that a person has answered: those whose first answer was the AI agent's draft as it was."
    ),
    "missed_escalation": (
        "Of the conversations that an AI agent answered and that were resolved without an escalation, 7 days after it: "
        "those reopened in these 7 days, corrected by a person, rated bad, or in which the customer complained after "
        "an answer. What reviews find is not recorded, so it is missing."
    ),
    "approvals_on_time": (
        "Of the approvals: those closed by a person before the ladder took its first rung. It is kept when 95 of 100 "
        "are."
    ),
    "drafts_unchanged": (
        "Of the conversations in which a person had the AI agent's drafts before them (suggestions, approvals, "
        "escalations) and decided or answered: those in which all of them were sent as they were."
    ),
}
APART: Mapping[Apart, str] = {
    "abandoned": "abandoned: after the customer's last message came no answer but silence, or only a question back",
    "not_yet_durable": "resolved in the last 7 days, so not yet durable",
    "waiting": "still waiting, and not yet too late",
    "overtaken": "overtaken by the customer before anybody decided",
}
"""What is counted apart, and is in no share."""


class Windows(Frozen):
    """The time that is looked at, up to `until`, and the two last parts of it whose burn rates are told.

    As usual in watching service levels: a tenth of the period, and a twelfth of that, so 3 days and 6 hours of 30 days.
    A fault that lasts shows in both; one that is over shows in the longer only.
    """

    until: AwareDatetime
    days: int = Field(PERIOD_DAYS, ge=1, le=LONGEST_DAYS)

    @property
    def since(self) -> datetime:
        return self.until - timedelta(days=self.days)

    @property
    def long(self) -> timedelta:
        return timedelta(days=self.days) / 10

    @property
    def short(self) -> timedelta:
        return self.long / 12


class Counted(Frozen):
    """`count` of `n`."""

    n: int = Field(0, ge=0)
    count: int = Field(0, ge=0)


class Tally(Frozen):
    """What was counted for one measure of an AI agent, or of the whole organisation (None)."""

    metric: Metric
    ai_agent: str | None
    period: Counted = Counted()
    long: Counted = Counted()
    short: Counted = Counted()
    p95_seconds: float | None = Field(None, description="Of response times: 95 of 100 were not longer.")
    apart: dict[Apart, int] = {}
