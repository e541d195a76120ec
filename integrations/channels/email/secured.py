"""Mail that is signed or encrypted: S/MIME (RFC 8551) and PGP (RFC 9580). What is only signed needs no key.

No signature is checked: it proves nothing about who may do what here.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

SMIME_TYPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
PGP_TYPES = frozenset({"application/pgp-encrypted"})
ENCRYPTED = "The mail is encrypted {by}: only a mail program with the key opens it."
BROKEN = "The mail is an S/MIME message that is damaged or of an unknown sort."
COMPRESSED = "The mail is compressed by S/MIME, which is not read here."

Sort = Literal["signed", "encrypted", "compressed", "unknown"]
_SORTS: dict[bytes, Sort] = {
    bytes.fromhex("2a864886f70d010702"): "signed",
    bytes.fromhex("2a864886f70d010703"): "encrypted",
    bytes.fromhex("2a864886f70d0109100117"): "encrypted",
    bytes.fromhex("2a864886f70d0109100109"): "compressed",
}
_OBJECT_ID, _OCTETS, _SEQUENCE, _CONTEXT = 0x06, 0x04, 0x30, 0xA0
_CONSTRUCTED_OCTETS = 0x24
_MAX_DEPTH = 16

_ARMOR = re.compile(r"-----BEGIN PGP MESSAGE-----.*?(?:-----END PGP MESSAGE-----|\Z)", re.DOTALL)
_CLEAR_SIGNED = re.compile(
    r"-----BEGIN PGP SIGNED MESSAGE-----\n(?:Hash:[^\n]{0,200}\n)*\n?(.*?)\n-----BEGIN PGP SIGNATURE-----"
    r".*?(?:-----END PGP SIGNATURE-----|\Z)",
    re.DOTALL,
)
_DASHED = re.compile(r"(?m)^- ")


class Envelope(NamedTuple):
    """What an S/MIME object is, and the mail that it holds if it is signed."""

    sort: Sort
    content: bytes = b""


class _Element(NamedTuple):
    tag: int
    content: bytes


def opened(raw: bytes) -> Envelope:
    """What is in an S/MIME object, in BER or DER. Never raises."""
    try:
        kind, wrapped = list(_elements(_only(raw, _SEQUENCE)))[:2]
        sort = _SORTS.get(kind.content, "unknown")
        if sort != "signed":
            return Envelope(sort)
        signed = list(_elements(_only(wrapped.content, _SEQUENCE)))
        inner = next(one for one in signed if one.tag == _SEQUENCE)
        content = next(one for one in _elements(inner.content) if one.tag == _CONTEXT)
        return Envelope("signed", _octets(next(_elements(content.content))))
    except (ValueError, IndexError, StopIteration):
        return Envelope("unknown")


def refusal(sort: Sort) -> str:
    """Why nobody here can read an S/MIME object of that sort."""
    return {"encrypted": ENCRYPTED.format(by="by S/MIME"), "compressed": COMPRESSED}.get(sort, BROKEN)


def is_armored(text: str) -> bool:
    """Whether a text is nothing but PGP's armor, so that only a key opens it."""
    rest, times = _ARMOR.subn("", text)
    return times > 0 and not any(map(str.isalnum, rest))


def without_signature(text: str) -> str:
    """What PGP signed, as it was written (RFC 9580, 7)."""
    if "-----BEGIN PGP SIGNED MESSAGE-----" not in text:
        return text
    return _CLEAR_SIGNED.sub(lambda found: _DASHED.sub("", found[1]), text)


def _only(raw: bytes, tag: int) -> bytes:
    element = next(_elements(raw))
    if element.tag != tag:
        raise ValueError("another element was expected")
    return element.content


def _octets(element: _Element, depth: int = 0) -> bytes:
    """An octet string, which BER may cut into pieces."""
    if element.tag == _OCTETS:
        return element.content
    if element.tag != _CONSTRUCTED_OCTETS or depth > _MAX_DEPTH:
        raise ValueError("an octet string was expected")
    return b"".join(_octets(piece, depth + 1) for piece in _elements(element.content))


def _elements(raw: bytes) -> Iterator[_Element]:
    """The elements that stand one after the other; raises ValueError or IndexError where they are damaged."""
    at = 0
    while at < len(raw) and raw[at : at + 2] != b"\x00\x00":
        start, end, after = _extent(raw, at)
        yield _Element(raw[at], raw[start:end])
        at = after


def _extent(raw: bytes, at: int, depth: int = 0) -> tuple[int, int, int]:
    """Where the content of an element begins and ends, and where the next one begins."""
    if raw[at] & 0x1F == 0x1F or depth > _MAX_DEPTH:
        raise ValueError("no element of a mail")
    first = raw[at + 1]
    if first == 0x80:
        end = at + 2
        while raw[end : end + 2] != b"\x00\x00":
            end = _extent(raw, end, depth + 1)[2]
        return at + 2, end, end + 2
    width = first & 0x7F if first & 0x80 else 0
    length = int.from_bytes(raw[at + 2 : at + 2 + width]) if width else first
    start = at + 2 + width
    if width > 4 or start + length > len(raw):
        raise ValueError("the element is cut off")
    return start, start + length, start + length
