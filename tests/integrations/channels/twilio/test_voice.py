"""Phone calls: a caller who is played by the stand-in, which carries our TwiML out as Twilio does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.delivery.inbound import InboundMessage
from domain.language.asks_for_person import asks_for_person
from integrations.channels.base import (
    OutboundMessage,
    SpokenLine,
    TurnState,
    TurnTaking,
    UnreadableRequestError,
    WebhookRequest,
)
from integrations.channels.registry import traits_of
from integrations.channels.twilio.client import FORM
from integrations.channels.twilio.voice import MAX_WAITS, TwilioVoiceChannel, TwilioVoiceSettings
from sandbox.twilio_requests import Number
from tests.integrations.channels.twilio.product import CUSTOMER, OURS, Conversation, Product, Served, served

pytestmark = pytest.mark.integrations

HUMAN = "+4930555000"
GREETING = "Hello. You are speaking with our automated assistant."
QUESTION = "How can I help you?"
NOT_HEARD = "I did not hear you."
NOTED = "Thank you. A colleague will get back to you. Goodbye."


@pytest.fixture(scope="module")
def both() -> Iterator[Served]:
    with served() as both:
        yield both


@pytest.fixture
def line(both: Served) -> Served:
    """A number whose calls reach us; pauses are skipped."""
    both.twilio.restart()
    both.twilio.pace = 0
    webhook = f"{both.product.address}/webhooks/phone#rc=5&rp=all"
    both.twilio.numbers = {OURS: Number(phone_number=OURS, voice_url=webhook)}
    both.product.events = Product().events
    both.product.fails = 0
    both.product.conversation = Conversation()
    both.product.sources = {"phone": voice(both)}
    return both


def voice(line: Served, **changes: Any) -> TwilioVoiceChannel:
    return TwilioVoiceChannel(line.settings(TwilioVoiceSettings, **{"human_number": HUMAN, **changes}))


def answers(line: Served, *replies: str, **more: Any) -> Conversation:
    line.product.conversation = Conversation(replies=list(replies), **more)
    return line.product.conversation


async def message(line: Served) -> InboundMessage:
    (event,) = await line.product.next()
    assert isinstance(event, InboundMessage)
    return event


class TestTurns:
    async def test_a_caller_is_greeted_told_how_the_call_is_used_and_asked(self, line: Served) -> None:
        call = await line.twilio.call(CUSTOMER, OURS)
        greeting, consent, question = call.record.heard
        assert (greeting, question) == (GREETING, QUESTION)
        assert "turned into text" in consent
        assert call.listening
        assert line.product.events.empty()

    async def test_the_greeting_of_the_specification_replaces_the_usual_one(self, line: Served) -> None:
        state = TurnState(conversation_id="", status=Status.OPEN, greeting="Velo Shop, good morning.")
        body = voice(line).respond(posted(), state).body
        assert "Velo Shop, good morning." in body
        assert GREETING not in body
        assert "turned into text" in body

    async def test_the_consent_of_the_specification_replaces_the_usual_one(self, line: Served) -> None:
        state = TurnState(conversation_id="", status=Status.OPEN, consent="We write down what you say.")
        body = voice(line).respond(posted(), state).body
        assert body.index(GREETING) < body.index("We write down what you say.")
        assert "turned into text" not in body

    async def test_what_the_caller_says_is_a_message_and_the_reply_is_spoken(self, line: Served) -> None:
        answers(line, "Your bicycle is ready <today> & tomorrow.")
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.say("Is my bicycle ready?")
        event = await message(line)
        assert (event.channel, event.text) == ("phone", "Is my bicycle ready?")
        assert (event.thread, event.event_id) == (call.record.sid, f"{call.record.sid}-1")
        assert (event.sender.phone, event.sender.verified) == (CUSTOMER, True)
        assert call.record.heard[-1] == "Your bicycle is ready <today> & tomorrow."
        assert call.listening

    async def test_each_turn_has_an_id_of_its_own_and_nothing_is_said_twice(self, line: Served) -> None:
        answers(line, "It is ready.", "Until six.")
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.say("Is my bicycle ready?")
        await call.say("How long are you open?")
        assert [(await message(line)).event_id[-2:] for _ in range(2)] == ["-1", "-2"]
        assert call.record.heard[3:] == ["It is ready.", "Until six."]

    async def test_a_request_that_comes_again_has_the_same_id(self, line: Served) -> None:
        answers(line, "It is ready.")
        call = await line.twilio.call(CUSTOMER, OURS)
        line.product.fails = 3
        await call.say("Is my bicycle ready?")
        assert (await message(line)).event_id.endswith("-1")
        assert call.record.heard[-1] == "It is ready."

    async def test_a_line_is_spoken_whole_however_long_and_odd(self, line: Served) -> None:
        answers(line, "Long words \x00\x1b. " * 600)
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.say("Tell me everything.")
        assert call.record.error == ""
        assert " ".join(call.record.heard[3:]).count("Long words") == 600

    async def test_the_language_is_that_of_the_settings(self, line: Served) -> None:
        channel = voice(line, voice_language="de-DE", voice_name="Polly.Vicki-Neural", voice_greeting="Guten Tag.")
        answer = channel.respond(posted(), TurnState(conversation_id="", status=Status.OPEN))
        assert '<Say language="de-DE" voice="Polly.Vicki-Neural">Guten Tag.</Say>' in answer.body
        assert answer.media_type == "text/xml"

    @pytest.mark.parametrize("number", ["+266696687", "anonymous", ""])
    async def test_a_number_that_is_withheld_is_nobodys(self, line: Served, number: str) -> None:
        call = await line.twilio.call(number, OURS)
        await call.say("Guess who.")
        event = await message(line)
        assert (event.sender.phone, event.sender.verified, event.address) == (None, False, {})

    async def test_a_number_that_no_carrier_signed_is_not_verified(self, line: Served) -> None:
        call = await line.twilio.call(CUSTOMER, OURS, StirVerstat="TN-Validation-Failed-C")
        await call.say("Hello?")
        event = await message(line)
        assert (event.sender.phone, event.sender.verified) == (CUSTOMER, False)


class TestWaiting:
    async def test_a_slow_answer_is_waited_for_with_one_word_about_it(self, line: Served) -> None:
        answers(line, "It is ready.", slow=3)
        call = await line.twilio.call(CUSTOMER, OURS)
        line.product.conversation.slow = 3
        await call.say("Is my bicycle ready?")
        assert call.record.heard[3:] == ["One moment, please.", "It is ready."]
        assert call.record.paused_seconds == 3
        assert line.product.events.qsize() == 1

    async def test_an_answer_that_does_not_come_ends_the_call_kindly(self, line: Served) -> None:
        call = await line.twilio.call(CUSTOMER, OURS)
        line.product.conversation.slow = MAX_WAITS * 2
        await call.say("Is my bicycle ready?")
        assert call.record.heard[-1] == NOTED
        assert call.record.status == "completed"
        _, gave_up = [await message(line) for _ in range(2)]
        assert gave_up.event_id == f"{call.record.sid}-2-waited"
        assert asks_for_person(gave_up.text)
        assert line.product.events.empty()

    async def test_who_has_waited_long_enough_is_connected_where_that_is_possible(self, line: Served) -> None:
        call = await line.twilio.call(CUSTOMER, OURS)
        line.product.conversation.slow, line.product.conversation.status = MAX_WAITS, Status.WITH_HUMAN
        await call.say("Is my bicycle ready?")
        assert call.record.dialed == [HUMAN]

    async def test_what_is_there_already_is_spoken_while_more_is_written(self, line: Served) -> None:
        lines = (said(Author.CUSTOMER, 1), said(Author.SYSTEM, 2))
        state = TurnState(conversation_id="c", status=Status.OPEN, settled=False, lines=lines)
        body = voice(line).respond(posted({"step": "said"}, SpeechResult="Hi"), state).body
        assert body.count("<Say") == 1
        assert body.count("heard=2") == 2

    async def test_a_caller_who_has_just_been_answered_is_not_asked_anything(self, line: Served) -> None:
        state = TurnState(conversation_id="c", status=Status.OPEN)
        body = voice(line).respond(posted({"step": "wait", "heard": "2", "before": "1"}), state).body
        assert "<Say" not in body
        assert "<Gather" in body

    async def test_silence_while_an_answer_is_made_is_not_held_against_the_caller(self, line: Served) -> None:
        state = TurnState(conversation_id="c", status=Status.OPEN, settled=False)
        body = voice(line).respond(posted({"step": "silence", "silent": "2", "waited": "1"}), state).body
        assert NOT_HEARD not in body
        assert "silent=" not in body

    async def test_an_answer_that_waits_for_approval_is_announced(self, line: Served) -> None:
        call = await line.twilio.call(CUSTOMER, OURS)
        line.product.conversation.status = Status.AWAITING_APPROVAL
        await call.say("I want my money back.")
        assert call.record.heard[-1].startswith("A colleague is checking")
        assert call.listening


class TestRepetition:
    async def test_the_newest_answer_is_said_again_as_often_as_wanted(self, line: Served) -> None:
        answers(line, "It is ready.", "Until six.")
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.say("Is my bicycle ready?")
        await call.say("How long are you open?")
        await call.say("Could you repeat that, please?")
        await call.say("Pardon?")
        assert call.record.heard[3:] == ["It is ready.", "Until six.", "Until six.", "Until six."]
        assert line.product.events.qsize() == 2

    async def test_the_next_turn_goes_on_where_it_was(self, line: Served) -> None:
        answers(line, "It is ready.", "Until six.")
        call = await line.twilio.call(CUSTOMER, OURS)
        for words in ("Is my bicycle ready?", "Say that again.", "How long are you open?"):
            await call.say(words)
        assert call.record.heard[3:] == ["It is ready.", "It is ready.", "Until six."]
        assert [(await message(line)).event_id[-2:] for _ in range(2)] == ["-1", "-2"]

    async def test_before_any_answer_the_question_is_said_again(self, line: Served) -> None:
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.say("Sorry?")
        assert call.record.heard[-1] == QUESTION
        assert line.product.events.empty()


class TestSilence:
    async def test_two_silences_are_named_and_the_third_brings_a_person(self, line: Served) -> None:
        line.product.conversation.status = Status.WITH_HUMAN
        call = await line.twilio.call(CUSTOMER, OURS)
        line.product.conversation.status = Status.OPEN
        for _ in range(2):
            await call.stay_silent()
        assert call.record.heard[3:] == [NOT_HEARD, NOT_HEARD]
        assert line.product.events.empty()
        answers(line, "I am passing this to a colleague.", status=Status.WITH_HUMAN, summary="A silent caller.")
        await call.stay_silent()
        event = await message(line)
        assert event.event_id == f"{call.record.sid}-1-silent"
        assert asks_for_person(event.text)
        assert call.record.dialed == [HUMAN]
        assert call.record.heard[-1] == "I am passing this to a colleague."

    async def test_a_word_starts_the_count_anew(self, line: Served) -> None:
        answers(line, "It is ready.")
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.stay_silent()
        await call.stay_silent()
        await call.say("Is my bicycle ready?")
        await call.stay_silent()
        assert call.record.heard[3:] == [NOT_HEARD, NOT_HEARD, "It is ready.", NOT_HEARD]

    async def test_a_silence_that_nobody_takes_over_ends(self, line: Served) -> None:
        call = await line.twilio.call(CUSTOMER, OURS)
        for _ in range(5):
            await call.stay_silent()
        assert call.record.heard[-1] == NOTED
        assert call.record.status == "completed"
        assert line.product.events.qsize() == 1


class TestHandOver:
    async def test_a_colleague_hears_the_summary_and_is_connected(self, line: Served) -> None:
        answers(line, "I am passing this to a colleague.", status=Status.WITH_HUMAN, summary="Wants 500 euros back.")
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.say("I want a refund.")
        assert call.record.heard[-1] == "I am passing this to a colleague."
        assert call.record.dialed == [HUMAN]
        assert call.record.whispered == ["Wants 500 euros back."]
        assert "Wants 500 euros back." not in call.record.heard
        assert call.record.status == "completed"

    @pytest.mark.parametrize("outcome", ["no-answer", "busy", "failed"])
    async def test_without_a_colleague_a_message_is_taken(self, line: Served, outcome: str) -> None:
        line.twilio.colleagues[HUMAN] = outcome
        answers(line, "I am passing this to a colleague.", status=Status.WITH_HUMAN)
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.say("A person, please.")
        assert call.record.heard[-1].startswith("Nobody can take your call")
        assert call.record.whispered == []
        await call.say("My bicycle is broken.")
        assert [(await message(line)).text for _ in range(2)] == ["A person, please.", "My bicycle is broken."]
        assert (call.record.heard[-1], call.record.dialed, call.record.status) == (NOTED, [HUMAN], "completed")

    async def test_without_a_number_somebody_will_come_back(self, line: Served) -> None:
        line.product.sources["phone"] = voice(line, human_number=None)
        answers(line, "I am passing this to a colleague.", status=Status.WITH_HUMAN)
        call = await line.twilio.call(CUSTOMER, OURS)
        await call.say("A person, please.")
        assert call.record.heard[-2:] == ["I am passing this to a colleague.", NOTED]
        assert call.record.dialed == []

    def test_the_whispers_address_names_the_callers_call(self, line: Served) -> None:
        state = TurnState(conversation_id="c", status=Status.WITH_HUMAN)
        body = voice(line).respond(posted({"step": "said"}, SpeechResult="A person!"), state).body
        assert "step=whisper&amp;call=CA1" in body
        whisper = posted({"step": "whisper", "call": "CA1"}, CallSid="CA2")
        assert voice(line).thread(whisper) == "CA1"
        assert voice(line).thread(posted()) == "CA1"


class TestRecording:
    async def test_is_off(self, line: Served) -> None:
        call = await line.twilio.call(CUSTOMER, OURS)
        assert not call.record.recorded

    async def test_is_announced_where_it_is_on(self, line: Served) -> None:
        line.product.sources["phone"] = voice(line, record_calls=True)
        call = await line.twilio.call(CUSTOMER, OURS)
        assert call.record.recorded
        assert "This call is recorded." in call.record.heard


class TestRequests:
    async def test_a_forged_request_ends_at_twilio(self, line: Served) -> None:
        line.product.sources["phone"] = voice(line, auth_token=SecretStr("another"))
        call = await line.twilio.call(CUSTOMER, OURS)
        assert (call.record.error, call.record.status) == ("11200: the product did not answer", "failed")

    @pytest.mark.parametrize("query", [{"turn": "x"}, {"heard": "-1"}])
    async def test_an_address_that_we_did_not_make_is_unreadable(self, line: Served, query: dict[str, str]) -> None:
        with pytest.raises(UnreadableRequestError):
            await voice(line).read(posted(query))

    async def test_a_request_without_a_call_is_unreadable(self, line: Served) -> None:
        with pytest.raises(UnreadableRequestError, match="CallSid"):
            await voice(line).read(posted({"step": "said"}, CallSid="", SpeechResult="Hi"))

    async def test_the_end_of_a_call_is_taken_note_of_with_nothing(self, line: Served) -> None:
        channel, request = voice(line), posted({"step": "status"}, CallStatus="completed")
        assert (await channel.read(request)).events == ()
        assert "<Say" not in channel.respond(request, TurnState(conversation_id="c", status=Status.OPEN)).body

    async def test_its_lines_are_stored_and_it_takes_turns(self, line: Served) -> None:
        reply = OutboundMessage(
            idempotency_key="key", conversation_id="c", author=Author.AI_AGENT, kind="reply", text="It is ready."
        )
        channel = voice(line)
        assert traits_of("phone").stored
        assert isinstance(channel, TurnTaking)
        assert await channel.send(reply) == await channel.find_sent(reply)


class TestCheck:
    async def test_a_number_that_is_ready(self, line: Served) -> None:
        assert [(one.name, one.ok) for one in await voice(line).check()] == [
            ("account", True),
            ("phone_number", True),
            ("phone_number webhook", True),
        ]

    async def test_a_number_that_nobody_takes_over_from(self, line: Served) -> None:
        line.twilio.numbers[OURS].voice_url = "https://demo.twilio.com/welcome/voice/"
        webhook, human = [one for one in await voice(line, human_number=None).check() if not one.ok]
        assert "/webhooks/phone (POST)" in webhook.detail
        assert "HOLDFAST_TWILIO_HUMAN_NUMBER" in human.detail


def said(author: Author, seq: int) -> SpokenLine:
    return SpokenLine(seq=seq, author=author, text="Hello.")


def posted(query: dict[str, str] | None = None, **fields: str) -> WebhookRequest:
    asked = query or {}
    return WebhookRequest(
        method="POST",
        url=f"https://support.example.com/webhooks/phone?{urlencode(asked)}",
        query=asked,
        headers={"content-type": FORM},
        body=urlencode({"CallSid": "CA1", "From": CUSTOMER, "To": OURS, **fields}).encode(),
        received_at=datetime.now(UTC),
    )
