"""What the scenarios of an organisation are played with, and the conversation that each begins with."""

from dataclasses import dataclass
from datetime import UTC, datetime

from answering.drafting import Drafter
from domain.conversation.activity_models import OpenedConversation
from domain.conversation.ownership import Owner, Status
from domain.conversation.policy import Policy
from domain.conversation.requests import StartConversation
from domain.conversation.state import ConversationState
from domain.quality.scenarios import Scenario
from domain.specification.organisation import Mode, OrganisationSpec
from integrations.crm.base import Crm

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""The moment of everything: no clock runs, so that a scenario always comes out alike."""


@dataclass(frozen=True)
class Stage:
    """What the scenarios of an organisation are played with; made once for all of them."""

    specification: OrganisationSpec
    policy: Policy
    drafter: Drafter
    crm: Crm


def opened(stage: Stage, scenario: Scenario) -> ConversationState:
    """As activities.conversation opens one: by its mode, the default AI agent owns it or people do."""
    spec = stage.specification
    mode = spec.ai_agent(spec.default_ai_agent).mode
    co_pilot = mode is Mode.CO_PILOT
    state = ConversationState(
        start=StartConversation(
            organisation=spec.organisation,
            conversation_id=f"scenario-{scenario.id}"[:64],
            channel=scenario.channel,
            customer_id=scenario.customer,
        )
    )
    owner = Owner(kind="human_agent") if co_pilot else Owner(kind="ai_agent", id=spec.default_ai_agent)
    status = Status.WITH_HUMAN if co_pilot else Status.OPEN
    opened = OpenedConversation(spec_hash="", policy=stage.policy, owner=owner, mode=mode, status=status)
    state.adopt(opened, NOW)
    return state
