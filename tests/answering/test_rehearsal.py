"""Scenarios of a small shop, played: the drafter and the rules are those of a worker."""

from typing import Any

import pytest

from answering.drafting import Drafter
from answering.rehearsal import play
from answering.rehearsed_record import Record
from answering.stage import Stage
from answering.topics.ngram import NgramTopicModel
from domain.conversation.messages import Author
from domain.conversation.policy import policy_of
from domain.conversation.turn import CustomerContext
from domain.identity.directory import Account, Contact, DirectoryImport
from domain.quality.scenarios import CameOfStep, Scenario
from domain.specification.organisation import (
    ApprovalRule,
    ChannelSpec,
    IdentityRules,
    Mode,
    OrganisationSpec,
    ServiceLevels,
    SpecVersion,
)
from domain.specification.people import HumanAgentSpec, Team
from integrations.channels.registry import TRAITS
from integrations.crm.directory import DirectoryCrm
from integrations.llm.local import LocalReplyWriter
from publishing.fitting import fit_models, serving_models
from publishing.rehearsing import FolderDirectory
from tests.organisation import SPECIFICATION, VERSION

RULES = (
    ApprovalRule(id="large", amount_above=250, approvers=2, roles=("approver", "lead")),
    ApprovalRule(id="money", roles=("approver",)),
)
DIRECTORY = DirectoryImport(
    accounts=(Account(id="north", name="North", plan="Gold", seats=1, status="active"),),
    contacts=(
        Contact(id="ada", account="north", name="Ada", email="ada@north.example"),
        Contact(id="bob", account="north", name="Bob", email=""),
    ),
)
FITTED = fit_models(VERSION, ())
REFUND = "I want my 300 EUR back for the bike"
SMALL_REFUND = "I want my 20 EUR back for the bell of the bike"


def stage_of(**changes: Any) -> Stage:
    """The shop with approval rules, and with these parts of its specification."""
    spec: OrganisationSpec = SPECIFICATION.model_copy(update={"approval_rules": RULES, **changes})
    version = SpecVersion(specification=spec, articles=VERSION.articles)
    topics = NgramTopicModel.from_bytes(FITTED.topic_model)
    return Stage(
        specification=spec,
        policy=policy_of(spec, FITTED.calibration, TRAITS),
        drafter=Drafter(serving_models(version, topics, FITTED.calibration), LocalReplyWriter()),
        crm=DirectoryCrm(FolderDirectory(DIRECTORY)),
    )


async def came(stage: Stage, *steps: dict[str, Any], **fields: Any) -> list[CameOfStep]:
    """What came of each step; the last one expects something, because a scenario must."""
    *first, last = steps
    played = [*first, {"expect": {"lacks": ["nobody says this"]}, **last}]
    scenario = Scenario.model_validate({"id": "one", "title": "One", "steps": played, **fields})
    result = await play(stage, scenario)
    return [step.came for step in result.steps]


def says(text: str) -> dict[str, Any]:
    return {"says": text}


def does(what: str, text: str = "", by: str = "lea", roles: tuple[str, ...] = ("approver",)) -> dict[str, Any]:
    return {"does": what, "by": by, "roles": roles, "text": text}


def brief(found: list[CameOfStep]) -> list[tuple[str | None, str]]:
    """Outcome, else effect, and status of each."""
    return [(one.outcome or one.effect, one.status.value) for one in found]


async def test_an_answer_is_sent_and_a_follow_up_greets_no_more() -> None:
    first, second = await came(stage_of(), says("How do I reset my password?"), says("and where is my parcel?"))
    assert (first.outcome, first.reason, first.ai_agent, first.topic) == ("send", "confident", "service", "account")
    assert first.cites == ("password",)
    assert first.text.startswith("Hello")
    assert first.confidence is not None
    assert first.confidence > 0.7
    assert not second.text.startswith("Hello")


async def test_a_draft_waits_and_one_of_two_is_not_enough() -> None:
    asked, once, again, twice = await came(
        stage_of(), says(REFUND), does("approve"), does("approve"), does("approve", by="nils", roles=("lead",))
    )
    assert (asked.outcome, asked.status) == ("ask_approval", "awaiting_approval")
    assert asked.approval is not None
    assert (asked.approval.rule, asked.approval.approvers, asked.approval.roles) == ("large", 2, ("approver", "lead"))
    assert (once.effect, once.status) == ("wait_for_more", "awaiting_approval")
    assert (again.effect, again.refused) == ("refused", "You have approved this already.")
    assert (twice.effect, twice.status, twice.text) == ("send", "open", asked.text)


async def test_only_the_roles_of_the_rule_decide() -> None:
    asked, refused = await came(stage_of(), says(SMALL_REFUND), does("approve", by="tim", roles=("packer",)))
    assert asked.approval is not None
    assert asked.approval.rule == "money"
    assert refused.effect == "refused"
    assert refused.refused == "Only people with the role approver may decide this approval."


async def test_only_the_team_of_the_rule_decides() -> None:
    stage = stage_of(
        approval_rules=(ApprovalRule(id="money", team="till"),),
        people=(HumanAgentSpec(id="lea", name="Lea"),),
        teams=(Team(id="till", name="Till", members=("lea",)),),
    )
    asked, refused, sent = await came(stage, says(SMALL_REFUND), does("approve", by="tim"), does("approve", by="lea"))
    assert asked.approval is not None
    assert (asked.approval.roles, asked.approval.team, asked.approval.skill) == (("approver",), "till", None)
    assert refused.refused == "Only people with the role approver in the team till may decide this approval."
    assert sent.effect == "send"


async def test_an_edited_text_is_what_the_customer_reads() -> None:
    found = await came(stage_of(), says(SMALL_REFUND), does("edit", "We pay it on Friday."))
    assert (found[1].effect, found[1].text, found[1].status) == ("send", "We pay it on Friday.", "open")


async def test_an_edit_under_two_is_approved_by_two_others() -> None:
    lead = ("lead",)
    found = await came(
        stage_of(),
        says(REFUND),
        does("edit", "We pay it on Friday."),
        does("approve"),
        does("approve", by="nils", roles=lead),
        does("approve", by="uta", roles=lead),
    )
    assert [one.effect for one in found[1:]] == ["reapprove_edit", "refused", "wait_for_more", "send"]
    assert found[-1].text == "We pay it on Friday."


async def test_a_rejected_draft_is_not_written_again() -> None:
    asked, rejected = await came(stage_of(), says(SMALL_REFUND), does("reject", "That is wrong, do not say that."))
    assert rejected.effect == "redraft"
    assert asked.text not in rejected.text
    assert rejected.outcome in {"escalate", "ask_approval"}


async def test_another_message_makes_the_approval_stale_and_both_are_answered() -> None:
    first, second, decided = await came(
        stage_of(), says(SMALL_REFUND), says("How long is the warranty on the frame?"), does("approve")
    )
    assert first.status == "awaiting_approval"
    assert (second.outcome, second.status) == ("ask_approval", "awaiting_approval")
    assert second.cites == ("refunds",)
    assert decided.effect == "send"


AI = "You are writing with our AI agent."


async def test_who_writes_is_approved_with_the_first_draft_and_never_said_again() -> None:
    stage = stage_of(disclosure=AI)
    waits, approved, again = await came(stage, says(SMALL_REFUND), does("approve"), says(SMALL_REFUND))
    assert waits.text.startswith(f"{AI}\n\n")
    assert approved.text == waits.text
    assert again.outcome == "ask_approval"
    assert AI not in again.text


async def test_neither_a_person_nor_the_ai_agent_after_them_says_who_writes_again() -> None:
    question = "How do I reset my password?"
    steps = [does("take_over"), does("reply", "I am Lea."), does("hand_back"), says(question)]
    first, _, replied, _, after = await came(stage_of(disclosure=AI), says(question), *steps)
    assert first.text.startswith(AI)
    assert replied.text == "I am Lea."
    assert after.outcome == "send"
    assert AI not in after.text


async def test_where_a_person_answers_first_the_ai_agent_says_who_writes_once_it_replies() -> None:
    question = "How do I reset my password?"
    steps = [does("take_over"), says("Hello?"), does("reply", "I am Lea."), does("hand_back"), says(question)]
    *_, after = await came(stage_of(disclosure=AI), *steps)
    assert after.text.startswith(AI)


async def test_without_an_approval_there_is_nothing_to_decide() -> None:
    found = await came(stage_of(), says("How do I reset my password?"), does("approve"))
    assert found[1].refused is not None
    assert found[1].refused.startswith("There is no open approval")


async def test_a_person_owns_it_until_they_hand_it_back() -> None:
    found = await came(
        stage_of(),
        says("Let me speak to a human"),
        says("Hello?"),
        does("reply", "Hi, this is Lea."),
        does("hand_back"),
        says("How do I reset my password?"),
    )
    assert brief(found) == [
        ("escalate", "with_human"),
        (None, "with_human"),
        (None, "with_human"),
        (None, "open"),
        ("send", "open"),
    ]
    assert found[0].reason == "asked_for_person"
    assert found[0].text == SPECIFICATION.wording.handoff
    assert found[2].text == "Hi, this is Lea."


async def test_what_a_person_did_not_answer_is_answered_after_handing_back() -> None:
    found = await came(stage_of(), does("take_over"), says("How do I reset my password?"), does("hand_back"))
    assert brief(found) == [(None, "with_human"), (None, "with_human"), ("send", "open")]
    assert found[2].cites == ("password",)


async def test_a_takeover_closes_what_waits() -> None:
    found = await came(stage_of(), says(REFUND), does("take_over"), does("approve"))
    assert brief(found) == [("ask_approval", "awaiting_approval"), (None, "with_human"), ("refused", "with_human")]


async def test_questions_back_and_exchanges_are_counted() -> None:
    levels = ServiceLevels(clarification_limit=0, exchange_limit=3)
    [asked_back] = await came(stage_of(), says("it does not work"))
    [never] = await came(stage_of(service_levels=levels), says("it does not work"))
    assert (asked_back.outcome, never.outcome, never.reason) == ("clarify", "escalate", "no_answer")
    asked = [says("How do I reset my password?"), says("How long is the warranty?")]
    found = await came(stage_of(service_levels=levels), *asked, *asked)
    assert [one.reason for one in found] == ["confident", "confident", "confident", "exchange_limit"]


async def test_a_co_pilot_leaves_everything_to_people() -> None:
    service, billing = SPECIFICATION.ai_agents
    co_pilot = stage_of(ai_agents=(service.model_copy(update={"mode": Mode.CO_PILOT}), billing))
    [found] = await came(co_pilot, says("How do I reset my password?"))
    assert brief([found]) == [(None, "with_human")]


async def test_a_co_pilot_to_which_a_topic_leads_sends_nothing_alone() -> None:
    service, billing = SPECIFICATION.ai_agents
    ai_agents = (
        service.model_copy(update={"mode": Mode.CO_PILOT}),
        billing.model_copy(update={"mode": Mode.DELEGATION}),
    )
    found = await came(
        stage_of(ai_agents=ai_agents, default_ai_agent="billing"), says("How do I reset my password?"), does("approve")
    )
    assert (found[0].ai_agent, found[0].reason) == ("service", "supervised")
    assert brief(found) == [("ask_approval", "awaiting_approval"), ("send", "open")]


VERIFYING = {
    "identity": IdentityRules(verify_for=("personal_data",)),
    "channels": {"web_chat": ChannelSpec(), "email": ChannelSpec()},
}


async def test_facts_are_told_to_the_proved_only() -> None:
    [proved] = await came(stage_of(), says("What plan am I on?"), customer="ada")
    [claimed] = await came(stage_of(), says("What plan am I on?"), customer="ada", verified=False)
    [stranger] = await came(stage_of(), says("What plan am I on?"))
    assert "Gold" in proved.text
    assert "Gold" not in claimed.text + stranger.text


async def test_a_code_proves_who_writes() -> None:
    asked, wrong, right = await came(
        stage_of(**VERIFYING),
        says("What plan am I on?"),
        says("it is 111111"),
        says("{code}"),
        customer="ada",
        verified=False,
    )
    assert (asked.outcome, asked.reason, asked.status) == ("verify", "identity", "open")
    assert "a…@n…" in asked.text
    assert wrong.outcome is None
    assert wrong.text == SPECIFICATION.wording.wrong_code
    assert (right.outcome, right.cites) == ("send", ("fact:plan",))
    assert "Gold" in right.text


async def test_a_code_is_asked_for_again_as_long_as_none_is_written() -> None:
    found = await came(
        stage_of(**VERIFYING), says("What plan am I on?"), says("What plan am I on?"), customer="ada", verified=False
    )
    assert [one.outcome for one in found] == ["verify", "verify"]


@pytest.mark.parametrize(
    ("customer", "changes"),
    [("bob", VERIFYING), ("ada", VERIFYING | {"channels": {"web_chat": ChannelSpec()}})],
)
async def test_whom_no_code_can_reach_gets_a_person(customer: str, changes: dict[str, Any]) -> None:
    [found] = await came(stage_of(**changes), says("What plan am I on?"), customer=customer, verified=False)
    assert (found.outcome, found.reason, found.status) == ("escalate", "not_verified", "with_human")


async def test_a_scenario_always_comes_out_alike() -> None:
    steps = (says(REFUND), does("approve"), says("How long is the warranty?"))
    assert await came(stage_of(), *steps) == await came(stage_of(), *steps)


async def test_every_step_is_compared_and_shown_on_one_line() -> None:
    wrong = {"says": "How do I\nreset my password?" + " please" * 40, "expect": {"topic": "delivery"}}
    scenario = Scenario.model_validate({"id": "one", "title": "One", "steps": [wrong, {"does": "take_over"}]})
    result = await play(stage_of(), scenario)
    assert not result.passed
    first, second = result.steps
    assert [difference.what for difference in first.differences] == ["topic"]
    assert (len(first.what), first.what[:30], first.what[-1]) == (120, "How do I reset my password? pl", "…")
    assert (second.number, second.what, second.differences) == (2, "person: take_over", ())


def test_the_record_knows_what_is_unanswered() -> None:
    record = Record()
    record.add(Author.CUSTOMER, "one")
    record.add(Author.SYSTEM, "wait")
    assert [said.text for said in record.unanswered] == ["one"]
    record.add(Author.AI_AGENT, "answer", answers=True)
    record.add(Author.CUSTOMER, "two")
    basis = record.basis(CustomerContext())
    assert basis.unanswered == ("two",)
    assert [said.text for said in basis.transcript] == ["one", "wait", "answer"]
    assert basis.greeted
    assert basis.ai_replied


def test_the_record_shows_the_last_of_a_long_conversation() -> None:
    record = Record()
    for number in range(30):
        record.add(Author.CUSTOMER, f"question {number}")
        record.add(Author.AI_AGENT, f"answer {number}", answers=True)
    record.add(Author.CUSTOMER, "last")
    assert len(record.basis(CustomerContext()).transcript) == 13
