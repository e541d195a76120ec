"""What of ours has newly reached customers at their vendors."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cast.vendors import Vendors
from sandbox.mail import Received
from sandbox.twilio_requests import Message

Places = Mapping[Any, Sequence[Any]]
"""What lies where, the newest last: a mailbox, a ticket, a room."""


def arrivals(vendors: Vendors) -> Callable[[], list[str]]:
    """A function that returns the texts which came since it was called last."""
    twilio, slack = vendors.twilio.stand_in, vendors.slack.stand_in
    zendesk, mail = vendors.zendesk.stand_in, vendors.mail.stand_in
    readers = (
        _new(lambda: {"sms": list(twilio.messages.values())}, _sms),
        _new(lambda: {"mail": mail.received}, _mail),
        _new(lambda: slack.workspace.messages.copy(), _slack),
        _new(lambda: zendesk.account.comments.copy(), lambda comment: _ticket(comment, zendesk.account.users)),
    )
    return lambda: [text for reader in readers for text in next(reader)]


def _new(read: Callable[[], Places], text_of: Callable[[Any], str]) -> Iterator[list[str]]:
    """Look after look. Customers' own messages have no text here."""
    seen = defaultdict[object, int](int)
    while True:
        found = list[str]()
        for place, items in read().items():
            new = list(items[seen[place] :])
            seen[place] += len(new)
            found += [text for text in map(text_of, new) if text]
        yield found


def _sms(message: Message) -> str:
    return "" if message.direction == "inbound" else message.body


def _mail(mail: Received) -> str:
    return mail.text


def _slack(message: Mapping[str, Any]) -> str:
    return str(message["text"]) if message.get("bot_id") else ""


def _ticket(comment: Mapping[str, Any], users: Mapping[int, Mapping[str, Any]]) -> str:
    by_us = users[comment["author_id"]]["role"] != "end-user" and comment["public"]
    return str(comment["body"]) if by_us else ""
