"""Reading what a mail's headers and bytes say, however they are encoded. Nothing here raises.

RFC 5322, 2047 and 2231 say how it should be; every rule is broken by some program. compat32 messages are read, since
the parser behind email.policy.default raises on many headers that real mails carry.
"""

import binascii
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses
from itertools import groupby
from typing import NamedTuple

from integrations.channels.email.charsets import decode_bytes

MAX_ADDRESS_CHARACTERS = 254
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,255}")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,400}>")
_BROKEN_ID = re.compile(r"<[^<>@]{1,200}@[^<>@]{1,200}>")
_BARE_ID = re.compile(r"[\x21-\x3b\x3d\x3f\x41-\x7e]{1,200}@[\x21-\x3b\x3d\x3f\x41-\x7e]{1,200}")
_AROUND_ADDRESS = re.compile(r"[\s<>()\[\],;:\"]+")
_WORD = r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\r\n]*\?="
_WORDS = re.compile(rf"{_WORD}(?:\s+{_WORD})*")
_WORD_PARTS = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?\r\n]*)\?=")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


class Mailbox(NamedTuple):
    """A name, perhaps empty, and an address in small letters."""

    name: str
    address: str


def clean(text: str) -> str:
    """Lines ended by \\n, without control characters and halves of characters, which no store takes."""
    return _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """As `clean`, on one line: what a header can never be broken out of."""
    return _SPACE.sub(" ", clean(text)).strip()


def raw_headers(mail: Message, name: str) -> Iterator[str]:
    """The values of a header, the topmost first, unfolded and with encoded words as they are."""
    for key, value in mail.raw_items():
        if key.lower() == name.lower():
            raw = str(value).encode("utf-8", "surrogateescape")
            yield decode_bytes(raw, None).replace("\r", "").replace("\n", "")


def raw_header(mail: Message, name: str) -> str:
    """The topmost one; empty where there is none."""
    return next(raw_headers(mail, name), "")


def header(mail: Message, name: str) -> str:
    """The topmost one, decoded, on one line."""
    return one_line(decoded(raw_header(mail, name)))


def decoded(value: str) -> str:
    """A header's text with its encoded words decoded; neighbours are joined first, as some end mid-character."""
    return _WORDS.sub(_decoded_words, value)


def _decoded_words(run: re.Match[str]) -> str:
    words = _WORD_PARTS.findall(run[0])
    by_charset = groupby(words, key=lambda word: word[0].partition("*")[0])
    return "".join(
        decode_bytes(b"".join(_word_bytes(coding, text) for _, coding, text in same), charset)
        for charset, same in by_charset
    )


def _word_bytes(coding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if coding in "qQ":
        return quopri.decodestring(raw, header=True)
    try:
        return binascii.a2b_base64(raw + b"==")
    except binascii.Error:
        return raw


def mailboxes(mail: Message, name: str) -> list[Mailbox]:
    """The valid addresses of a header. They are found before anything is decoded, so an encoded name cannot be one.

    Of a header in which none is valid as the standard has it, the one address that it shows is taken.
    """
    values = [one_line(value) for value in raw_headers(mail, name)]
    found = [
        Mailbox(one_line(decoded(shown))[:200], address.lower())
        for shown, address in getaddresses(values)
        if _is_address(address)
    ]
    return found or _only_address(decoded(" ".join(values)))


def _only_address(text: str) -> list[Mailbox]:
    words = {word.strip(".'").lower() for word in _AROUND_ADDRESS.split(text)}
    found = [word for word in words if _is_address(word)]
    return [Mailbox("", found[0])] if len(found) == 1 else []


def _is_address(text: str) -> bool:
    return len(text) <= MAX_ADDRESS_CHARACTERS and _ADDRESS.fullmatch(text) is not None


def message_ids(mail: Message, name: str) -> list[str]:
    """The message ids of a header, in its order, each in its angle brackets.

    Some programs encode ids like words, break them at the end of a line, or leave the brackets out.
    """
    return [found for value in raw_headers(mail, name) for found in _ids(decoded(value))]


def _ids(value: str) -> list[str]:
    whole = _BROKEN_ID.sub(lambda found: "".join(found[0].split()), value)
    bracketed = _MESSAGE_ID.findall(whole)
    if bracketed:
        return bracketed
    return [f"<{word}>" for word in re.split(r"[\s,;<>]+", whole) if _BARE_ID.fullmatch(word)]


def domain_of(address: str) -> str:
    return address.rpartition("@")[2].lower().rstrip(".")
