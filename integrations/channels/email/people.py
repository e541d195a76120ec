"""Who wrote a mail, and who is to be answered."""

import re
from collections.abc import Collection
from email.message import Message
from typing import NamedTuple

from integrations.channels.email.headers import Mailbox, mailboxes
from integrations.channels.email.threading import without_plus

# Groups that put their own address into From name the writer here.
ORIGINAL_FROM = ("X-Original-From", "X-Google-Original-From")
_NO_REPLY = re.compile(
    r"(?:.*[-_.])?(?:no|not|do[-_]?not|dont)[-_.]?(?:reply|respond|answer|antwort\w*)(?:[-_.+].*)?@.*"
)


class People(NamedTuple):
    """The writer, and where an answer goes."""

    author: Mailbox
    answer_to: Mailbox


def people(mail: Message, ours: Collection[str]) -> People | None:
    """Whoever is not us; None where nobody else is named. `ours` are our own addresses in small letters.

    A form on a web site sends from a no-reply address or from ours, and names the visitor in Reply-To. A group may
    write its own address, which is ours too, into From or into Reply-To.
    """
    senders = mailboxes(mail, "From") or mailboxes(mail, "Sender")
    named = _others(senders, ours)
    answered = _others(mailboxes(mail, "Reply-To"), ours)
    originals = [box for name in ORIGINAL_FROM for box in _others(mailboxes(mail, name), ours)]
    is_form = not named or is_no_reply(named[0].address)
    authors = [*answered, *originals, *named] if is_form else named
    if not authors:
        return None
    return People(authors[0], (answered or authors)[0])


def is_from_us(mail: Message, ours: Collection[str]) -> bool:
    """Whether From, Sender or Reply-To name an address of ours."""
    named = (box for name in ("From", "Sender", "Reply-To") for box in mailboxes(mail, name))
    return any(without_plus(box.address) in ours for box in named)


def is_no_reply(address: str) -> bool:
    """Whether an address says that nobody reads what is sent to it."""
    return _NO_REPLY.fullmatch(address) is not None


def _others(boxes: list[Mailbox], ours: Collection[str]) -> list[Mailbox]:
    return [box for box in boxes if without_plus(box.address) not in ours]
