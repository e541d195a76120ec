"""Blocks of headers above a quotation, as Outlook, Hotmail, Windows Mail, GMX and others write them.

From: Support <support@example.com>
Sent: Monday, 3 November 2025 09:12
To: Erika
Subject: Order 7
"""

import re
from collections.abc import Iterator
from itertools import takewhile
from typing import Literal, NamedTuple

from integrations.channels.email.program_phrases import LANGUAGES

MAX_BLOCK_LINES = 12
MAX_LABEL_CHARACTERS = 30

Label = Literal["sender", "sent", "date", "to", "subject", "copy"]
_LABELS: tuple[Label, ...] = ("sender", "sent", "date", "to", "subject", "copy")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_FIELD = re.compile(
    rf"[\s>*_]{{0,20}}([^\s*:\uff1a][^*:\uff1a]{{0,{MAX_LABEL_CHARACTERS}}}?)[\s*_]{{0,5}}[:\uff1a](.*)"
)
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}")
_ADDRESS = re.compile(r"[^\s<>\"]{1,64}@[^\s<>\"]{1,255}")
_FENCE = re.compile(r"[\s>*_-]{0,10}[-_]{2,40}[\s*]{0,3}([^-_\n]{3,60}?)[\s*]{0,3}[-_]{2,40}[\s*_-]{0,10}")


class Field(NamedTuple):
    """One line of a block. A label may mean several things, such as "Sent" a date and "A" a recipient."""

    labels: frozenset[Label]
    value: str


def _meanings() -> dict[str, frozenset[Label]]:
    found: dict[str, set[Label]] = {}
    for language in LANGUAGES.values():
        for label in _LABELS:
            for word in getattr(language, label).split("|"):
                found.setdefault(word, set()).add(label)
    return {word: frozenset(labels) for word, labels in found.items() if word}


_MEANINGS = _meanings()
_ORIGINALS = frozenset(word for language in LANGUAGES.values() for word in language.original.split("|"))


def is_header_block(lines: list[str], at: int) -> bool:
    """Whether a block of headers begins in that line: who wrote, when, and to whom or about what."""
    first = _field(lines[at])
    if first is None or first.labels <= {"copy"}:
        return False
    fields = [first, *_fields(lines[at + 1 : at + MAX_BLOCK_LINES])]
    labels = {label for field in fields for label in field.labels}
    if not ("sender" in labels and labels & {"sent", "date"} and len(fields) >= 3):
        return False
    return "subject" in labels or _is_of_a_mail(fields)


def is_original_line(line: str) -> bool:
    """Whether it says "-----Original Message-----"."""
    fenced = _FENCE.fullmatch(line)
    return fenced is not None and fenced[1].strip().lower() in _ORIGINALS


def is_fence(line: str) -> bool:
    """Whether it has words between dashes, whatever they say."""
    return _FENCE.fullmatch(line) is not None


def _fields(lines: list[str]) -> Iterator[Field]:
    """The fields up to the first empty line; a line without a label belongs to the one above it."""
    for line in takewhile(lambda one: one.strip("> \t"), lines):
        found = _field(line)
        if found:
            yield found


def _field(line: str) -> Field | None:
    found = _FIELD.match(_INVISIBLE.sub("", line.replace("\xa0", " "))[:400])
    labels = _MEANINGS.get(found[1].strip().lower()) if found else None
    return Field(labels, found[2]) if found and labels else None


def _is_of_a_mail(fields: list[Field]) -> bool:
    """Without a subject: it has an hour, and an address or a word for sending. A traveller's From and To have not."""
    times = [field for field in fields if field.labels & {"sent", "date"} and _TIME.search(field.value)]
    has_address = any(_ADDRESS.search(one.value) for one in fields if one.labels & {"sender", "to"})
    has_recipient = any("to" in field.labels for field in fields)
    return bool(times) and has_recipient and (has_address or any("sent" in field.labels for field in times))
