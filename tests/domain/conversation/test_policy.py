"""The policy is what the conversation needs of its specification, and small."""

from domain.conversation.confidence import Calibration
from domain.conversation.policy import Policy, policy_of
from domain.delivery.channels import EARLIER_TRAITS, ChannelTraits
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import (
    AiAgentSpec,
    ApprovalRule,
    ChannelSpec,
    LadderRung,
    Mode,
    ModelSpec,
    OrganisationSpec,
    ServiceLevels,
    Thresholds,
    Topic,
    Wording,
)

CHANNELS = {"web_chat": ChannelTraits(live=True, stored=True), "post": ChannelTraits()}
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
    ladder=(LadderRung(after_minutes=30, action="remind"),),
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
    policy = policy_of(SPEC, calibration, CHANNELS)
    assert policy.model_dump(include=SHARED) == SPEC.model_dump(include=SHARED)
    assert policy.burst_window_seconds == {"web_chat": 1.5}
    assert policy.modes == {"general": Mode.DELEGATION, "billing": Mode.SUPERVISION}
    assert policy.calibration == calibration
    assert policy.context_sources == ("directory",)


def test_the_help_desk_is_asked_beside_the_crm() -> None:
    both = SPEC.model_copy(update={"crm": "salesforce", "helpdesk": "zendesk"})
    assert policy_of(both, Calibration(), CHANNELS).context_sources == ("salesforce", "zendesk")


SHARED = {"thresholds", "service_levels", "approval_rules", "ladder", "calendar", "wording", "default_ai_agent"}


def test_a_validator_model_is_asked_where_the_specification_names_one() -> None:
    checked = SPEC.model_copy(update={"model": ModelSpec(writer="openai:small", validator="openai:large")})
    assert not policy_of(SPEC, Calibration(), CHANNELS).validates
    assert policy_of(checked, Calibration(), CHANNELS).validates


def test_a_policy_is_small_enough_to_travel_with_every_run() -> None:
    assert len(policy_of(SPEC, Calibration(), CHANNELS).model_dump_json()) < 5_000


def test_a_policy_carries_the_traits_of_its_channels() -> None:
    policy = policy_of(SPEC, Calibration(), CHANNELS)
    assert policy.traits_of("web_chat").stored
    for unknown in ("post", "pigeon", None):
        assert policy.traits_of(unknown) == ChannelTraits()


def test_a_policy_of_before_it_carried_traits_goes_by_those_of_then() -> None:
    earlier = policy_of(SPEC, Calibration(), CHANNELS).model_dump(mode="json", exclude={"channels"})
    read = Policy.model_validate(earlier)
    assert read.channels == EARLIER_TRAITS
    assert [read.traits_of(kind).stored for kind in ("web_chat", "phone", "sms", "email")] == [True, True, False, False]
    assert [read.traits_of(kind).live for kind in ("web_chat", "phone", "slack", "email")] == [True, True, True, False]
