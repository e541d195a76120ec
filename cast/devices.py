"""What a customer writes and calls with. Each device is played on the stand-in of its vendor, and reads from it."""

from collections.abc import Iterator, Mapping
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from cast.vendors import Vendors
from domain.identity.directory import Contact
from domain.specification.organisation import ChannelKind
from integrations.channels.email.threading import thread_key
from integrations.channels.twilio.messages import thread_of
from invariants.records import Posted
from sandbox.frame import StandIn
from sandbox.mail import MailStandIn, Received
from sandbox.process.twilio import NUMBER
from sandbox.slack import SlackStandIn, Writes
from sandbox.slack_workspace import CUSTOMER_TEAM, TEAM, Person, Room
from sandbox.twilio import TwilioStandIn
from sandbox.twilio_calls import PhoneCall
from sandbox.twilio_requests import Written as WrittenMessage
from sandbox.zendesk import Written as WrittenComment
from sandbox.zendesk import ZendeskStandIn

SHARED = Room(id="C0TECHFLOW", is_ext_shared=True)


class Device(Protocol):
    """`thread` is what the vendor groups the messages by, empty before the first; `posted` what the company wrote."""

    @property
    def stand_in(self) -> StandIn: ...

    @property
    def thread(self) -> str: ...

    async def write(self, text: str) -> None: ...

    def posted(self) -> Iterator[Posted]: ...


class MobilePhone:
    """Writes SMS to the company's number."""

    def __init__(self, twilio: TwilioStandIn, number: str) -> None:
        self.stand_in = twilio
        self._number = number

    @property
    def thread(self) -> str:
        return thread_of(self._number, NUMBER)

    async def write(self, text: str) -> None:
        await self.stand_in.write(WrittenMessage(from_=self._number, to=NUMBER, body=text))

    def posted(self) -> Iterator[Posted]:
        for message in list(self.stand_in.messages.values()):
            if message.to == self._number:
                first = parse_qs(urlsplit(message.status_callback).query).get("of", [None])[0]
                yield Posted(channel="sms", id=message.sid, text=message.body, part_of=first)


class Telephone:
    """Calls the company's number; the call begins with the first words."""

    def __init__(self, twilio: TwilioStandIn, number: str) -> None:
        self.stand_in = twilio
        self.call: PhoneCall | None = None
        self._number = number

    @property
    def thread(self) -> str:
        return self.call.record.sid if self.call else ""

    async def write(self, text: str) -> None:
        """Speak; returns when the company has answered."""
        if self.call is None:
            self.call = await self.stand_in.call(self._number, NUMBER)
        await self.call.say(text)

    async def hang_up(self) -> None:
        if self.call:
            await self.call.hang_up()

    @property
    def whispered(self) -> list[str]:
        """What only the colleague heard to whom the call was handed over."""
        return self.call.record.whispered if self.call else []

    def posted(self) -> Iterator[Posted]:
        for line in self.call.record.heard if self.call else ():
            yield Posted(channel="phone", id="", text=line)


class Mailbox:
    """Writes to the company's address, then answers what came back."""

    def __init__(self, mail: MailStandIn, address: str, subject: str) -> None:
        self.stand_in = mail
        self.thread = ""
        self._address = address
        self._subject = subject
        self._written: list[str] = []

    async def write(self, text: str) -> None:
        answered = next(reversed(self._received()), None)
        subject = "" if answered else self._subject
        message_id = await self.stand_in.write(self._address, text, subject=subject, answers=answered)
        self._written.append(message_id)
        self.thread = self.thread or thread_key(message_id, self._address)

    def posted(self) -> Iterator[Posted]:
        seen = set(self._written)
        for mail in self._received():
            headers = mail.headers
            is_below_ours = any(written in headers.get("References", "") for written in self._written)
            threads = is_below_ours and headers.get("In-Reply-To") in seen
            seen.add(headers["Message-ID"])
            yield Posted(channel="email", id=headers["Message-ID"].strip("<>"), text=mail.text, threads=threads)

    def _received(self) -> list[Received]:
        return [mail for mail in list(self.stand_in.received) if mail.to == self._address]


class HelpDesk:
    """A ticket: the first text opens it, the others are comments."""

    def __init__(self, zendesk: ZendeskStandIn, address: str, subject: str) -> None:
        self.stand_in = zendesk
        self.ticket: int | None = None
        self._address = address
        self._subject = subject

    @property
    def thread(self) -> str:
        return str(self.ticket or "")

    async def write(self, text: str) -> None:
        if self.ticket is None:
            written = WrittenComment(author=self._address, subject=self._subject, body=text)
            self.ticket = await self.stand_in.write(written)
        else:
            await self.stand_in.add_comment(self.ticket, WrittenComment(author=self._address, body=text))

    async def answer_as(self, colleague: str, text: str) -> None:
        """Somebody of the company answers in Zendesk itself."""
        if self.ticket is None:
            raise ValueError("there is no ticket yet")
        await self.stand_in.add_comment(self.ticket, WrittenComment(author=colleague, body=text))

    def posted(self) -> Iterator[Posted]:
        account = self.stand_in.account
        for comment in list(account.comments.get(self.ticket or 0, ())):
            if comment["public"] and account.users[comment["author_id"]]["role"] != "end-user":
                yield Posted(channel="zendesk", id=str(comment["id"]), text=comment["body"])


class SlackRoom:
    """A thread of the channel that the company shares with its customers, or a direct message."""

    def __init__(self, slack: SlackStandIn, contact: Contact, *, is_direct: bool) -> None:
        self.stand_in = slack
        code = contact.id.upper().replace("-", "")
        self._person = Person(id=f"U0{code}", team_id=CUSTOMER_TEAM, real_name=contact.name, email=contact.email)
        self._room = Room(id=f"D0{code}") if is_direct else SHARED
        self._root: str | None = None
        self._is_direct = is_direct
        slack.workspace.add(self._room, self._person)

    @property
    def thread(self) -> str:
        place = f"{TEAM}/{self._room.id}"
        if self._is_direct:
            return place
        return f"{place}/{self._root}" if self._root else ""

    async def write(self, text: str) -> None:
        written = Writes(channel=self._room.id, user=self._person.id, text=text, thread_ts=self._root)
        moment = await self.stand_in.write(written)
        if not self._is_direct:
            self._root = self._root or moment

    def posted(self) -> Iterator[Posted]:
        for message in list(self.stand_in.workspace.messages.get(self._room.id, ())):
            is_here = self._is_direct or message.get("thread_ts") == self._root
            if message.get("bot_id") and is_here:
                yield Posted(channel="slack", id=f"{self._room.id}/{message['ts']}", text=message["text"])


def devices_of(vendors: Vendors, contact: Contact, *, subject: str, is_direct: bool) -> Mapping[ChannelKind, Device]:
    """All that a contact has."""
    number = (contact.phone or "").replace(" ", "")
    found: dict[ChannelKind, Device] = {
        "email": Mailbox(vendors.mail.stand_in, contact.email, subject),
        "zendesk": HelpDesk(vendors.zendesk.stand_in, contact.email, subject),
        "slack": SlackRoom(vendors.slack.stand_in, contact, is_direct=is_direct),
    }
    if number:
        found |= {
            "sms": MobilePhone(vendors.twilio.stand_in, number),
            "phone": Telephone(vendors.twilio.stand_in, number),
        }
    return found
