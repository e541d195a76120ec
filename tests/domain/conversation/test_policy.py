"""The policy is what the conversation needs of its specification, and small."""

from domain.conversation.confidence import Calibration
from domain.conversation.policy import policy_of
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import (
    AiAgentSpec,
    ApprovalRule,
    ChannelSpec,
    LadderStep,
    Mode,
    ModelSpec,
    OrganisationSpec,
    ServiceLevels,
    Thresholds,
    Topic,
    Wording,
)

EXAMPLES = ("one", "two", "three")
SPEC = OrganisationSpec(
    organisation="acme",
    name="Acme",
    default_ai_agent="general",
    crm="directory",
    channels={"web_chat": ChannelSpec(burst_window_seconds=1.5)},
    thresholds=Thresholds(escalate_below=0.6),
    service_levels=ServiceLevels(exchange_limit=3),
    approval_rules=(ApprovalRule(id="large", approvers=2),),
    ladder=(LadderStep(after_minutes=30, action="remind"),),
    calendar=BusinessCalendar(timezone="Europe/Berlin"),
    wording=Wording(handoff="One moment."),
    topics=(
        Topic(id="plans", title="Plans", ai_agent="general", examples=EXAMPLES),
        Topic(id="refunds", title="Refunds", ai_agent="billing", examples=EXAMPLES),
    ),
    ai_agents=(
        AiAgentSpec(id="general", name="Ada", role="first line", can_do=("answer",)),
        AiAgentSpec(id="billing", name="Bo", role="billing", can_do=("explain",), mode=Mode.SUPERVISION),
    ),
)


def test_a_policy_carries_what_the_conversation_decides_with() -> None:
    calibration = Calibration(bias=-1.0, fitted_on=300)
    policy = policy_of(SPEC, calibration)
    assert policy.model_dump(include=SHARED) == SPEC.model_dump(include=SHARED)
    assert policy.burst_window_seconds == {"web_chat": 1.5}
    assert policy.modes == {"general": Mode.DELEGATION, "billing": Mode.SUPERVISION}
    assert policy.calibration == calibration
    assert policy.context_sources == ("directory",)


def test_the_help_desk_is_asked_beside_the_crm() -> None:
    both = SPEC.model_copy(update={"crm": "salesforce", "helpdesk": "zendesk"})
    assert policy_of(both, Calibration()).context_sources == ("salesforce", "zendesk")


SHARED = {"thresholds", "service_levels", "approval_rules", "ladder", "calendar", "wording", "default_ai_agent"}


def test_a_validator_model_is_asked_where_the_specification_names_one() -> None:
    checked = SPEC.model_copy(update={"model": ModelSpec(writer="openai:small", validator="openai:large")})
    assert not policy_of(SPEC, Calibration()).validates
    assert policy_of(checked, Calibration()).validates


def test_a_policy_is_small_enough_to_travel_with_every_run() -> None:
    assert len(policy_of(SPEC, Calibration()).model_dump_json()) < 5_000
