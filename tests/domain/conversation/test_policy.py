"""The policy is what the conversation needs of its specification, and small."""

import gc
import weakref

import pytest

from domain.conversation.confidence import Calibration
from domain.conversation.policy import JourneyEntry, Policy, policy_of, shared
from domain.delivery.channels import EARLIER_TRAITS, ChannelTraits
from domain.language.handoff_notices import handoff_notice
from domain.specification.calendar import BusinessCalendar
from domain.specification.journeys import Journey
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
)
from domain.specification.people import HumanAgentSpec, Members, Team
from domain.specification.rules import Rule
from domain.specification.wording import SpecWording, Wording

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
    wording=SpecWording(handoff="One moment.", handoff_in={"pt": "Um momento."}),
    topics=(
        Topic(id="plans", title="Plans", ai_agent="general", examples=EXAMPLES),
        Topic(id="refunds", title="Refunds", ai_agent="billing", examples=EXAMPLES),
    ),
    ai_agents=(
        AiAgentSpec(id="general", name="Ada", role="first line", can_do=("answer",)),
        AiAgentSpec(id="billing", name="Bo", role="billing", can_do=("explain",), mode=Mode.SUPERVISION),
    ),
)


def test_a_policy_carries_of_people_those_whom_rules_may_ask() -> None:
    """Names, hours and whoever no rule asks stay in the specification."""
    staffed = SPEC.model_copy(
        update={
            "people": (HumanAgentSpec(id="anna", name="Anna Lind"), HumanAgentSpec(id="ben", name="Ben Ek")),
            "teams": (Team(id="money", name="Money", members=("anna",)), Team(id="x", name="X", members=("ben",))),
            "approval_rules": (ApprovalRule(id="large", team="money"),),
        }
    )
    policy = policy_of(staffed, Calibration(), CHANNELS)
    assert policy.members == Members(teams={"money": ("anna",)})
    assert "Lind" not in policy.model_dump_json()
    assert "ben" not in policy.model_dump_json()
    assert policy_of(SPEC, Calibration(), CHANNELS).members == Members()


def test_a_policy_carries_of_rules_what_is_left_to_decide() -> None:
    """Phrases and expressions stay in the specification: they were looked up when the draft was made."""
    when = [{"kind": "words", "phrases": ["lawyer"]}, {"kind": "confidence", "below": 0.9}]
    rule = Rule.model_validate({"id": "law", "description": "Why.", "when": when, "then": "escalate"})
    (carried,) = policy_of(SPEC.model_copy(update={"rules": (rule,)}), Calibration(), CHANNELS).rules
    assert carried == rule.to_decide
    assert "lawyer" not in carried.model_dump_json()
    assert Policy.model_validate_json(Policy(default_ai_agent="x", rules=(carried,)).model_dump_json()).rules == (
        carried,
    )


def test_a_policy_carries_what_the_conversation_decides_with() -> None:
    calibration = Calibration(bias=-1.0, fitted_on=300)
    policy = policy_of(SPEC, calibration, CHANNELS)
    assert policy.model_dump(include=SHARED) == SPEC.model_dump(include=SHARED)
    assert policy.wording == Wording(handoff="One moment.")
    assert policy.handoff_in == {"pt": "Um momento."}
    assert policy.answers_in == ("en",)
    assert policy.burst_window_seconds == {"web_chat": 1.5}
    assert policy.modes == {"general": Mode.DELEGATION, "billing": Mode.SUPERVISION}
    assert policy.calibration == calibration
    assert policy.context_sources == ("directory",)


def test_the_help_desk_is_asked_beside_the_crm() -> None:
    both = SPEC.model_copy(update={"crm": "salesforce", "helpdesk": "zendesk"})
    assert policy_of(both, Calibration(), CHANNELS).context_sources == ("salesforce", "zendesk")


SHARED = {"thresholds", "service_levels", "approval_rules", "ladder", "calendar", "default_ai_agent"}


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


def noticing(**changes: object) -> Policy:
    """A policy that tells customers in other languages what happens, with these changes."""
    channels = {"web_chat": ChannelTraits(stored=True), "phone": ChannelTraits(stored=True, spoken=True)}
    policy = Policy(default_ai_agent="general", channels=channels, answers_in=("en",))
    return policy.model_copy(update=changes)


def test_a_handoff_is_told_in_the_customers_language() -> None:
    told = noticing().handoff_notice("web_chat", "pt")
    assert told == handoff_notice("pt", ["en"])
    assert "Respondemos em inglês." in told


@pytest.mark.parametrize(
    ("policy", "channel", "language", "expected"),
    [
        (noticing(), "web_chat", None, Wording().handoff),
        (noticing(), "web_chat", "sw", Wording().handoff),
        (noticing(), "phone", "pt", Wording().handoff),
        (noticing(handoff_in={"pt": "Um momento."}), "web_chat", "pt", "Um momento."),
        (noticing(handoff_in={"pt": "Um momento."}), "email", "pt", "Um momento."),
        (noticing(handoff_in={"sw": "Subiri kidogo."}), "web_chat", "sw", "Subiri kidogo."),
        (noticing(handoff_in={"pt": "Um momento."}), "web_chat", "es", handoff_notice("es", ["en"])),
        (noticing(handoff_in={"pt": ""}), "web_chat", "pt", handoff_notice("pt", ["en"])),
        (noticing(answers_in=()), "web_chat", "pt", handoff_notice("pt", [])),
        (noticing(wording=Wording(handoff="")), "web_chat", "pt", ""),
    ],
)
def test_the_usual_notice_stands_in_where_there_is_no_other(
    policy: Policy, channel: str, language: str | None, expected: str
) -> None:
    """The organisation's own words come first, a voice reads one language, and no notice stays none."""
    assert policy.handoff_notice(channel, language) == expected


def test_a_policy_is_read_by_workers_that_know_no_other_languages() -> None:
    """They refuse a sentence of the wording that is new to them; what stands beside it they leave alone."""
    assert "handoff_in" not in policy_of(SPEC, Calibration(), CHANNELS).model_dump()["wording"]


def test_the_same_policy_is_held_once_and_another_is_not() -> None:
    text = Policy(default_ai_agent="general", handoff_in={"pt": "Um momento."}).model_dump_json()
    first, second = shared(Policy.model_validate_json(text)), shared(Policy.model_validate_json(text))
    other = shared(Policy(default_ai_agent="billing"))

    assert first is second
    assert first.model_dump_json() == text
    assert other.default_ai_agent == "billing"


def test_a_policy_that_no_conversation_holds_is_not_kept() -> None:
    held = weakref.ref(shared(Policy(default_ai_agent="nobody-else-has-this")))
    gc.collect()
    assert held() is None


def _journey(key: str, *enter_by: str, kind: str = "message") -> Journey:
    step = {"id": "a", "kind": kind, "text": "Hello."} if kind == "message" else {"id": "a", "description": "Words."}
    fields = {"topics": ["plans"], "tools": ["refund"], "enter_by": enter_by, "steps": [step]}
    return Journey.model_validate({"id": key, "title": key, **fields})


def test_it_knows_which_journeys_begin_by_themselves() -> None:
    journeys = (
        _journey("by_topic", "topic", "person"),
        _journey("by_tool", "tool"),
        _journey("by_person", "person", "api"),
        _journey("in_words", "topic", kind="described"),
    )
    policy = policy_of(SPEC.model_copy(update={"journeys": journeys}), Calibration(), CHANNELS)
    assert policy.journeys == (
        JourneyEntry(journey="by_topic", topics=("plans",)),
        JourneyEntry(journey="by_tool", tools=("refund",)),
    )
