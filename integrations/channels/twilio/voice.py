"""Phone calls by Twilio, by transcription: the caller's words become messages, and our lines are spoken.

Twilio asks what to do next, we answer with TwiML, and everything that a call must remember stands in the addresses
that it asks next. So any gateway can take the next turn of any call.
"""

import re
import textwrap
from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode, urlsplit

from pydantic import Field, NonNegativeInt, ValidationError

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.delivery.channels import PHONE
from domain.delivery.inbound import InboundMessage, Sender
from domain.language.asks_to_repeat import asks_to_repeat
from domain.model import Frozen
from integrations.channels.base import (
    OutboundMessage,
    Received,
    SendReceipt,
    TurnState,
    UnreadableRequestError,
    WebhookAnswer,
    WebhookRequest,
)
from integrations.channels.twilio.client import (
    E164,
    TRY_AGAIN,
    TwilioApi,
    TwilioSettings,
    VoiceResponse,
    form_of,
    no_twiml,
    twiml,
    verify_signature,
)
from integrations.channels.twilio.messages import PHONE_NUMBER, field
from integrations.checks import Finding

SILENCES = 3
MAX_WAITS = 20
MAX_LINE_CHARACTERS = 4000
WITHHELD = frozenset({"+266696687", "+7378742833", "+17378742883", "+2562533", "+8656696", "+86282452253"})
"""What Twilio puts for ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE, as typed on a phone's keys."""
SIGNED_BY_CARRIER = "TN-Validation-Passed-A"
NOT_FOR_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class TwilioVoiceSettings(TwilioSettings):
    """What callers hear, and who takes over."""

    human_number: str | None = Field(None, pattern=E164, description="Number of the people who take calls over.")
    record_calls: bool = Field(False, description="Record whole calls at Twilio; callers are told.")
    voice_language: str = Field("en-US", pattern="^[a-z]{2}-[A-Z]{2}$", description="Language spoken and understood.")
    voice_name: str | None = Field(None, description="Twilio's voice, such as Polly.Joanna-Neural. Unset: the usual.")
    voice_greeting: str = Field(
        "Hello. You are speaking with our automated assistant.",
        description="The first that callers hear, unless the specification greets them.",
    )
    voice_consent: str = Field(
        "What you say is turned into text, so that we can answer and a colleague can help. "
        "If you do not agree, please hang up.",
        description="How the call is used, unless the specification says it; who goes on speaking agrees.",
    )
    voice_recording: str = Field("This call is recorded.", description="Said if calls are recorded.")
    voice_question: str = Field("How can I help you?", description="Asks for the first words.")
    voice_not_heard: str = Field("I did not hear you.", description="Said after a silence.")
    voice_wait: str = Field("One moment, please.", description="Said while an answer is being made.")
    voice_checking: str = Field(
        "A colleague is checking the answer and will get back to you. Is there anything else?",
        description="Said while an answer waits for approval.",
    )
    voice_nobody_free: str = Field(
        "Nobody can take your call right now. Please say what it is about, and a colleague will get back to you.",
        description="Said when nobody answers the hand-over.",
    )
    voice_noted: str = Field(
        "Thank you. A colleague will get back to you. Goodbye.", description="The last that callers hear."
    )
    voice_person_wanted: str = Field(
        "I would like to speak to a person. (The caller said nothing, three times.)",
        description="The message that asks for a person in the name of a silent caller.",
    )
    voice_gave_up: str = Field(
        "I would like to speak to a person. (No answer came while the caller waited.)",
        description="The message that asks for a person in the name of a caller who has waited too long.",
    )


class CallPosition(Frozen):
    """Where a call stands, kept in the addresses that Twilio asks next.

    `turn` numbers what the caller says next. `heard` is the last seq spoken, `before` the one before the newest answer.
    """

    step: str = ""
    turn: NonNegativeInt = 1
    heard: NonNegativeInt = 0
    before: NonNegativeInt = 0
    silent: NonNegativeInt = 0
    waited: NonNegativeInt = 0
    dialed: bool = False

    @classmethod
    def of(cls, request: WebhookRequest) -> "CallPosition":
        """The position in the address of a request. Raises UnreadableRequestError for one that we did not give out."""
        try:
            return cls.model_validate(dict(request.query))
        except ValidationError:
            raise UnreadableRequestError("The address holds no place in a call that we gave out.") from None

    def at(self, step: str, **changes: int) -> "CallPosition":
        return self.model_copy(update={"step": step, **changes})

    def query(self) -> str:
        return urlencode(self.model_dump(exclude_defaults=True))


class TwilioVoiceChannel:
    """A phone number that is answered turn by turn. Our lines are stored; the call fetches them."""

    settings_class: ClassVar[type[TwilioVoiceSettings]] = TwilioVoiceSettings

    def __init__(self, settings: TwilioVoiceSettings) -> None:
        self._settings = settings
        self._api = TwilioApi(settings)

    async def send(self, message: OutboundMessage) -> SendReceipt:
        return SendReceipt(provider_message_id=message.idempotency_key)

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        return SendReceipt(provider_message_id=message.idempotency_key)

    async def check(self) -> Sequence[Finding]:
        findings = await self._api.check_account()
        if all(finding.ok for finding in findings):
            findings += await self._api.check_number(self._settings.phone_number, "phone_number", "voice", PHONE)
        if self._settings.human_number is None:
            detail = (
                "Nobody takes calls over, so callers are told to wait for an answer: set HOLDFAST_TWILIO_HUMAN_NUMBER."
            )
            findings.append(Finding(name="human_number", ok=False, detail=detail))
        return findings

    def verify(self, request: WebhookRequest) -> None:
        verify_signature(self._settings.auth_token, request)

    async def read(self, request: WebhookRequest) -> Received:
        """What the caller said, numbered by turn. Silence and a wish to hear it again are no messages.

        Who was silent, or waited, for too long is promised a colleague, so one is asked for.
        """
        form, position = form_of(request), CallPosition.of(request)
        call_id, spoken = field(form, "CallSid"), form.get("SpeechResult", "").strip()
        events: tuple[InboundMessage, ...] = ()
        if position.step == "said" and spoken and not asks_to_repeat(spoken):
            events = (self._message(request, f"{call_id}-{position.turn}", spoken),)
        elif position.step == "silence" and position.silent == SILENCES:
            events = (self._message(request, f"{call_id}-{position.turn}-silent", self._settings.voice_person_wanted),)
        elif position.step == "wait" and position.waited == MAX_WAITS:
            events = (self._message(request, f"{call_id}-{position.turn}-waited", self._settings.voice_gave_up),)
        return Received(events=events, answer=no_twiml())

    def thread(self, request: WebhookRequest) -> str:
        """The call. The colleague's side of a hand-over is a call of its own, whose address names the caller's."""
        return request.query.get("call") or field(form_of(request), "CallSid")

    def heard(self, request: WebhookRequest) -> int:
        """The last line heard; to hear the newest answer again is not to have heard it."""
        position = CallPosition.of(request)
        return position.before if self._again(request, position) else position.heard

    def respond(self, request: WebhookRequest, state: TurnState) -> WebhookAnswer:
        position = CallPosition.of(request)
        match position.step:
            case "":
                return twiml(self._greeted(request, position, state))
            case "whisper":
                return twiml(self._whispered(state))
            case "dialed":
                return twiml(self._after_dial(request, position))
            case "said" | "wait" | "silence":
                return twiml(self._continued(request, position, state))
        return no_twiml()

    def _again(self, request: WebhookRequest, position: CallPosition) -> bool:
        return position.step == "said" and asks_to_repeat(form_of(request).get("SpeechResult", ""))

    def _message(self, request: WebhookRequest, event_id: str, text: str) -> InboundMessage:
        form = form_of(request)
        caller = form.get("From", "")
        known = bool(PHONE_NUMBER.fullmatch(caller)) and caller not in WITHHELD
        return InboundMessage(
            channel=PHONE,
            event_id=event_id,
            at=request.received_at,
            thread=field(form, "CallSid"),
            sender=Sender(
                phone=caller if known else None,
                verified=known and form.get("StirVerstat", "").startswith(SIGNED_BY_CARRIER),
            ),
            address={"to": caller, "from": form.get("To", "")} if known else {},
            text=text,
        )

    # What the caller hears.

    def _greeted(self, request: WebhookRequest, position: CallPosition, state: TurnState) -> Any:
        settings = self._settings
        response = VoiceResponse()
        greeting, consent = state.greeting or settings.voice_greeting, state.consent or settings.voice_consent
        texts = [greeting, consent, settings.voice_question]
        if settings.record_calls:
            response.start().recording(channels="dual")
            texts.insert(2, settings.voice_recording)
        return self._listening(response, request, position, texts)

    def _continued(self, request: WebhookRequest, position: CallPosition, state: TurnState) -> Any:
        """Speak what is new, then listen, wait, or hand over, whichever the conversation asks for."""
        again = self._again(request, position)
        lines = [line for line in state.lines if line.author is not Author.CUSTOMER]
        if position.step == "said" and not again:
            position = position.at("said", before=position.heard, turn=position.turn + 1, silent=0, waited=0)
        position = position.at(position.step, heard=max([position.heard, *(line.seq for line in lines)]))
        texts = [line.text for line in lines]
        if state.status is Status.WITH_HUMAN:
            return self._handed_over(request, position, texts)
        if texts:
            return self._listening(VoiceResponse(), request, position.at(position.step, silent=0, waited=0), texts)
        if not state.settled:
            return self._waiting(request, position.at(position.step, silent=0))
        if position.silent > SILENCES + 1:
            return self._ended(VoiceResponse(), [self._settings.voice_noted])
        return self._listening(VoiceResponse(), request, position, self._nothing_new(position, state))

    def _nothing_new(self, position: CallPosition, state: TurnState) -> list[str]:
        """What to say where no line is new: nothing to who has just heard one."""
        if position.step == "silence":
            return [self._settings.voice_not_heard]
        if position.heard > position.before:
            return []
        if state.status is Status.AWAITING_APPROVAL:
            return [self._settings.voice_checking]
        return [self._settings.voice_question]

    def _listening(self, response: Any, request: WebhookRequest, position: CallPosition, texts: Sequence[str]) -> Any:
        """Speak, and listen meanwhile; who says nothing goes on to the next silence."""
        gather = response.gather(
            input="speech",
            action=_url(request, position.at("said", silent=0)),
            method="POST",
            language=self._settings.voice_language,
            speech_timeout="auto",
            profanity_filter="false",
        )
        self._say(gather, texts)
        response.redirect(_url(request, position.at("silence", silent=position.silent + 1)), method="POST")
        return response

    def _waiting(self, request: WebhookRequest, position: CallPosition) -> Any:
        response = VoiceResponse()
        if position.waited >= MAX_WAITS:
            return self._ended(response, [self._settings.voice_noted])
        self._say(response, [] if position.waited else [self._settings.voice_wait])
        response.pause(length=1)
        response.redirect(_url(request, position.at("wait", waited=position.waited + 1)), method="POST")
        return response

    def _handed_over(self, request: WebhookRequest, position: CallPosition, texts: Sequence[str]) -> Any:
        """Connect the caller with people, once; who could not be connected is told that somebody will come back."""
        response = VoiceResponse()
        if position.dialed or self._settings.human_number is None:
            return self._ended(response, [*texts, self._settings.voice_noted])
        self._say(response, texts)
        dial = response.dial(
            action=_url(request, position.at("dialed", dialed=True)), method="POST", timeout=25, answer_on_bridge=True
        )
        call = {"step": "whisper", "call": field(form_of(request), "CallSid")}
        dial.number(self._settings.human_number, url=_address(request, urlencode(call)), method="POST")
        return response

    def _whispered(self, state: TurnState) -> Any:
        """What only the colleague hears before the two are connected."""
        response = VoiceResponse()
        self._say(response, [state.summary])
        return response

    def _after_dial(self, request: WebhookRequest, position: CallPosition) -> Any:
        response = VoiceResponse()
        if form_of(request).get("DialCallStatus") in ("completed", "answered"):
            response.hangup()
            return response
        return self._listening(response, request, position, [self._settings.voice_nobody_free])

    def _ended(self, response: Any, texts: Sequence[str]) -> Any:
        self._say(response, texts)
        response.hangup()
        return response

    def _say(self, verb: Any, texts: Sequence[str]) -> None:
        for text in texts:
            for piece in textwrap.wrap(NOT_FOR_XML.sub(" ", text), MAX_LINE_CHARACTERS):
                verb.say(piece, language=self._settings.voice_language, voice=self._settings.voice_name)


def _url(request: WebhookRequest, position: CallPosition) -> str:
    return _address(request, position.query())


def _address(request: WebhookRequest, query: str) -> str:
    """Our own address, as Twilio has just called it, with another query."""
    return urlsplit(request.url)._replace(query=query, fragment="").geturl() + TRY_AGAIN
