"""A customer proves who they are before they hear personal data: against a real server, activities over memory."""

from datetime import timedelta

import pytest
from temporalio.exceptions import ApplicationError

from domain.conversation.messages import CustomerMessage
from domain.conversation.ownership import Status
from domain.conversation.policy import Policy
from domain.conversation.requests import Resolve, TakeOver
from domain.conversation.state import ConversationState
from domain.conversation.turn import Outcome
from domain.identity.check import Verdict
from domain.specification.organisation import Thresholds
from tests.workflows.conftest import ANNA, Conversation, Converse, message
from tests.workflows.fakes import SURE, FakeActivities
from workflows.conversation.workflow import ConversationWorkflow

ANYTHING_GOES = Thresholds(escalate_below=0, review_below=0)
UNPROVED = SURE.model_copy(update={"identity": "to_verify"})
NO_WAY = SURE.model_copy(update={"identity": "unknown"})


def fakes(*verdicts: Verdict) -> FakeActivities:
    made = FakeActivities(Policy(default_ai_agent="general"))
    made.evidences, made.verdicts = [UNPROVED], list(verdicts)
    return made


def waits_for_code(state: ConversationState) -> bool:
    return state.waiting.identity_check is not None and not state.answering.unanswered and not state.mailbox.inbox


async def asked(conversation: Conversation) -> ConversationState:
    await conversation.says("which plan am I on?", "m1")
    return await conversation.until(waits_for_code)


async def with_human(conversation: Conversation) -> ConversationState:
    return await conversation.until(lambda s: s.status is Status.WITH_HUMAN)


async def test_the_right_code_gets_the_question_answered_with_a_fresh_context(converse: Converse) -> None:
    async with converse(fakes("right")) as conversation:
        state = await asked(conversation)
        (asking,) = conversation.fakes.deliveries
        assert (asking.kind, "a…@v…" in (asking.text or "")) == ("notice", True)
        assert asking.record
        assert asking.record.decision.outcome is Outcome.VERIFY
        await conversation.says("123456", "m2")
        state = await conversation.until(
            lambda s: s.waiting.identity_check is None and not s.answering.unanswered and not s.mailbox.inbox
        )
        assert state.status is Status.OPEN
        assert conversation.fakes.log == [
            "open_conversation",
            "fetch_customer_context",
            "generate_reply",
            "send_identity_code",
            "deliver_message",
            "answer_identity_check",
            "fetch_customer_context",
            "generate_reply",
            "deliver_message",
        ]
        assert conversation.fakes.unanswered == []


async def test_a_wrong_code_is_told_and_may_be_corrected(converse: Converse) -> None:
    async with converse(fakes("wrong", "right")) as conversation:
        await asked(conversation)
        await conversation.says("123457", "m2")
        await conversation.until(lambda s: waits_for_code(s) and len(conversation.fakes.deliveries) == 2)
        wrong = conversation.fakes.policy.wording.wrong_code
        assert [one.text for one in conversation.fakes.deliveries][1:] == [wrong]
        await conversation.says("123456", "m3")
        await conversation.until(lambda s: s.waiting.identity_check is None and not s.answering.unanswered)
        assert len(conversation.fakes.codes) == 1


@pytest.mark.parametrize("verdict", ["failed", "expired"])
async def test_a_check_that_came_to_nothing_goes_to_a_person(converse: Converse, verdict: Verdict) -> None:
    async with converse(fakes(verdict)) as conversation:
        await asked(conversation)
        await conversation.says("123457", "m2")
        state = await with_human(conversation)
        assert (state.lifecycle.escalation_reason, state.waiting.identity_check) == ("not_verified", None)


async def test_a_code_that_nobody_writes_goes_to_a_person_when_it_ends(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await asked(conversation)
        await conversation.pass_time(timedelta(minutes=11))
        state = await with_human(conversation)
        assert state.lifecycle.escalation_reason == "not_verified"


async def test_other_words_ask_again_and_send_no_second_code(converse: Converse) -> None:
    made = fakes("none", "right")
    made.evidences = [UNPROVED, UNPROVED]
    async with converse(made) as conversation:
        await asked(conversation)
        await conversation.says("why do you ask?", "m2")
        await conversation.until(lambda s: waits_for_code(s) and "m2" in s.mailbox.seen and s.answering.turn == 2)
        assert len(made.codes) == 1
        assert len(made.deliveries) == 2
        await conversation.says("123456", "m3")
        await conversation.until(lambda s: s.waiting.identity_check is None and not s.answering.unanswered)


async def test_without_a_way_to_prove_it_a_person_gets_it(converse: Converse) -> None:
    made = fakes()
    made.code_goes = "impossible"
    async with converse(made) as conversation:
        await conversation.says("which plan am I on?", "m1")
        state = await with_human(conversation)
        assert state.lifecycle.escalation_reason == "not_verified"


async def test_a_channel_that_refuses_the_code_is_a_case_for_a_person(converse: Converse) -> None:
    made = fakes()
    made.failures["send_identity_code"] = [ApplicationError("no such address", type="InvalidInputError")]
    async with converse(made) as conversation:
        await conversation.says("which plan am I on?", "m1")
        assert (await with_human(conversation)).lifecycle.escalation_reason == "not_verified"


async def test_a_writing_tool_for_nobody_known_is_never_used(converse: Converse) -> None:
    made = fakes()
    made.evidences = [NO_WAY]
    async with converse(made) as conversation:
        await conversation.says("refund me", "m1")
        assert (await with_human(conversation)).lifecycle.escalation_reason == "identity"
        assert made.codes == []


async def test_a_takeover_while_the_code_is_sent_ends_the_check(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        gate = conversation.fakes.hold("send_identity_code")
        await conversation.says("which plan am I on?", "m1")
        await gate.reached.wait()
        await conversation.ask(TakeOver(request_id="t1", by=ANNA))
        await with_human(conversation)
        gate.opened.set()
        await conversation.settled()
        assert conversation.fakes.deliveries == []
        assert (await conversation.state()).waiting.identity_check is None


async def test_a_code_that_comes_before_it_was_asked_for_counts(converse: Converse) -> None:
    """Codes are quick: the customer may write it back while the asking message is on its way."""
    async with converse(fakes("right")) as conversation:
        gate = conversation.fakes.hold("deliver_message")
        await conversation.says("which plan am I on?", "m1")
        await gate.reached.wait()
        await conversation.says("123456", "m2")
        gate.opened.set()
        await conversation.until(
            lambda s: s.answering.turn == 2 and s.waiting.identity_check is None and not s.answering.unanswered
        )
        assert conversation.fakes.unanswered == []


async def test_a_refused_asking_begins_the_turn_again(converse: Converse) -> None:
    made = fakes()
    made.evidences = [UNPROVED]
    made.code_goes = "refused"
    async with converse(made) as conversation:
        await conversation.says("which plan am I on?", "m1")
        await conversation.until(lambda s: s.answering.turn == 2 and not s.answering.unanswered)
        assert made.log.count("send_identity_code") == 1


async def test_a_person_who_resolves_ends_the_check(converse: Converse) -> None:
    async with converse(fakes()) as conversation:
        await asked(conversation)
        await conversation.ask(Resolve(request_id="r1", by=ANNA))
        state = await conversation.until(lambda s: s.status is Status.RESOLVED)
        assert state.waiting.identity_check is None


async def test_another_sender_gets_a_context_of_their_own(converse: Converse) -> None:
    def said(key: str, customer_id: str | None) -> CustomerMessage:
        return message("hello", key).model_copy(update={"customer_id": customer_id})

    async with converse(FakeActivities()) as conversation:
        for turn, customer_id in enumerate(("cu_1", "cu_1", "cu_2"), start=1):
            await conversation.handle.signal(ConversationWorkflow.receive_message, said(f"m{turn}", customer_id))
            await conversation.answered(turn)
        assert conversation.fakes.log.count("fetch_customer_context") == 2


async def test_a_reply_to_one_sender_never_leaves_by_the_channel_of_another(converse: Converse) -> None:
    """The other message comes while the draft is checked, so that nothing has recorded it yet."""
    made = FakeActivities(Policy(default_ai_agent="general", validates=True, thresholds=ANYTHING_GOES))
    async with converse(made) as conversation:
        gate = made.hold("score_confidence")
        await conversation.says("which plan am I on?", "m1")
        await gate.reached.wait()
        other = message("and I?", "m2").model_copy(update={"channel": "phone", "customer_id": "cu_2"})
        await conversation.handle.signal(ConversationWorkflow.receive_message, other)
        gate.opened.set()
        await conversation.until(
            lambda s: "m2" in s.mailbox.seen and not s.answering.unanswered and not s.mailbox.inbox
        )
        to_first = [one for one in made.deliveries if one.message_key.endswith("-1")]
        assert [one.channel for one in to_first] == ["web_chat"]


async def test_a_code_that_comes_while_something_else_is_under_way_is_compared_all_the_same(converse: Converse) -> None:
    made = fakes("none", "wrong", "right")
    async with converse(made) as conversation:
        await asked(conversation)
        drafting = made.hold("generate_reply")
        await conversation.says("why do you ask?", "m2")
        await drafting.reached.wait()
        telling = made.hold("deliver_message")
        await conversation.says("123457", "m3")
        await telling.reached.wait()
        await conversation.says("123456", "m4")
        telling.opened.set()
        await conversation.until(
            lambda s: "m4" in s.mailbox.seen and s.waiting.identity_check is None and not s.answering.unanswered
        )
        drafting.opened.set()
        assert "record_messages" not in made.log


async def test_a_reply_that_needs_no_identity_after_all_ends_the_check(converse: Converse) -> None:
    async with converse(fakes("none")) as conversation:
        await asked(conversation)
        await conversation.says("never mind: how do I change it?", "m2")
        state = await conversation.until(lambda s: s.answering.turn == 2 and not s.answering.unanswered)
        assert (state.waiting.identity_check, state.status) == (None, Status.OPEN)
