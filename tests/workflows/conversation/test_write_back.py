"""Systems of record are told beside the conversation, and nothing waits for them."""

from temporalio.api.enums.v1 import EventType
from temporalio.exceptions import ApplicationError

from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import DecideApproval, Resolve
from domain.conversation.turn import Evidence
from domain.specification.organisation import ServiceLevels
from tests.workflows.conftest import ANNA, Conversation, Converse
from tests.workflows.fakes import SURE
from tests.workflows.write_back_fakes import WritingFakes
from workflows.conversation.workflow import ConversationWorkflow

NOTING = Policy(default_ai_agent="general", crm_notes=("escalated", "resolved"))
TICKETED = Policy(default_ai_agent="general", ticketed_channels=("web_chat",))
PERSON = SURE.model_copy(update={"asks_for_person": True})
SUPERVISED = SURE.model_copy(update={"supervised": True})


def fakes(policy: Policy, evidence: Evidence = SURE) -> WritingFakes:
    return WritingFakes(policy, evidence)


async def resolved(conversation: Conversation) -> None:
    await conversation.ask(Resolve(request_id="r1", by=ANNA))
    await conversation.until(lambda s: s.shown.text.startswith(Status.RESOLVED))


async def told(conversation: Conversation, activities: WritingFakes, times: int) -> None:
    await conversation.until(lambda _: len(activities.notes) + len(activities.tickets) >= times)


async def test_what_the_specification_asks_for_is_noted(converse: Converse) -> None:
    activities = fakes(NOTING, PERSON)
    async with converse(activities) as conversation:
        await conversation.says("a human please")
        await told(conversation, activities, 1)
        await resolved(conversation)
        await told(conversation, activities, 2)
    escalation, resolution = activities.notes
    assert (escalation.event, escalation.why) == ("escalated", "asked for person")
    assert (resolution.event, resolution.why) == ("resolved", "anna")
    assert escalation.note_key != resolution.note_key


async def test_people_read_which_language_a_customer_writes_in(converse: Converse) -> None:
    policy = NOTING.model_copy(update={"ticketed_channels": ("web_chat",)})
    activities = fakes(policy, SURE.model_copy(update={"unsupported_language": "pt"}))
    async with converse(activities) as conversation:
        await conversation.says("olá, não consigo entrar")
        await told(conversation, activities, 2)
    assert activities.notes[0].why == "unsupported language, writes in Portuguese"
    [handoff] = [ticket.note for ticket in activities.tickets if ticket.note]
    assert (handoff.kind, handoff.why) == ("handoff", "unsupported_language, writes in Portuguese")


async def test_what_it_does_not_ask_for_is_not(converse: Converse) -> None:
    activities = fakes(Policy(default_ai_agent="general", crm_notes=("resolved",)), PERSON)
    async with converse(activities) as conversation:
        await conversation.says("a human please")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        await resolved(conversation)
        await told(conversation, activities, 1)
    assert [note.event for note in activities.notes] == ["resolved"]


async def test_a_crm_that_does_not_answer_holds_up_nothing(converse: Converse) -> None:
    activities = fakes(Policy(default_ai_agent="general", crm_notes=("resolved",)))
    gate = activities.hold("write_crm_note")
    async with converse(activities) as conversation:
        await conversation.says("hello")
        await conversation.answered(1)
        await resolved(conversation)
        await gate.reached.wait()
        await conversation.says("one more thing")
        await conversation.answered(2)
        assert not activities.notes
        gate.opened.set()
        await told(conversation, activities, 1)


async def test_what_could_not_be_noted_is_recorded(converse: Converse) -> None:
    activities = fakes(NOTING)
    activities.failures["write_crm_note"] = [ApplicationError("Salesforce has no such contact.", type="NotFoundError")]
    async with converse(activities) as conversation:
        await conversation.says("hello")
        await conversation.answered(1)
        await resolved(conversation)
        await conversation.until(lambda _: bool(activities.unwritten))
    (unwritten,) = activities.unwritten
    assert (unwritten.system, unwritten.error) == ("crm", "NotFoundError: Salesforce has no such contact.")


async def test_a_new_history_begins_after_what_is_being_told(converse: Converse) -> None:
    activities = fakes(NOTING)
    gate = activities.hold("write_crm_note")
    async with converse(activities) as conversation:
        await conversation.says("hello")
        await conversation.answered(1)
        await resolved(conversation)
        await gate.reached.wait()
        first = (await conversation.handle.describe()).run_id
        await conversation.handle.signal(ConversationWorkflow.roll_over)
        await conversation.says("one more thing")
        await conversation.answered(2)
        assert (await conversation.handle.describe()).run_id == first
        gate.opened.set()
        while (await conversation.handle.describe()).run_id == first:
            await conversation.state()
    assert len(activities.notes) == 1


async def test_a_message_is_answered_that_comes_while_the_last_is_told_before_the_end(converse: Converse) -> None:
    levels = ServiceLevels(reopen_days=1e-9)
    activities = fakes(NOTING.model_copy(update={"service_levels": levels}))
    gate = activities.hold("write_crm_note")
    async with converse(activities) as conversation:
        await conversation.says("hello")
        await conversation.answered(1)
        await resolved(conversation)
        await gate.reached.wait()
        while not await _has_rung(conversation):
            await conversation.state()
        await conversation.says("one more thing")
        await conversation.until(lambda s: bool(s.mailbox.inbox) or s.answering.turn == 2)
        gate.opened.set()
        await conversation.until(lambda s: s.answering.turn == 2)


async def _has_rung(conversation: Conversation) -> bool:
    history = await conversation.handle.fetch_history()
    return any(event.event_type == EventType.EVENT_TYPE_TIMER_FIRED for event in history.events)


async def test_a_ticket_shows_drafts_handoffs_and_status(converse: Converse) -> None:
    activities = fakes(TICKETED, SUPERVISED)
    activities.evidences = [SUPERVISED, PERSON]
    async with converse(activities) as conversation:
        await conversation.says("refund me")
        approval = (await conversation.asked(1)).approval
        assert approval
        await conversation.ask(
            DecideApproval(request_id="d1", by=ANNA, action="approve", approval_id=approval.approval_id)
        )
        await conversation.until(lambda s: s.status is Status.OPEN and not s.answering.unanswered)
        await conversation.says("a human please")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        await resolved(conversation)
        await told(conversation, activities, 4)
    shown = [(ticket.note.kind if ticket.note else None, ticket.status) for ticket in activities.tickets]
    assert shown == [
        ("draft", Status.AWAITING_APPROVAL),
        (None, Status.OPEN),
        ("handoff", Status.WITH_HUMAN),
        (None, Status.RESOLVED),
    ]
    draft, handoff = (ticket.note for ticket in activities.tickets if ticket.note)
    assert draft.draft_id == approval.draft_id
    assert (handoff.why, handoff.draft_id) == ("asked_for_person", f"{approval.draft_id[:-1]}2")


async def test_a_ticket_that_cannot_be_changed_is_recorded_and_the_next_change_made(converse: Converse) -> None:
    activities = fakes(TICKETED, PERSON)
    activities.failures["update_ticket"] = [ApplicationError("The ticket is closed.", type="InvalidInputError")]
    async with converse(activities) as conversation:
        await conversation.says("a human please")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        await resolved(conversation)
        await told(conversation, activities, 1)
    assert [unwritten.system for unwritten in activities.unwritten] == ["ticket"]
    assert [ticket.status for ticket in activities.tickets] == [Status.RESOLVED]


async def test_a_ticket_is_kept_up_to_date_when_its_customer_goes_on_elsewhere(converse: Converse) -> None:
    activities = fakes(TICKETED, PERSON)
    async with converse(activities) as conversation:
        await conversation.says("hello")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        await conversation.says("a human please", channel="sms")
        await conversation.settled()
        await resolved(conversation)
        await told(conversation, activities, 2)
    assert [(ticket.channel, ticket.status) for ticket in activities.tickets] == [
        ("web_chat", Status.WITH_HUMAN),
        ("web_chat", Status.RESOLVED),
    ]


async def test_other_channels_have_no_ticket(converse: Converse) -> None:
    activities = fakes(Policy(default_ai_agent="general", ticketed_channels=("zendesk",)), PERSON)
    async with converse(activities) as conversation:
        await conversation.says("a human please")
        await conversation.until(lambda s: s.status is Status.WITH_HUMAN)
        await resolved(conversation)
    assert not activities.tickets
