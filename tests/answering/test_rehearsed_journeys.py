"""Journeys in scenarios: messages, answers, AI agents, tools and people move them as in a conversation."""

from typing import Any

import pytest

from answering.stage import Stage
from domain.quality.scenarios import CameOfStep, StandingJourney
from domain.specification.organisation import AiAgentSpec, Mode
from domain.specification.tools import WriteTool
from tests.answering.test_rehearsal import REFUND, came, does, says, stage_of
from tests.answering.test_step_drafts import SHOP
from tests.domain.journeys.journeys import ask, branch, journey, say, use, wait
from tests.organisation import BILLING, SERVICE

PASSWORD = "How do I reset my password?"
TELL = {"id": "tell", "kind": "ai_agent", "ai_agent": "service", "instruction": PASSWORD}
MEET = {"id": "meet", "kind": "check_in", "role": "approver"}


def on_way(*steps: dict[str, Any], agents: tuple[AiAgentSpec, ...] = (SERVICE, BILLING), **more: Any) -> Stage:
    """The shop with the journey `way`."""
    fields = {"enter_by": ["person", "topic"], "topics": ["account"]} | more
    part = journey(say("in"), key="inner")
    return stage_of(journeys=(journey(*steps, **fields), part), ai_agents=agents)


def asks(what: str, *, by: str = "lea", roles: tuple[str, ...] = ("approver",), **more: Any) -> dict[str, Any]:
    return does(what, by=by, roles=roles) | more


ENTER = asks("enter_journey", journey="way")


def at(one: CameOfStep) -> tuple[str, ...]:
    [standing] = one.journeys
    return standing.at


async def test_a_reply_on_its_topic_enters_it_once_and_what_it_says_follows_the_reply() -> None:
    stage = on_way(say("hint", "size"), ask("size", "bye", answer="number"), say("bye"))
    elsewhere, entered, answered, again = await came(
        stage, says("where is my parcel?"), says(PASSWORD), says("12"), says(PASSWORD)
    )
    assert elsewhere.journeys == ()
    assert entered.journeys == (StandingJourney(id="way", at=("size",)),)
    assert (entered.outcome, entered.text.endswith("\n\nhint\n\nsize?")) == ("send", True)
    assert (answered.outcome, answered.text) == (None, "bye")
    assert answered.journeys == again.journeys == (StandingJourney(id="way", ended="completed"),)


async def test_what_is_no_answer_is_replied_to_and_the_question_stays_open() -> None:
    entered, other, answered = await came(
        on_way(ask("size", "bye", answer="number"), say("bye")), ENTER, says(PASSWORD), says("12")
    )
    assert (at(entered), at(other), other.outcome) == (("size",), ("size",), "send")
    assert answered.journeys[0].ended == "completed"


async def test_an_answer_says_which_way_is_gone() -> None:
    large = branch("large", {"answer": "size", "above": 50, "next": "meet"}, otherwise="bye")
    steps = (ask("size", "large", answer="number"), large, MEET, say("bye"))
    assert at((await came(on_way(*steps), ENTER, says("60")))[1]) == ("meet",)
    assert (await came(on_way(*steps), ENTER, says("12")))[1].text == "bye"


@pytest.mark.parametrize(("customer", "ended"), [("ada", "rich"), (None, "poor")])
async def test_a_fact_says_which_way_is_gone(customer: str | None, ended: str) -> None:
    gold = branch("split", {"fact": "plan", "equals": "gold", "next": "rich"}, otherwise="poor")
    [one] = await came(on_way(gold, say("rich"), say("poor")), ENTER, customer=customer)
    assert one.text == ended


async def test_an_ai_agent_writes_what_its_step_asks_for() -> None:
    [one] = await came(on_way(TELL | {"next": "meet"}, MEET), ENTER)
    assert ("link" in one.text.lower(), at(one), one.status) == (True, ("meet",), "open")


async def test_what_an_ai_agent_writes_may_wait_for_people() -> None:
    supervised = SERVICE.model_copy(update={"mode": Mode.SUPERVISION, "supervised_topics": ("account",)})
    stage = on_way(TELL | {"next": "meet"}, MEET, agents=(supervised, BILLING))
    asked, rejected, approved = await came(stage, ENTER, does("reject", "shorter"), does("approve"))
    assert (asked.status, asked.approval is not None, at(asked)) == ("awaiting_approval", True, ("tell",))
    assert (rejected.effect, at(rejected)) == ("redraft", ("tell",))
    if rejected.status == "awaiting_approval":
        assert (approved.effect, at(approved)) == ("send", ("meet",))


async def test_a_step_that_is_skipped_makes_its_approval_stale() -> None:
    supervised = SERVICE.model_copy(update={"mode": Mode.SUPERVISION, "supervised_topics": ("account",)})
    stage = on_way(TELL | {"next": "meet"}, MEET, agents=(supervised, BILLING))
    asked, skipped, refused = await came(stage, ENTER, asks("skip_step", step="tell"), does("approve"))
    assert (asked.status, skipped.status, at(skipped)) == ("awaiting_approval", "open", ("meet",))
    assert (skipped.approval, refused.effect) == (None, "refused")


def paying(approval: str) -> Stage:
    """A tool is used, with or without people, and then something is said."""
    tool = WriteTool.model_validate({"access": "write", "server": "shop", "tool": "refund", "approval": approval})
    pays = use("pay", "bye", ai_agent="service", otherwise="sorry")
    way = journey(pays, say("bye"), say("sorry"), enter_by=["person"])
    then = journey(say("thanks"), key="then", enter_by=["tool"], tools=["refund"])
    service = SERVICE.model_copy(update={"tools": (tool,)})
    return stage_of(journeys=(way, then), ai_agents=(service, BILLING), tool_servers=(SHOP,))


async def test_a_tool_counts_as_used_where_nobody_is_asked_and_may_begin_a_journey() -> None:
    [alone] = await came(paying("never"), ENTER)
    assert {(one.id, one.ended) for one in alone.journeys} == {("way", "completed"), ("then", "completed")}
    assert set(alone.text.split()) == {"bye", "thanks"}


@pytest.mark.parametrize(("decision", "text"), [("approve", {"bye", "thanks"}), ("reject", {"sorry"})])
async def test_a_tool_waits_for_its_approval(decision: str, text: set[str]) -> None:
    asked, decided = await came(paying("always"), ENTER, does(decision, "no"))
    assert (asked.status, at(asked)) == ("awaiting_approval", ("pay",))
    assert (set(decided.text.split()), decided.status) == (text, "open")


async def test_events_confirmations_and_ways_at_once() -> None:
    both = {"id": "both", "kind": "parallel", "branches": ["hold", "sub"], "next": "meet"}
    sub = {"id": "sub", "kind": "journey", "journey": "inner"}
    stage = on_way(both, wait("hold", event="go"), sub, MEET)
    entered, told, refused, confirmed, over = await came(
        stage,
        ENTER,
        asks("tell_event", event="go"),
        asks("confirm_step", step="meet", roles=("support",)),
        asks("confirm_step", step="meet"),
        asks("confirm_step", step="meet"),
    )
    assert (set(at(entered)), entered.text, at(told)) == ({"both", "both/hold"}, "in", ("meet",))
    assert (refused.effect, refused.refused) == ("refused", "Only people with the role approver may confirm this.")
    assert (confirmed.effect, confirmed.journeys[0].ended) == (None, "completed")
    assert over.refused == "The customer is on no such journey."


async def test_it_is_left_and_entered_again() -> None:
    stage = on_way(wait("hold", event="go"))
    first, twice, left, again = await came(stage, ENTER, ENTER, asks("leave_journey"), ENTER)
    assert (at(first), twice.refused) == (("hold",), "The customer is on this journey.")
    assert left.journeys == (StandingJourney(id="way", ended="left"),)
    assert again.journeys == (StandingJourney(id="way", at=("hold",)),)


@pytest.mark.parametrize("wanted", ["nothing", "inner"])
async def test_only_what_people_may_begin_is_entered(wanted: str) -> None:
    [one] = await came(on_way(say("hello")), asks("enter_journey", journey=wanted))
    assert (one.effect, one.journeys) == ("refused", ())
    assert one.refused == f"People do not begin the journey {wanted}: see its enter_by."


async def test_while_a_person_owns_the_conversation_the_journey_waits() -> None:
    stage = on_way(wait("hold", "bye", event="go"), say("bye"))
    _, _, told, back = await came(stage, ENTER, does("take_over"), asks("tell_event", event="go"), does("hand_back"))
    assert (told.text, at(told)) == ("", ("bye",))
    assert (back.text, back.journeys[0].ended) == ("bye", "completed")


async def test_a_draft_that_waits_holds_the_next_step() -> None:
    stage = on_way(wait("hold", "bye", event="go"), say("bye"))
    _, asked, told, approved = await came(
        stage, ENTER, says(REFUND.replace("300", "20")), asks("tell_event", event="go"), does("approve")
    )
    assert (asked.status, told.text) == ("awaiting_approval", "")
    assert approved.text.endswith("\n\nbye")
