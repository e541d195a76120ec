"""Twilio: a number for SMS and calls, and one for WhatsApp."""

from collections.abc import Iterator, Mapping

from sandbox.process import customer
from sandbox.process.vendor import Action, Channel, Field, Line, Links, Vendor
from sandbox.twilio import TwilioStandIn
from sandbox.twilio_calls import PhoneCall
from sandbox.twilio_requests import Message, Number, Written

NUMBER = "+15005550006"
WHATSAPP_NUMBER = "+15005550009"
COLLEAGUE = "+15005550010"
WHATSAPP = "whatsapp:"
TRY_AGAIN = "#rc=5&rp=all"


class TwilioVendor(Vendor):
    """The account, and a customer's phone. `spoken` holds what the caller said, after so many lines heard."""

    title = "Twilio"
    has_webhooks = True
    stand_in: TwilioStandIn

    def __init__(self) -> None:
        super().__init__(TwilioStandIn())
        self.spoken: dict[str, list[tuple[int, str]]] = {}

    def furnish(self, links: Links) -> None:
        sms, phone, whatsapp = (f"{links.holdfast}/webhooks/{kind}{TRY_AGAIN}" for kind in ("sms", "phone", "whatsapp"))
        numbers = (
            Number(phone_number=NUMBER, sms_url=sms, voice_url=phone),
            Number(phone_number=WHATSAPP_NUMBER, sms_url=whatsapp, voice=False),
        )
        self.stand_in.numbers = {number.phone_number: number for number in numbers}
        self.spoken.clear()

    def environment(self, links: Links) -> Mapping[str, str]:
        return {
            "HOLDFAST_TWILIO_ACCOUNT_SID": self.stand_in.account_sid,
            "HOLDFAST_TWILIO_AUTH_TOKEN": self.stand_in.auth_token,
            "HOLDFAST_TWILIO_PUBLIC_URL": links.holdfast,
            "HOLDFAST_TWILIO_SMS_NUMBER": NUMBER,
            "HOLDFAST_TWILIO_WHATSAPP_NUMBER": WHATSAPP_NUMBER,
            "HOLDFAST_TWILIO_PHONE_NUMBER": NUMBER,
            "HOLDFAST_TWILIO_HUMAN_NUMBER": COLLEAGUE,
            "HOLDFAST_TWILIO_BASE_URL": links.addresses[self.name],
            "HOLDFAST_TWILIO_CA_FILE": str(links.ca_file),
        }

    def channels(self) -> tuple[Channel, ...]:
        return (
            self._messages("sms", "SMS", NUMBER),
            self._messages("whatsapp", "WhatsApp", WHATSAPP_NUMBER),
            self._phone(),
        )

    def _messages(self, name: str, title: str, ours: str) -> Channel:
        prefix = WHATSAPP if ours == WHATSAPP_NUMBER else ""

        async def write(from_: str, body: str) -> None:
            await self.stand_in.write(Written(from_=f"{prefix}{from_}", to=f"{prefix}{ours}", body=body))

        def lines() -> list[Line]:
            messages = list(self.stand_in.messages.values())
            return [_line(message) for message in messages if message.to.startswith(WHATSAPP) == bool(prefix)]

        fields = (
            Field(name="from_", label="From", value=customer.PHONE),
            Field(name="body", label="Message", value=customer.QUESTION, lines=2),
        )
        action = Action(name="write", label="Send", fields=fields, run=write)
        return Channel(name=name, title=title, actions=(action,), lines=lines)

    # The phone.

    def _phone(self) -> Channel:
        caller = (Field(name="from_", label="From", value=customer.PHONE),)
        words = (Field(name="text", label="Words", value=customer.QUESTION),)
        actions = (
            Action(name="call", label="Call", fields=caller, run=self._call, then="say"),
            Action(name="say", label="Say", fields=words, run=self._say),
            Action(name="stay_silent", label="Stay silent", run=self._stay_silent),
            Action(name="hang_up", label="Hang up", run=self._hang_up, then="call"),
        )
        return Channel(name="phone", title="Phone", actions=actions, lines=lambda: list(self._heard()))

    async def _call(self, from_: str) -> None:
        await self.stand_in.call(from_, NUMBER)

    async def _say(self, text: str) -> None:
        call = self._newest_call()
        if call.listening:
            self.spoken.setdefault(call.record.sid, []).append((len(call.record.heard), text))
        await call.say(text)

    async def _stay_silent(self) -> None:
        await self._newest_call().stay_silent()

    async def _hang_up(self) -> None:
        await self._newest_call().hang_up()

    def _newest_call(self) -> PhoneCall:
        if not self.stand_in.calls:
            raise ValueError("nobody has called yet")
        return list(self.stand_in.calls.values())[-1]

    def _heard(self) -> Iterator[Line]:
        for call in list(self.stand_in.calls.values()):
            yield from _call_lines(call, self.spoken.get(call.record.sid, []))


def _line(message: Message) -> Line:
    is_customer = message.direction == "inbound"
    other = message.from_ if is_customer else message.to
    return Line(
        by="customer" if is_customer else "company",
        who=other.removeprefix(WHATSAPP),
        text=message.body,
        state="" if is_customer else message.status,
    )


def _call_lines(call: PhoneCall, spoken: list[tuple[int, str]]) -> Iterator[Line]:
    """What both sides said, in turn, and what became of the call."""
    record = call.record
    for place, heard in enumerate([*record.heard, ""]):
        yield from (Line(by="customer", who=record.from_, text=text) for after, text in spoken if after == place)
        if heard:
            yield Line(by="company", who="spoken", text=heard)
    for number in record.dialed:
        yield Line(by="company", who="connected to", text=f"{number}: {' '.join(record.whispered)}")
    if record.status != "in-progress":
        yield Line(by="company", who="the call", text=record.status, state=record.error)
