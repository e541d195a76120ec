"""Journeys against a real server: the conversation says everything, each thing once, while the AI side owns it."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.conversation.ownership import Owner, Person, Status
from domain.conversation.policy import JourneyEntry, Policy
from domain.conversation.requests import CarryOutStep, DecideApproval, EnterJourney, HandBack, Resolve, TakeOver
from domain.journeys.plan import Plan
from domain.journeys.work import Say, StepReport
from domain.specification.organisation import ServiceLevels
from domain.tools.calls import CalledTool
from tests.domain.journeys.journeys import ask, branch, journey, say, use, wait
from tests.workflows.conftest import ANNA, BEN
from tests.workflows.fakes import SURE, FakeActivities
from tests.workflows.journeys.conftest import COACH, Travel, Trip, on_way, onboarding
from workflows.conversation.workflow import ConversationWorkflow
from workflows.journeys.workflow import JourneyWorkflow

TELL = {"id": "tell", "kind": "ai_agent", "ai_agent": "general", "instruction": "Explain it."}
MEET = {"id": "meet", "kind": "check_in", "role": "coach"}


def failing(status: str = "failed") -> CalledTool:
    return CalledTool.model_validate({"status": status, "at": datetime.now(UTC)})


async def test_onboarding_runs_to_its_end(travel: Travel) -> None:
    fakes = FakeActivities()
    fakes.plans["onboarding"] = Plan.of(onboarding(), ())
    async with travel(fakes, "onboarding") as trip:
        await trip.asked_for("ask_email")
        await trip.conversation.says("what do you need that for?")
        await trip.conversation.answered(1)
        await trip.conversation.says("Ada@North.example")
        await trip.at("activation")
        await trip.ask("tell_event", event="first_project")
        await trip.at("check_in")
        await trip.ask("confirm_step", step="check_in", note="They are happy.")
        assert await trip.ended() == "completed"
        said = [text.split()[0] for text in trip.said() if text]
        assert said == ["Welcome", "So", "Your"]
        drafts = [one.work for one in fakes.generated if one.work]
        assert [(work.ai_agent, work.kind) for work in drafts] == [("security", "instruct"), ("onboarding", "instruct")]
        assert len(fakes.delivered) == len(set(fakes.delivered)) == 6
        assert trip.outcomes() == [
            (step, "done") for step in ("welcome", "ask_email", "secure", "tour", "activation", "success", "check_in")
        ]


async def test_a_step_is_said_as_its_ai_agent_or_as_the_organisation(travel: Travel) -> None:
    async with travel(on_way(say("a", "b", ai_agent="general"), say("b"))) as trip:
        assert await trip.ended() == "completed"
        assert [(one.author, one.author_id, one.kind) for one in trip.fakes.deliveries] == [
            ("ai_agent", "general", "notice"),
            ("system", "platform", "notice"),
        ]


async def test_an_answer_gets_no_reply_and_anything_else_does(travel: Travel) -> None:
    async with travel(on_way(ask("size", "bye", answer="number"), say("bye"))) as trip:
        await trip.asked_for("size")
        await trip.conversation.says("why do you ask?")
        await trip.conversation.answered(1)
        await trip.conversation.says("12")
        assert await trip.ended() == "completed"
        assert trip.fakes.unanswered == []
        assert len(trip.fakes.generated) == 1


async def test_an_answer_among_other_messages_counts_and_the_others_are_answered(travel: Travel) -> None:
    async with travel(on_way(ask("size", "bye", answer="number"), say("bye"))) as trip:
        await trip.asked_for("size")
        gate = trip.fakes.hold("generate_reply")
        await trip.conversation.says("what does that cost?", "m1")
        await gate.reached.wait()
        await trip.conversation.says("12", "m2")
        await trip.conversation.until(lambda state: state.journeys.question is None)
        gate.opened.set()
        assert await trip.ended() == "completed"
        await trip.conversation.settled()
        assert trip.fakes.unanswered == []


async def test_after_so_many_attempts_the_journey_goes_another_way(travel: Travel) -> None:
    async with travel(on_way(ask("size", answer="number", attempts=1, otherwise="sorry"), say("sorry"))) as trip:
        await trip.asked_for("size")
        await trip.conversation.says("why?")
        assert await trip.ended() == "completed"
        assert trip.outcomes() == [("size", "unanswered"), ("sorry", "done")]


async def test_asking_for_a_person_wins_over_an_open_question(travel: Travel) -> None:
    fakes = on_way(ask("name", "bye"), say("bye"))
    async with travel(fakes) as trip:
        await trip.asked_for("name")
        fakes.evidence = SURE.model_copy(update={"asks_for_person": True})
        await trip.conversation.says("I want to talk to a human")
        await trip.conversation.until(lambda state: state.status is Status.WITH_HUMAN)
        assert (await trip.run()).progress.answers == {}
        await trip.at("name")


async def test_with_a_person_the_journey_waits_and_it_goes_on_after_the_hand_back(travel: Travel) -> None:
    async with travel(on_way(wait("hold", "bye", event="go"), say("bye"))) as trip:
        await trip.at("hold")
        await trip.conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await trip.conversation.until(lambda state: not state.owned_by_ai)
        await trip.ask("tell_event", event="go")
        await trip.at("bye")
        state = await trip.conversation.until(lambda state: len(state.journeys.steps) == 1)
        assert (state.journeys.steps[0].work, trip.said()) == (Say(text="bye"), [])
        await trip.conversation.ask(HandBack(request_id="h1", by=ANNA))
        assert await trip.ended() == "completed"
        assert trip.said() == ["bye"]


async def test_what_is_about_to_be_said_at_a_takeover_is_said_after_the_hand_back_once(travel: Travel) -> None:
    fakes = on_way(say("hello", ai_agent="general"))
    gate = fakes.hold("deliver_message")
    async with travel(fakes) as trip:
        await gate.reached.wait()
        await trip.conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await trip.conversation.until(lambda state: not state.owned_by_ai)
        gate.opened.set()
        await trip.until(lambda run: run.progress.active[0].attempt == 2)
        assert fakes.delivered == []
        await trip.conversation.ask(HandBack(request_id="h1", by=ANNA))
        assert await trip.ended() == "completed"
        assert len(fakes.delivered) == 1


async def test_a_customer_who_writes_meanwhile_is_answered_before_the_next_step(travel: Travel) -> None:
    fakes = on_way(TELL)
    gate = fakes.hold("generate_reply")
    async with travel(fakes) as trip:
        await gate.reached.wait()
        await trip.conversation.says("a question", "m1")
        await trip.conversation.until(lambda _: "m1" in fakes.recorded)
        gate.opened.set()
        assert await trip.ended() == "completed"
        assert [one.work is None for one in fakes.generated] == [False, True, False]
        assert len(fakes.delivered) == 2


async def test_what_an_ai_agent_writes_may_need_an_approval(travel: Travel) -> None:
    fakes = on_way(TELL)
    fakes.evidence = SURE.model_copy(update={"supervised": True})
    async with travel(fakes) as trip:
        await trip.conversation.until(lambda state: state.approval is not None)
        approval = fakes.approvals[0].approval
        decision = {"request_id": "d1", "by": ANNA, "action": "approve", "approval_id": approval.approval_id}
        await trip.conversation.ask(DecideApproval.model_validate(decision))
        assert await trip.ended() == "completed"
        assert (approval.text, trip.outcomes()) == ("general: Explain it.", [("tell", "done")])


async def test_a_rejected_text_is_written_again_with_the_reason(travel: Travel) -> None:
    fakes = on_way(TELL)
    fakes.evidences = [SURE.model_copy(update={"supervised": True})]
    async with travel(fakes) as trip:
        await trip.conversation.until(lambda state: state.approval is not None)
        approval_id = fakes.approvals[0].approval.approval_id
        decision = {"request_id": "d1", "by": ANNA, "action": "reject", "approval_id": approval_id, "reason": "shorter"}
        await trip.conversation.ask(DecideApproval.model_validate(decision))
        assert await trip.ended() == "completed"
        last = fakes.generated[-1]
        assert (last.instruction, last.work is not None) == ("shorter", True)


async def test_a_tool_is_used_once_and_then_the_journey_goes_on(travel: Travel) -> None:
    fakes = on_way(ask("order", "pay"), use("pay", "bye", arguments={"order": {"answer": "order"}}), say("bye"))
    async with travel(fakes) as trip:
        await trip.asked_for("order")
        await trip.conversation.says("A-1001")
        assert await trip.ended() == "completed"
        [call] = fakes.called
        assert (call.action.tool, call.action.arguments, call.expected_revision) == ("refund", {"order": "A-1001"}, 1)
        assert trip.said() == ["order?", "bye"]


@pytest.mark.parametrize("status", ["failed", "in_doubt"])
async def test_a_tool_that_did_not_do_it_never_counts_as_done(travel: Travel, status: str) -> None:
    fakes = on_way(use("pay", "bye"), say("bye"))
    fakes.tool_says = [failing(status)]
    async with travel(fakes) as trip:
        await trip.until(lambda run: run.progress.active[:1] != () and run.progress.active[0].failed)
        await trip.conversation.until(lambda state: state.status is Status.WITH_HUMAN)
        assert (trip.outcomes(), trip.said()) == ([], [])
        await trip.conversation.ask(HandBack(request_id="h1", by=ANNA))
        await trip.ask("resume_journey")
        assert await trip.ended() == "completed"
        assert len({call.call_key for call in fakes.called}) == 2
        assert trip.outcomes() == [("pay", "done"), ("bye", "done")]


async def test_a_tool_that_failed_may_lead_elsewhere(travel: Travel) -> None:
    fakes = on_way(use("pay", "bye", otherwise="sorry"), say("bye"), say("sorry"))
    fakes.tool_says = [failing()]
    async with travel(fakes) as trip:
        await trip.at("sorry")
        await trip.conversation.ask(HandBack(request_id="h1", by=ANNA))
        assert await trip.ended() == "completed"
        assert trip.outcomes() == [("pay", "failed"), ("sorry", "done")]


async def test_a_tool_waits_for_its_approval_and_says_nothing(travel: Travel) -> None:
    fakes = on_way(use("pay"))
    fakes.tool_waits = True
    async with travel(fakes) as trip:
        await trip.conversation.until(lambda state: state.approval is not None)
        assert fakes.called == []
        approval_id = fakes.approvals[0].approval.approval_id
        decision = {"request_id": "d1", "by": BEN, "action": "approve", "approval_id": approval_id}
        await trip.conversation.ask(DecideApproval.model_validate(decision))
        assert await trip.ended() == "completed"
        assert (len(fakes.called), fakes.delivered) == (1, [])


async def test_a_tool_whose_approval_is_rejected_was_not_used(travel: Travel) -> None:
    fakes = on_way(use("pay", otherwise="sorry"), say("sorry"))
    fakes.tool_waits = True
    async with travel(fakes) as trip:
        await trip.conversation.until(lambda state: state.approval is not None)
        approval_id = fakes.approvals[0].approval.approval_id
        decision = {"request_id": "d1", "by": BEN, "action": "reject", "approval_id": approval_id, "reason": "too much"}
        await trip.conversation.ask(DecideApproval.model_validate(decision))
        assert await trip.ended() == "completed"
        assert (fakes.called, trip.outcomes()) == ([], [("pay", "failed"), ("sorry", "done")])


async def test_branches_parallel_ways_and_sub_journeys(travel: Travel) -> None:
    inner = journey(say("in"), key="inner")
    fakes = on_way(
        branch("split", {"fact": "plan", "equals": "gold", "next": "both"}, otherwise="poor"),
        say("poor"),
        {"id": "both", "kind": "parallel", "branches": ["a", "sub"], "next": "bye"},
        say("a"),
        {"id": "sub", "kind": "journey", "journey": "inner"},
        say("bye"),
        parts=(inner,),
    )
    fakes.facts = {"plan": "Gold"}
    async with travel(fakes) as trip:
        assert await trip.ended() == "completed"
        assert sorted(trip.said()[:2]) == ["a", "in"]
        assert trip.said()[2:] == ["bye"]


async def test_a_step_may_be_skipped_and_the_question_is_not_open_any_more(travel: Travel) -> None:
    async with travel(on_way(ask("name", "hold"), wait("hold", event="go"))) as trip:
        await trip.asked_for("name")
        await trip.ask("skip_step", step="name")
        await trip.at("hold")
        await trip.conversation.until(lambda state: state.journeys.question is None)
        assert trip.outcomes() == [("name", "skipped")]


async def test_a_paused_journey_says_nothing_until_it_is_resumed(travel: Travel) -> None:
    async with travel(on_way(wait("hold", "bye", event="go"), say("bye"))) as trip:
        await trip.at("hold")
        await trip.ask("pause_journey")
        await trip.ask("tell_event", event="go")
        await trip.until(lambda run: run.progress.paused and run.progress.active[0].path == "bye")
        assert trip.said() == []
        await trip.ask("resume_journey")
        assert await trip.ended() == "completed"
        assert trip.said() == ["bye"]


async def test_a_journey_that_is_left_says_nothing_more(travel: Travel) -> None:
    async with travel(on_way(ask("name", "bye"), say("bye"))) as trip:
        await trip.asked_for("name")
        await trip.ask("leave_journey")
        assert await trip.ended() == "left"
        state = await trip.conversation.state()
        assert (state.journeys.question, state.journeys.steps, trip.said()) == (None, (), ["name?"])
        assert [note.kind for one in trip.fakes.journeys for note in one.notes] == ["journey_entered", "journey_left"]


async def test_what_is_asked_while_it_ends_is_refused_and_not_left_without_an_answer(travel: Travel) -> None:
    async with travel(on_way(wait("hold", event="go"))) as trip:
        await trip.at("hold")
        record = trip.fakes.hold("record_journey")
        await trip.ask("leave_journey", "r1")
        await record.reached.wait()
        await trip.ask("pause_journey", "r2")
        record.opened.set()
        assert await trip.handle.result() is None
        notes = [(note.request_id, note.kind) for one in trip.fakes.journeys for note in one.notes]
        assert notes == [("e1", "journey_entered"), ("r1", "journey_left"), ("r2", "journey_request_refused")]


async def test_two_copies_of_each_signal_count_once(travel: Travel) -> None:
    async with travel(
        on_way(ask("name", "hold"), wait("hold", "meet", event="go"), MEET | {"next": "end"}, wait("end", event="go"))
    ) as trip:
        await trip.enter()
        await trip.enter()
        await trip.asked_for("name")
        [question] = [one for one in trip.fakes.deliveries if one.text == "name?"]
        again = CarryOutStep(run=trip.handle.id, key=question.message_key, work=Say(text="again"))
        for _ in range(2):
            await trip.conversation.handle.signal(ConversationWorkflow.carry_out_step, again)
        await trip.conversation.says("Ada", "m1")
        await trip.conversation.says("Ada", "m1")
        await trip.at("hold")
        report = StepReport(key=question.message_key, status="done", answer="Bob")
        await trip.handle.signal(JourneyWorkflow.report_step, report)
        for _ in range(2):
            await trip.ask("tell_event", "r1", event="go")
        await trip.at("meet")
        for _ in range(2):
            await trip.ask("confirm_step", "r2", step="meet")
        run = await trip.at("end")
        for _ in range(2):
            await trip.ask("pause_journey", "r3")
            await trip.ask("resume_journey", "r4")
        for _ in range(2):
            await trip.ask("leave_journey", "r5")
        assert await trip.ended() == "left"
        assert (run.progress.answers, trip.said()) == ({"name": "Ada"}, ["name?"])
        notes = [note.request_id for one in trip.fakes.journeys for note in one.notes]
        assert notes == ["e1", "r1", "r2", "r3", "r4", "r5"]


async def test_a_check_in_is_confirmed_by_its_role_only(travel: Travel) -> None:
    async with travel(on_way(MEET)) as trip:
        await trip.at("meet")
        await trip.ask("confirm_step", step="meet", by=Person(id="zoe"))
        await trip.until(lambda run: not run.requests and len(run.seen) == 1)
        await trip.at("meet")
        await trip.ask("confirm_step", step="meet", by=COACH)
        assert await trip.ended() == "completed"
        kinds = [note.kind for one in trip.fakes.journeys for note in one.notes]
        assert kinds == ["journey_entered", "journey_request_refused", "journey_step_confirmed"]


async def test_a_promise_that_is_overdue_goes_to_a_person_once(travel: Travel) -> None:
    promise = {
        "id": "call",
        "kind": "promise",
        "promise": "A call",
        "within_hours": 4,
        "overdue_to": "lead",
        "kept_by": "called",
    }
    async with travel(on_way(promise)) as trip:
        await trip.at("call")
        await trip.pass_time(timedelta(hours=5))
        await trip.conversation.until(lambda state: state.status is Status.WITH_HUMAN)
        assert [one.reason for one in trip.fakes.escalations] == ["promise_overdue"]
        await trip.ask("tell_event", event="called")
        assert await trip.ended() == "completed"
        assert len(trip.fakes.escalations) == 1


async def test_a_reply_on_its_topic_begins_a_journey_once(travel: Travel) -> None:
    policy = Policy(default_ai_agent="general", journeys=(JourneyEntry(journey="plans", topics=("plans",)),))
    fakes = FakeActivities(policy)
    fakes.plans |= {"plans": Plan.of(journey(say("hint")), ()), "way": Plan.of(journey(say("way")), ())}
    async with travel(fakes) as trip:
        assert await trip.ended() == "completed"
        for number in (1, 2):
            await trip.conversation.says(f"question {number}")
            await trip.conversation.answered(number)
        other = Trip(trip.conversation, "plans")
        assert await other.ended() == "completed"
        assert trip.said().count("hint") == 1


async def test_a_tool_begins_a_journey(travel: Travel) -> None:
    policy = Policy(default_ai_agent="general", journeys=(JourneyEntry(journey="thanks", tools=("refund",)),))
    fakes = FakeActivities(policy)
    fakes.plans |= {"way": Plan.of(journey(use("pay")), ()), "thanks": Plan.of(journey(say("thanks")), ())}
    async with travel(fakes) as trip:
        assert await trip.ended() == "completed"
        assert await Trip(trip.conversation, "thanks").ended() == "completed"
        assert trip.said() == ["thanks"]


async def test_a_journey_that_the_specification_does_not_have_is_refused(travel: Travel) -> None:
    async with travel(FakeActivities()) as trip:
        assert await trip.ended() == "left"
        assert [one.state for one in trip.fakes.journeys] == ["refused"]


async def test_a_resolved_conversation_stays_open_for_its_journey_and_an_answer_reopens_it(travel: Travel) -> None:
    closes_at_once = Policy(default_ai_agent="general", service_levels=ServiceLevels(reopen_days=1e-9))
    async with travel(on_way(wait("hold", "name", event="go"), ask("name"), policy=closes_at_once)) as trip:
        await trip.at("hold")
        await trip.conversation.ask(Resolve(request_id="r1", by=ANNA))
        await trip.conversation.until(lambda state: state.status is Status.RESOLVED)
        await trip.ask("tell_event", event="go")
        await trip.asked_for("name")
        assert (await trip.conversation.state()).status is Status.RESOLVED
        await trip.conversation.says("Ada")
        assert await trip.ended() == "completed"
        state = await trip.conversation.settled()
        assert (state.status, state.owner, trip.fakes.generated) == (
            Status.OPEN,
            Owner(kind="ai_agent", id="general"),
            [],
        )


async def test_it_can_be_entered_again_once_it_has_ended(travel: Travel) -> None:
    async with travel(on_way(say("hello"))) as trip:
        assert await trip.ended() == "completed"
        await trip.enter("e2")
        await trip.conversation.until(lambda _: len(trip.fakes.delivered) == 2)
        assert len(set(trip.fakes.delivered)) == 2


async def test_an_entry_for_nobody_is_no_second_journey(travel: Travel) -> None:
    async with travel(on_way(wait("hold", event="go"))) as trip:
        await trip.at("hold")
        request = EnterJourney(request_id="e2", by=ANNA, journey="way")
        await trip.conversation.handle.signal(ConversationWorkflow.enter_journey, request)
        await trip.conversation.until(lambda state: not state.journeys.entering)
        assert (await trip.run()).start.entry == "e1"
