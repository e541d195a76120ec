"""Conversations with a customer on a journey, for golden histories of both workflows."""

from contextlib import suppress

from temporalio.client import WorkflowFailureError

from domain.conversation.ownership import Status
from domain.conversation.requests import DecideApproval
from tests.domain.journeys.journeys import ask, branch, say, wait
from tests.workflows.conftest import ANNA, Conversation
from tests.workflows.journeys.conftest import COACH, Trip

TELL = {"id": "tell", "kind": "ai_agent", "ai_agent": "general", "instruction": "Explain it."}
MEET = {"id": "meet", "kind": "check_in", "role": "coach"}
WHOLE = (
    say("hello", "size", ai_agent="general"),
    ask("size", "large", answer="number"),
    branch("large", {"answer": "size", "above": 50, "next": "meet"}, otherwise="tell"),
    TELL | {"next": "hold"},
    wait("hold", "meet", event="go", hours=48),
    MEET,
)
WAITING = (TELL | {"next": "hold"}, wait("hold", event="go"))


def decide(approval_id: str) -> DecideApproval:
    return DecideApproval(request_id="d1", by=ANNA, action="approve", approval_id=approval_id)


async def entered(conversation: Conversation) -> Trip:
    trip = Trip(conversation, "way")
    await trip.enter()
    await trip.run()
    return trip


async def journey_to_its_end(conversation: Conversation) -> None:
    """Message, question, branch, AI agent step, event, and check-in, with a question of the customer in between."""
    trip = await entered(conversation)
    await trip.asked_for("size")
    await conversation.says("why do you ask?", "m1")
    await conversation.answered(1)
    await conversation.says("12", "m2")
    await trip.at("hold")
    await conversation.until(lambda s: not s.journeys.reports)
    await trip.ask("tell_event", "r1", event="go")
    await trip.at("meet")
    await trip.ask("confirm_step", "r2", step="meet", note="They are happy.", by=COACH)
    await trip.ended()


async def step_skipped_while_asked(conversation: Conversation) -> None:
    """The approval of what an AI agent wrote for a step is decided when the step was skipped."""
    trip = await entered(conversation)
    await conversation.until(lambda s: s.approval is not None)
    approval_id = conversation.fakes.approvals[0].approval.approval_id
    await trip.ask("skip_step", "r1", step="tell")
    await trip.at("hold")
    await conversation.until(lambda s: s.approval is None and s.shown.text.startswith(Status.OPEN))
    await conversation.ask(decide(approval_id))
    await conversation.until(lambda _: bool(conversation.fakes.decisions))


async def step_skipped_while_drafted(conversation: Conversation) -> None:
    """An AI agent still writes for a step when that is skipped."""
    gate = conversation.fakes.hold("generate_reply")
    trip = await entered(conversation)
    await gate.reached.wait()
    await trip.ask("skip_step", "r1", step="tell")
    await trip.at("hold")
    await conversation.until(lambda s: not s.journeys.steps)
    gate.opened.set()
    await conversation.until(lambda s: s.answering.ai_agent == "general")
    await conversation.says("hello?", "m1")
    await conversation.answered(2)


async def journey_cancelled(conversation: Conversation) -> None:
    """Its workflow is cancelled in Temporal."""
    trip = await entered(conversation)
    await trip.at("hold")
    await conversation.until(lambda s: not (s.journeys.steps or s.journeys.reports))
    await conversation.until(lambda _: len(conversation.fakes.journeys) == 2)
    await trip.handle.cancel()
    with suppress(WorkflowFailureError):
        await trip.handle.result()
    await conversation.says("hello?", "m1")
    await conversation.answered(2)
