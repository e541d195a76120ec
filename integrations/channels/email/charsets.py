"""Bytes of a mail as text, whatever its charset is called and however little it keeps to it. Nothing here raises."""

import codecs
import re
from collections.abc import Iterator

LATIN = frozenset({"", "ascii", "iso8859-1", "iso8859-15", "cp1252"})
ALIASES = {
    "gb_2312-80": "gb18030",
    "iso-8859-6-e": "iso8859-6",
    "iso-8859-6-i": "iso8859-6",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-8-i": "iso8859-8",
    "koi": "koi8-r",
    "koi8-ru": "koi8-u",
    "logical": "iso8859-8",
    "unicode": "utf-16-le",
    "unicode-1-1-utf-7": "utf-7",
    "visual": "iso8859-8",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "x-gbk": "gb18030",
    "x-mac-ce": "mac_latin2",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-roman": "mac_roman",
    "x-mac-ukrainian": "mac_cyrillic",
    "x-sjis": "cp932",
    "x-x-big5": "big5hkscs",
}
"""What programs write, by the names that Python knows; most are in the WHATWG Encoding Standard."""
SUPERSETS = {
    "big5": "big5hkscs",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "shift_jis": "cp932",
    "tis-620": "cp874",
}
"""What programs mean by a name, where it is more than the name says."""
NOT_FOR_MAIL = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
"""Python's own codecs, some of them slow on long input."""

LOST = "\ufffd"
MAX_LOST = 1 / 3
_NUMBERED = re.compile(r"(?:x-)?(?:cp|win|windows|ibm|dos)[-_]?(\d{3,5})", re.ASCII)
_JAPANESE = re.compile(rb"\x1b(\$[@B]|\([BIJ])([^\x1b]*)")


def decode_bytes(raw: bytes, declared: str | None) -> str:
    """Text in the declared charset, or in the likeliest one where that is wrong, unknown or missing.

    Valid UTF-8 in a mail that claims to be Latin-1 is UTF-8, as mistaking it the other way round is very unlikely.
    A few broken characters, such as the last of a mail that was cut, do not change what the rest is.
    """
    name = _codec((declared or "").strip().strip("\"'").lower())
    return next(text for text in _readings(raw, name) if text is not None)


def _readings(raw: bytes, name: str) -> Iterator[str | None]:
    """The text as each charset has it, the likeliest first; None where it is not in that charset."""
    wanted = SUPERSETS.get(name, name)
    if name in LATIN:
        yield _strictly(raw, "utf-8")
        yield _mostly(raw, "utf-8")
    yield _strictly(raw, wanted)
    if name == "euc_jp":
        yield _strictly(raw, "euc_jis_2004")
    if name == "iso2022_jp" and b"\x1b" in raw:
        yield _japanese(raw)
    yield _strictly(raw, "utf-8")
    yield _mostly(raw, wanted)
    yield _mostly(raw, "utf-8")
    yield _strictly(raw, "cp1252")
    yield raw.decode("latin-1")


def _codec(name: str) -> str:
    """Python's own name of a charset; empty for one that it does not know, or that is none."""
    numbered = _NUMBERED.fullmatch(name)
    for one in (ALIASES.get(name, name), f"cp{numbered[1]}" if numbered else ""):
        try:
            found = codecs.lookup(one).name if one else ""
        except (LookupError, ValueError):
            continue
        if found:
            return "" if found.replace("-", "_") in NOT_FOR_MAIL else found
    return ""


def _strictly(raw: bytes, charset: str) -> str | None:
    try:
        return raw.decode(charset) if charset else None
    except (LookupError, ValueError):
        return None


def _mostly(raw: bytes, charset: str) -> str | None:
    """With a mark for what is broken, if that is the smaller part of the characters beyond ASCII."""
    try:
        text = raw.decode(charset, "replace") if charset else ""
    except (LookupError, ValueError):
        return None
    lost = text.count(LOST)
    beyond_ascii = sum(1 for letter in text if letter > "\x7f")
    return text if 0 < lost <= MAX_LOST * beyond_ascii else None


def _japanese(raw: bytes) -> str:
    """ISO-2022-JP as mail programs write it: with narrow katakana, and with the characters that makers added."""
    head = raw.partition(b"\x1b")[0].decode("ascii", "replace")
    return head + "".join(_japanese_part(mark, part) for mark, part in _JAPANESE.findall(raw))


def _japanese_part(mark: bytes, part: bytes) -> str:
    if mark == b"(I":
        return bytes(byte | 0x80 if byte > 0x20 else byte for byte in part).decode("cp932", "replace")
    if mark.startswith(b"("):
        return part.decode("ascii", "replace")
    pairs = zip(part[::2], part[1::2], strict=False)
    return "".join(_japanese_letter(row, column) for row, column in pairs)


def _japanese_letter(row: int, column: int) -> str:
    """A character of JIS X 0208, by way of Shift JIS, which keeps the same table in another order."""
    if not (0x21 <= row <= 0x7E and 0x21 <= column <= 0x7E):
        return LOST
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = column + (0x7E if row % 2 == 0 else 0x1F if column < 0x60 else 0x20)
    return bytes([lead, trail]).decode("cp932", "replace")[0]
