"""What people see at a desk of an approval or an escalation: a view of the record, and nothing of its own.

A card is the same for the same record: whoever compares two by their `digest` knows whether people see what is true.
"""

import hashlib
from datetime import datetime
from typing import Literal

from domain.conversation.messages import Author
from domain.model import Frozen

Needs = Literal["nothing", "text", "reason", "time", "person"]
"""What a person adds to an action."""


class CardAction(Frozen):
    """Something that people may do about the subject of a card; `name` is that of the decision or request."""

    name: str
    label: str
    needs: Needs = "nothing"
    style: Literal["plain", "primary", "danger"] = "plain"


class CardFact(Frozen):
    """Something that is known of the customer, from where, and as of when."""

    name: str
    value: str
    source: str
    as_of: datetime


class CardLine(Frozen):
    """Something that was said."""

    author: Author
    name: str
    text: str
    at: datetime


class CardSource(Frozen):
    """What a draft rests on."""

    title: str
    where: str = ""


class Card(Frozen):
    """`standing` is a sentence about where it stands; `applying` are decisions that are kept and not carried out yet.

    `version` is the digest of the approval that is shown: a decision about another one is refused.
    """

    subject: str
    headline: str
    standing: str
    is_open: bool
    question: str = ""
    history: tuple[CardLine, ...] = ()
    facts: tuple[CardFact, ...] = ()
    missing: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    draft: str = ""
    sources: tuple[CardSource, ...] = ()
    why: str = ""
    who: str = ""
    fits: tuple[str, ...] = ()
    since: datetime | None = None
    deadline: datetime | None = None
    deadline_means: str = ""
    applying: tuple[str, ...] = ()
    actions: tuple[CardAction, ...] = ()
    version: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of all that is shown."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Note(Frozen):
    """A text without actions: a reminder in the thread of a card, or what waits today. Lines of plain text."""

    headline: str = ""
    lines: tuple[str, ...]


Content = Card | Note
