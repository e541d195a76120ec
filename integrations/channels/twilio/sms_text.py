"""Text as phone networks carry it: alphabets, segments, and long texts in parts. Source: 3GPP TS 23.038."""

import re
from bisect import bisect_right
from collections.abc import Callable

MAX_CHARACTERS = 1600
MAX_SEGMENTS = 10
"""Networks drop longer messages, though Twilio takes more segments in Unicode."""
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("^{}\\[~]|€\f")
LOOKALIKES = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—−•", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\t", " "),
        **dict.fromkeys("\u200b\u2060\ufeff", None),
        "…": "...",
    }
)
CLOSING = "\"')]”’»」』）】〉》"
WIDE_STOPS = "。！？｡‥…"
_CLOSING, _WIDE = re.escape(CLOSING), re.escape(WIDE_STOPS)
PLACES_TO_CUT = (
    re.compile(r"\n\s*\n"),
    re.compile(
        rf"(?<=[.!?…؟۔।॥։])[{_CLOSING}]*\s+|(?:(?<=[{_WIDE}])|(?<=．)(?!\d))[{_CLOSING}]*\s*(?![{_WIDE}{_CLOSING}])|\n"
    ),
    re.compile(rf"\s+|(?<=[、，；：､])[{_CLOSING}]*"),
)
"""After a paragraph, a sentence, a word. Chinese and Japanese write neither spaces nor words apart, but have stops."""
MAX_MARK_CHARACTERS = len("(99/99) ")


def in_plain_letters(text: str) -> str:
    """Typographic quotes, dashes and spaces as the phone alphabet has them: one `’` would halve what fits."""
    return text.translate(LOOKALIKES)


def segments(text: str) -> int:
    """How many messages of the network a text takes: 160 letters, or 153 each when joined; 70 and 67 in Unicode."""
    if all(letter in GSM_BASIC or letter in GSM_EXTENSION for letter in text):
        units = sum(2 if letter in GSM_EXTENSION else 1 for letter in text)
        return 1 if units <= 160 else -(-units // 153)
    units = len(text.encode("utf-16-be")) // 2
    return 1 if units <= 70 else -(-units // 67)


def fits_sms(text: str) -> bool:
    return len(text) <= MAX_CHARACTERS and segments(text) <= MAX_SEGMENTS


def fits_whatsapp(text: str) -> bool:
    return len(text) <= MAX_CHARACTERS


def parts(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The text whole where it fits, else cut after a paragraph, a sentence or a word, and marked (1/2), (2/2)."""
    left = text.strip()
    if fits(left):
        return [left]
    pieces: list[str] = []
    while left:
        cut = _cut(left, fits)
        pieces.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return [f"({number}/{len(pieces)}) {piece}" for number, piece in enumerate(pieces, 1)]


def _cut(text: str, fits: Callable[[str], bool]) -> int:
    room = " " * MAX_MARK_CHARACTERS
    longest = bisect_right(range(1, len(text) + 1), 0, key=lambda length: not fits(room + text[:length]))
    if longest == len(text):
        return longest
    for place in PLACES_TO_CUT:
        ends = [found.end() for found in place.finditer(text, 0, longest) if not _is_within_mark(text, found.end())]
        if ends and ends[-1] > longest // 3:
            return ends[-1]
    return longest


def _is_within_mark(text: str, end: int) -> bool:
    """A part does not begin with what closes the one before."""
    return not text[end - 1].isspace() and text[end : end + 1] in {*CLOSING, *WIDE_STOPS}
