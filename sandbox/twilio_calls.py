"""A phone call as Twilio conducts it: TwiML is asked for, checked, and carried out for a caller who is played.

What Twilio refuses in TwiML ends the call here too, with `error` set.
"""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urljoin
from xml.etree.ElementTree import Element, ParseError, fromstring

import anyio
from pydantic import BaseModel

from sandbox.twilio_requests import API, new_sid

VERBS: Mapping[str, frozenset[str]] = {
    "Say": frozenset({"language", "voice", "loop"}),
    "Pause": frozenset({"length"}),
    "Redirect": frozenset({"method"}),
    "Gather": frozenset(
        "input action method language timeout speechTimeout profanityFilter hints enhanced speechModel bargeIn "
        "actionOnEmptyResult".split()
    ),
    "Dial": frozenset("action method timeout answerOnBridge callerId record timeLimit".split()),
    "Number": frozenset({"url", "method"}),
    "Hangup": frozenset(),
    "Start": frozenset(),
    "Recording": frozenset({"channels", "track", "trim"}),
}
INSIDE = {"Gather": {"Say", "Pause"}, "Dial": {"Number"}, "Start": {"Recording"}, "Response": {*VERBS} - {"Number"}}
MAX_SAY_CHARACTERS = 4096
MAX_DOCUMENTS = 200

Question = tuple[str, Mapping[str, str]]
"""An address that the product is asked, and what is told besides what every request tells."""


class Line(Protocol):
    """What a call needs of the account: the product's TwiML, and whether colleagues pick up."""

    account_sid: str
    colleagues: dict[str, str]
    pace: float

    async def ask(self, url: str, form: Mapping[str, str]) -> str | None: ...


class CallRecord(BaseModel):
    """A call so far. `heard` is what the caller heard, `whispered` what only the colleague did."""

    sid: str
    from_: str
    to: str
    status: str = "in-progress"
    heard: list[str] = []
    whispered: list[str] = []
    dialed: list[str] = []
    paused_seconds: float = 0
    recorded: bool = False
    error: str = ""


class PhoneCall:
    """One call; between its methods the caller is either being listened to, or the call is over."""

    def __init__(self, line: Line, from_: str, to: str, extra: Mapping[str, str]) -> None:
        self.record = CallRecord(sid=new_sid("CA"), from_=from_, to=to)
        self._line = line
        self._extra = dict(extra)
        self._documents = 0
        self._url = ""
        self._gather: Element | None = None
        self._rest: list[Element] = []

    @property
    def listening(self) -> bool:
        """Whether Twilio waits for the caller's words."""
        return self._gather is not None

    async def start(self, url: str) -> None:
        await self._follow((url, {}))

    async def say(self, text: str) -> None:
        """The caller speaks; only while they are listened to."""
        gather = self._heard_out()
        action = urljoin(self._url, gather.get("action", ""))
        fields = {"SpeechResult": text, "Confidence": "0.93", "Language": gather.get("language", "")}
        await self._follow((action, fields))

    async def stay_silent(self) -> None:
        """The caller says nothing until Twilio stops listening and goes on with the next verb."""
        self._heard_out()
        await self._follow(await self._carried_out(self._rest))

    async def hang_up(self) -> None:
        self._end("")

    def _heard_out(self) -> Element:
        gather, self._gather = self._gather, None
        if gather is None:
            raise ValueError("Nobody listens to the caller now.")
        return gather

    def form(self) -> dict[str, str]:
        """What every request about the call says."""
        return {
            "AccountSid": self._line.account_sid,
            "ApiVersion": API[1:],
            "CallSid": self.record.sid,
            "CallStatus": self.record.status,
            "Called": self.record.to,
            "Caller": self.record.from_,
            "Direction": "inbound",
            "From": self.record.from_,
            "To": self.record.to,
            **self._extra,
        }

    async def _follow(self, question: Question | None) -> None:
        """Ask what to do, do it, and so on, until the caller is listened to or the call is over."""
        while question is not None:
            self._documents += 1
            if self._documents > MAX_DOCUMENTS:
                self._end("The call was redirected without end.")
                return
            self._url, fields = question
            text = await self._line.ask(self._url, {**self.form(), **fields})
            try:
                verbs = checked_verbs(text)
            except ValueError as error:
                self._end(str(error))
                return
            question = await self._carried_out(verbs)

    async def _carried_out(self, verbs: list[Element]) -> Question | None:
        """The same as `_carry_out`; what Twilio refuses on the way ends the call."""
        try:
            return await self._carry_out(verbs)
        except ValueError as error:
            self._end(str(error))
            return None

    async def _carry_out(self, verbs: list[Element]) -> Question | None:
        """Verb after verb, until the caller is asked, or another document is: then that question."""
        for place, verb in enumerate(verbs):
            match verb.tag:
                case "Redirect":
                    return urljoin(self._url, (verb.text or "").strip()), {}
                case "Gather":
                    await self._speak(list(verb))
                    self._gather, self._rest = verb, verbs[place + 1 :]
                    return None
                case "Dial":
                    question = await self._dial(verb)
                    if question is not None:
                        return question
                case "Hangup":
                    break
                case "Start":
                    self.record.recorded = True
                case _:
                    await self._speak([verb])
        self._end("")
        return None

    async def _speak(self, verbs: list[Element]) -> None:
        for verb in verbs:
            if verb.tag == "Say":
                self.record.heard.append(verb.text or "")
            else:
                seconds = float(verb.get("length", "1"))
                self.record.paused_seconds += seconds
                await anyio.sleep(seconds * self._line.pace)

    async def _dial(self, verb: Element) -> Question | None:
        """Call the colleague, whisper, connect; then there is the action to ask for, if there is one."""
        number = verb[0] if len(verb) else verb
        callee = (number.text or "").strip()
        self.record.dialed.append(callee)
        outcome = self._line.colleagues.get(callee, "completed")
        child = {"CallSid": new_sid("CA"), "ParentCallSid": self.record.sid, "To": callee, "Called": callee}
        if outcome == "completed" and number.get("url"):
            text = await self._line.ask(urljoin(self._url, number.get("url", "")), {**self.form(), **child})
            self.record.whispered += [one.text or "" for one in checked_verbs(text) if one.tag == "Say"]
        action = verb.get("action")
        fields = {"DialCallSid": child["CallSid"], "DialCallStatus": outcome}
        return (urljoin(self._url, action), fields) if action else None

    def _end(self, error: str) -> None:
        self._gather = None
        self.record.error = error
        self.record.status = "failed" if error else "completed"


def call_resource(account_sid: str, record: CallRecord) -> dict[str, str]:
    """A call as the API shows it."""
    return {
        "account_sid": account_sid,
        "api_version": API[1:],
        "direction": "inbound",
        "from": record.from_,
        "sid": record.sid,
        "status": record.status,
        "to": record.to,
        "uri": f"{API}/Accounts/{account_sid}/Calls/{record.sid}.json",
    }


def checked_verbs(text: str | None) -> list[Element]:
    """The verbs of a document. Raises ValueError with Twilio's own code where it would not carry it out."""
    if text is None:
        raise ValueError("11200: the product did not answer")
    try:
        root = fromstring(text.encode())  # noqa: S314
    except ParseError as error:
        raise ValueError(f"12100: not XML ({error})") from None
    if root.tag != "Response":
        raise ValueError(f"12200: the document is a {root.tag}, not a Response")
    _check(root)
    return list(root)


def _check(parent: Element) -> None:
    for verb in parent:
        if verb.tag not in INSIDE.get(parent.tag, set()):
            raise ValueError(f"12200: {verb.tag} may not stand in {parent.tag}")
        if unknown := set(verb.keys()) - VERBS[verb.tag]:
            raise ValueError(f"12200: {verb.tag} has no {', '.join(sorted(unknown))}")
        if verb.tag == "Say" and not 0 < len(verb.text or "") <= MAX_SAY_CHARACTERS:
            raise ValueError("13510: Say needs between 1 and 4,096 characters")
        if not _leads_somewhere(verb):
            raise ValueError(f"13614: {verb.tag} is empty")
        if verb.tag == "Pause" and not verb.get("length", "1").isdecimal():
            raise ValueError("13610: Pause needs a whole number of seconds")
        _check(verb)


def _leads_somewhere(verb: Element) -> bool:
    """Whether a verb that needs an address or a number has one; a Dial has it in itself or in a Number."""
    if verb.tag == "Dial" and len(verb):
        return True
    return verb.tag not in ("Redirect", "Number", "Dial") or bool((verb.text or "").strip())
