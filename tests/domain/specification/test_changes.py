"""Differences between two versions, one case for each kind of entry."""

from typing import Any

import pytest

from domain.specification.calendar import BusinessCalendar
from domain.specification.changes import Change, changes_between
from domain.specification.guidelines import Guideline
from domain.specification.organisation import (
    AiAgentSpec,
    ApprovalRule,
    ChannelSpec,
    LadderRung,
    Mode,
    Sensitivity,
    ServiceLevels,
    SpecVersion,
    SuccessMeasure,
    Thresholds,
)
from domain.specification.rules import Rule
from domain.specification.tools import DescribedTool, HttpToolServer, ReadTool
from domain.specification.wording import SpecWording
from tests.organisation import ARTICLES, BILLING, SERVICE, SPECIFICATION, TOPICS, VERSION, article

SMALL, LARGE = ApprovalRule(id="small"), ApprovalRule(id="large", amount_above=100, approvers=2)
RULE = Rule.model_validate(
    {"id": "vip", "description": "Why.", "when": [{"kind": "amount", "above": 5}], "then": "ask_approval"}
)
GUIDELINE = Guideline(id="brief", action="Be brief.")
SHOP = HttpToolServer(id="shop", transport="http", url="https://shop.example/mcp")
LOOK_UP = ReadTool(server="shop", tool="look_up", access="read")


def version(**fields: Any) -> SpecVersion:
    return VERSION.model_copy(update={"specification": SPECIFICATION.model_copy(update=fields)})


def agents(**fields: Any) -> SpecVersion:
    return version(ai_agents=(SERVICE, BILLING.model_copy(update=fields)))


def topics(**fields: Any) -> SpecVersion:
    return version(topics=(*TOPICS[:2], TOPICS[2].model_copy(update=fields), TOPICS[3]))


def articles(*kept: Any) -> SpecVersion:
    return VERSION.model_copy(update={"articles": kept})


PRIVATE = ["private_facts removed: iban", "private_facts added: score"]

CASES: list[tuple[SpecVersion, SpecVersion, list[str]]] = [
    (VERSION, VERSION, []),
    (VERSION, version(name="Two Wheels"), ["name: Bike Shop → Two Wheels"]),
    (version(voice="dry"), version(voice="warm, plain"), ["voice: dry → warm, plain"]),
    (VERSION, version(disclosure="An AI writes to you."), ["disclosure: nothing → An AI writes to you."]),
    (version(private_facts=("iban",)), version(private_facts=("score",)), PRIVATE),
    (
        VERSION,
        version(thresholds=Thresholds(escalate_below=0.6)),
        ["threshold escalate_below: 0.7 → 0.6"],
    ),
    (
        VERSION,
        version(service_levels=ServiceLevels(exchange_limit=3)),
        ["service level exchange_limit: 5 → 3"],
    ),
    (
        version(rules=(RULE,), guidelines=(GUIDELINE,)),
        version(rules=(RULE.model_copy(update={"then": "escalate"}),)),
        ["rule vip, then: ask_approval → escalate", "guideline brief removed: id brief; action Be brief.; priority 0"],
    ),
    (VERSION, agents(escalate_below=0.9), ["AI agent billing, escalate_below: 0.8 → 0.9"]),
    (VERSION, agents(escalate_below=None), ["AI agent billing, escalate_below removed: 0.8"]),
    (agents(escalate_below=None), VERSION, ["AI agent billing, escalate_below added: 0.8"]),
    (VERSION, agents(mode=Mode.DELEGATION), ["AI agent billing, mode: supervision → delegation"]),
    (VERSION, agents(supervised_topics=()), ["AI agent billing, supervised_topics removed: refund"]),
    (
        VERSION,
        agents(can_do=("explain refunds", "explain prices")),
        ["AI agent billing, can_do added: explain prices"],
    ),
    (
        VERSION,
        agents(success=(SuccessMeasure(metric="csat", target=4.5),)),
        ["AI agent billing, success / csat added: metric csat; target 4.5"],
    ),
    (VERSION, agents(tools=(LOOK_UP,)), ["AI agent billing, tools / shop.look_up added: server shop; tool look_up; "]),
    (VERSION, topics(sensitivity=None), ["topic refund, sensitivity removed: financial"]),
    (VERSION, topics(sensitivity=Sensitivity.LEGAL), ["topic refund, sensitivity: financial → legal"]),
    (VERSION, topics(escalate=True), ["topic refund, escalate: no → yes"]),
    (
        VERSION,
        topics(examples=(*TOPICS[2].examples, "give it back")),
        ["topic refund, examples added: give it back"],
    ),
    (VERSION, version(topics=TOPICS[:3]), ["topic warranty removed: id warranty; title Warranty; ai_agent service; "]),
    (VERSION, articles(*ARTICLES[:3]), ["article warranty removed: id warranty; title Warranty; "]),
    (
        VERSION,
        articles(*ARTICLES[:3], ARTICLES[3].model_copy(update={"body": ARTICLES[3].body + "\n- Wait.\n"})),
        ["article warranty, body changed, lines: 2 added, 0 removed"],
    ),
    (
        VERSION,
        articles(*ARTICLES[:3], ARTICLES[3].model_copy(update={"body": ARTICLES[3].body.rstrip("\n")})),
        ["article warranty, body changed, in its line breaks alone"],
    ),
    (
        VERSION,
        articles(*ARTICLES, article("bells", "Bells", "delivery", "They ring.")),
        ["article bells added: id bells; title Bells; topic delivery; body They ring.; "],
    ),
    (VERSION, version(approval_rules=(SMALL,)), ["approval rule small added: id small; approvers 1; roles approver; "]),
    (
        version(approval_rules=(SMALL, LARGE)),
        version(approval_rules=(LARGE, SMALL)),
        ["approval_rules in another order: small, large → large, small"],
    ),
    (
        version(approval_rules=(SMALL, LARGE)),
        version(approval_rules=(SMALL, LARGE.model_copy(update={"approvers": 3}))),
        ["approval rule large, approvers: 2 → 3"],
    ),
    (
        version(ladder=(LadderRung(after_minutes=30, action="remind"),)),
        version(ladder=(LadderRung(after_minutes=60, action="remind"),)),
        ["ladder 1, after_minutes: 30 → 60"],
    ),
    (VERSION, version(wording=SpecWording(clarify="Tell me more?")), ["wording clarify: So that I answer the right"]),
    (
        VERSION,
        version(channels={"web_chat": ChannelSpec(), "email": ChannelSpec()}),
        ["channel email added: burst_window_seconds 0.3"],
    ),
    (
        VERSION,
        version(calendar=BusinessCalendar(timezone="Europe/Vienna")),
        ["calendar timezone: UTC → Europe/Vienna"],
    ),
    (VERSION, version(tool_servers=(SHOP,)), ["tool server shop added: id shop; transport http; url https://shop.exa"]),
    (
        VERSION,
        VERSION.model_copy(
            update={"tools": (DescribedTool(server="shop", name="look_up", input_schema={}, fingerprint="f"),)}
        ),
        ["described tool shop.look_up added: server shop; name look_up; "],
    ),
    (
        VERSION,
        version(out_of_scope_examples=("twice", "twice")),
        [
            "out_of_scope_examples 1: what is the weather tomorrow → twice",
            "out_of_scope_examples 2: write me a poem → twice",
            "out_of_scope_examples removed: who won the match",
        ],
    ),
    (VERSION, version(ai_agents=(BILLING, SERVICE)), ["ai_agents in another order: service, billing → billing, servi"]),
]


@pytest.mark.parametrize(("before", "after", "words"), CASES)
def test_each_change_is_named_in_words(before: SpecVersion, after: SpecVersion, words: list[str]) -> None:
    found = [str(change) for change in changes_between(before, after)]
    assert len(found) == len(words), found
    for said, expected in zip(found, words, strict=True):
        assert said.startswith(expected)


@pytest.mark.parametrize(("before", "after", "_"), CASES)
def test_there_is_a_change_exactly_where_versions_have_another_name(
    before: SpecVersion, after: SpecVersion, _: list[str]
) -> None:
    assert bool(changes_between(before, after)) is (before.content_hash != after.content_hash)
    assert bool(changes_between(after, before)) is (before.content_hash != after.content_hash)


def test_a_change_has_the_values_themselves() -> None:
    after = version(thresholds=Thresholds(escalate_below=0.6), ai_agents=(SERVICE,), topics=TOPICS[:2])
    escalate, *removed = changes_between(VERSION, after)
    assert escalate == Change(path=("thresholds", "escalate_below"), kind="changed", before=0.7, after=0.6)
    assert [(one.path, one.kind) for one in removed] == [
        (("topics", "refund"), "removed"),
        (("topics", "warranty"), "removed"),
        (("ai_agents", "billing"), "removed"),
    ]
    billing = removed[-1].before
    assert AiAgentSpec.model_validate(billing) == BILLING


def test_no_value_is_nothing() -> None:
    assert str(Change(path=("disclosure",), kind="changed", after="An AI.")) == "disclosure: nothing → An AI."


def test_a_long_value_is_cut_for_people_only() -> None:
    (change,) = changes_between(VERSION, agents(instructions="x" * 500))
    assert str(change).endswith("x…")
    assert change.after == "x" * 500
