"""What a mail holds: its text, whatever it is written in, and its files.

Of alternatives the plain text is taken, unless the HTML says much more. A file that is left out is named in the text.
"""

import binascii
import mimetypes
import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from html import unescape
from string import ascii_lowercase, ascii_uppercase
from typing import NamedTuple

from inscriptis import get_text  # type: ignore[import-untyped]
from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.delivery.inbound import InboundFile
from domain.errors import PermanentError
from integrations.channels.email.charsets import decode_bytes
from integrations.channels.email.headers import clean, decoded, one_line
from integrations.channels.email.secured import (
    ENCRYPTED,
    PGP_TYPES,
    SMIME_TYPES,
    is_armored,
    opened,
    refusal,
    without_signature,
)

PROBLEMS = (MessageError, ValueError, LookupError, RecursionError, TypeError, AttributeError)
"""What Python's parser is known to raise on mails that keep to no rule."""

MAX_FILES = 20
MAX_TEXT_BYTES = 5_000_000
FULL_TEXT = "mail.txt"
_SIGNATURES = {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
_TNEF = {"application/ms-tnef", "application/vnd.ms-tnef"}
TNEF_NOTE = "[The words of this mail are in {name}, a format that only Outlook opens. Ask for them as plain text.]"
_QUOTE_OPENS, _QUOTE_CLOSES = "\ue000", "\ue001"
_BLOCKQUOTE = re.compile(r"<(/?)blockquote\b[^>]{0,2000}>", re.IGNORECASE)
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)
_INVISIBLE = (
    ("<!--", "-->"),
    ("<script", "</script"),
    ("<style", "</style"),
    ("<head", "</head"),
    ("<title", "</title"),
)
_IMAGE = re.compile(r"data:(image/[a-z0-9.+-]{1,40});base64,([a-z0-9+/=\s]+)", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_HTML = ParserConfig(css=CSS_PROFILES["strict"])


class UnreadableMailError(PermanentError):
    """No message can be made of a mail; the text says why."""


class Contents(NamedTuple):
    """A mail's text as written, what is to be said of parts that were left out, and the files."""

    text: str
    notes: tuple[str, ...] = ()
    files: tuple[InboundFile, ...] = ()


class _Text(NamedTuple):
    text: str


class _File(NamedTuple):
    name: str
    media_type: str
    content: bytes


_Piece = _Text | _File


def parse(raw: bytes) -> Message:
    """A mail as Python's compat32 message; raises one of PROBLEMS."""
    return message_from_bytes(raw)


def contents(mail: Message, most_file_bytes: int, *, is_cut: bool = False) -> Contents:
    """What is in a mail; of one that is cut off, the last file is incomplete.

    Raises UnreadableMailError, or one of PROBLEMS.
    """
    pieces = list(_pieces(mail))
    files = [piece for piece in pieces if isinstance(piece, _File)]
    texts = [without_signature(clean(piece.text)).strip("\n") for piece in pieces if isinstance(piece, _Text)]
    _check_encryption(mail, texts)
    left_out = files[-1:] if is_cut else []
    left_out += [file for file in files if len(file.content) > most_file_bytes and file not in left_out]
    kept = [file for file in files if file not in left_out]
    left_out += kept[MAX_FILES:]
    notes = [f"[The file {file.name} was left out: it is too large, or one too many.]" for file in left_out]
    notes += [TNEF_NOTE.format(name=file.name) for file in files if _is_tnef(file) and not any(map(_letters, texts))]
    if is_cut:
        notes.append("[This mail is too large. The end of it is in the mailbox only.]")
    return Contents(
        text="\n\n".join(text for text in texts if text.strip()),
        notes=tuple(notes),
        files=tuple(
            InboundFile(name=file.name, media_type=file.media_type, content=file.content) for file in kept[:MAX_FILES]
        ),
    )


def _check_encryption(mail: Message, texts: list[str]) -> None:
    """Raises UnreadableMailError for a mail whose only text is encrypted with PGP."""
    filled = [text for text in texts if text.strip()]
    is_sealed = any(part.get_content_type() in PGP_TYPES for part in mail.walk())
    if (filled and all(map(is_armored, filled))) or (is_sealed and not any(map(_letters, filled))):
        raise UnreadableMailError(ENCRYPTED.format(by="with PGP"))


def _is_tnef(file: _File) -> bool:
    return file.media_type in _TNEF or file.name.lower() == "winmail.dat"


def fitted(text: str, notes: tuple[str, ...]) -> str:
    """A text with its notes, cut to what a message may hold."""
    ending = "\n".join(["", "", *notes]) if notes else ""
    if len(text) + len(ending) <= MAX_MESSAGE_CHARACTERS:
        return (text + ending).strip()
    ending = f"\n\n[The whole text is in {FULL_TEXT}.]{ending}"[: MAX_MESSAGE_CHARACTERS // 2]
    return text[: MAX_MESSAGE_CHARACTERS - len(ending)] + ending


def text_file(text: str) -> InboundFile:
    return InboundFile(name=FULL_TEXT, media_type="text/plain", content=text.encode())


def _pieces(part: Message) -> Iterator[_Piece]:
    kind = part.get_content_type()
    if kind == "multipart/encrypted":
        raise UnreadableMailError(
            ENCRYPTED.format(by="with PGP" if "pgp" in str(part.get_param("protocol")) else "as a whole")
        )
    if kind in SMIME_TYPES or (kind == "application/octet-stream" and _file_name(part, kind).lower() == "smime.p7m"):
        yield from _signed(part)
    elif kind == "multipart/alternative" and part.is_multipart():
        yield from _best(part)
    elif kind == "message/rfc822" and part.is_multipart():
        inner = part.get_payload()
        yield from (_File("mail.eml", kind, one.as_bytes()) for one in inner if isinstance(one, Message))
    elif part.is_multipart():
        for one in part.get_payload():
            if isinstance(one, Message) and one.get_content_type() not in _SIGNATURES:
                yield from _pieces(one)
    else:
        yield from _leaf(part)


def _signed(part: Message) -> Iterator[_Piece]:
    """The mail inside an S/MIME object. Raises UnreadableMailError if it is not only signed."""
    raw = part.get_payload(decode=True)
    envelope = opened(raw if isinstance(raw, bytes) else b"")
    if envelope.sort != "signed":
        raise UnreadableMailError(refusal(envelope.sort))
    if envelope.content:
        yield from _pieces(parse(envelope.content))


def _best(part: Message) -> Iterator[_Piece]:
    """Of the alternatives: plain text if it says about as much as the others, and every file."""
    choices = [list(_pieces(one)) for one in part.get_payload() if isinstance(one, Message)]
    ranked = sorted(choices, key=_length, reverse=True)
    plain = next((choice for one, choice in zip(part.get_payload(), choices, strict=False) if _is_plain(one)), None)
    best = plain if plain is not None and _length(plain) * 2 >= _length(ranked[0]) else next(iter(ranked), [])
    yield from (piece for piece in best if isinstance(piece, _Text))
    yield from (piece for choice in choices for piece in choice if isinstance(piece, _File))


def _is_plain(part: object) -> bool:
    return isinstance(part, Message) and part.get_content_type() == "text/plain"


def _length(pieces: list[_Piece]) -> int:
    """How many letters and digits the texts have."""
    return sum(_letters(piece.text) for piece in pieces if isinstance(piece, _Text))


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _leaf(part: Message) -> Iterator[_Piece]:
    raw = part.get_payload(decode=True)
    content = raw if isinstance(raw, bytes) else b""
    kind = part.get_content_type()
    is_text = kind in {"text/plain", "text/html"} or part.get_content_maintype() == "multipart"
    is_file = part.get_content_disposition() == "attachment" or bool(part.get_filename())
    if not is_text or is_file or len(content) > MAX_TEXT_BYTES:
        yield _File(_file_name(part, kind), kind, content)
        return
    text = decode_bytes(content, part.get_content_charset())
    if kind == "text/html":
        yield _Text(html_text(text))
        yield from _images(text)
    else:
        yield _Text(text)


def _images(html: str) -> Iterator[_File]:
    """Images that stand in the HTML itself; one that is broken is nothing that anybody saw."""
    for number, (kind, encoded) in enumerate(_IMAGE.findall(html), 1):
        with suppress(binascii.Error):
            content = binascii.a2b_base64(encoded)
            yield _File(f"image-{number}{mimetypes.guess_extension(kind.lower()) or ''}", kind.lower(), content)


def _file_name(part: Message, kind: str) -> str:
    name = one_line(decoded(part.get_filename() or "")).replace("\\", "/").rpartition("/")[2]
    return name[-255:] or f"file{mimetypes.guess_extension(kind) or ''}"


def html_text(html: str) -> str:
    """HTML as text in which each line of a blockquote begins with ">", as in plain mail.

    The parser drops what is nested more than 256 deep; where that is most of the text, only the tags are taken out.
    """
    marked = _BLOCKQUOTE.sub(_marked, clean(html).replace(_QUOTE_OPENS, "").replace(_QUOTE_CLOSES, ""))
    bare = unescape(_TAG.sub(" ", _visible(marked)))
    try:
        text = get_text(f"<div>{marked}</div>", _HTML)
    except RecursionError:
        text = ""
    return _quoted_by_line(text if _letters(text) * 2 >= _letters(bare) else bare)


def _visible(html: str) -> str:
    """HTML without what is never shown. Searched, not matched: a mail can make a pattern slow."""
    for opening, closing in _INVISIBLE:
        small, kept, at = html.translate(_SMALL), list[str](), 0
        while (start := small.find(opening, at)) >= 0 and (end := small.find(closing, start)) >= 0:
            kept.append(html[at:start])
            at = end + len(closing)
        html = "".join([*kept, html[at:]])
    return html


def _marked(tag: re.Match[str]) -> str:
    return f"<div>{_QUOTE_CLOSES}</div>{tag[0]}" if tag[1] else f"{tag[0]}<div>{_QUOTE_OPENS}</div>"


def _quoted_by_line(text: str) -> str:
    lines, depth = [], 0
    for line in text.split("\n"):
        words = line.replace(_QUOTE_OPENS, "").replace(_QUOTE_CLOSES, "")
        depth = max(0, depth + line.count(_QUOTE_OPENS))
        if words.strip() or words == line:
            lines.append((">" * depth + " " if depth else "") + words.replace("\xa0", " ").rstrip())
        depth = max(0, depth - line.count(_QUOTE_CLOSES))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")
