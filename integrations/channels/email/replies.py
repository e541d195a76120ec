"""What is new in a reply: the text without what it quotes and without a signature.

Losing what a customer wrote is worse than reading a quotation twice, so a rule removes only what is certain:

- only a mail that answers one quotes: an introduction ("On … wrote:") and lines that begin with ">", or a block of
  headers (From, Sent, To, Subject) or a full introduction, and all that follows;
- an introduction is nothing but an introduction (introductions.py): a line that says more stays, and so does what
  it introduces;
- a quotation is removed at the beginning or at the end. One between answers, or in the middle, stays: the answers mean
  nothing without it, and it may be somebody else's words that the customer cites. What a line that ends in a colon
  announces stays too;
- forwarded text stays; so does everything under a text that says "see below";
- a signature stands under "-- ", is short, and asks nothing; the line of a phone's program is one too. Under "--",
  which divides paragraphs as well, it is a guess;
- what would leave nothing is not done.
"""

import re
from itertools import groupby, islice, takewhile
from typing import NamedTuple

from integrations.channels.email.header_blocks import is_fence, is_header_block, is_original_line
from integrations.channels.email.introductions import CERTAIN, MAX_CHARACTERS, MAX_LINES, Found, introduction_ending
from integrations.channels.email.phone_lines import is_phone_line

MAX_CANDIDATES = 200
MAX_FOOTER_LINES = 6
MAX_PHONE_LINES = 3
MAX_SIGNATURE_LINES = 8
MAX_SIGNATURE_CHARACTERS = 600

_RULE = re.compile(r"\s*(?:[_-]\s?){10,}\s*")
_LIKELY = re.compile(r"[:\uff1a][\s*]*$|[-_\u2013\u2014]{2}|^[\s*]*\S[^:\uff1a]{0,30}[:\uff1a]")
_EMOJI = re.compile(r"(?:^|\s):[+\w-]{1,40}:$")
_FOOTER = re.compile(r"\s*_{20,200}\s*")
_FORWARDED = re.compile(
    r"(?m)^\s*(?:-{2,} ?Forwarded message ?-{2,}|Begin forwarded message:|-{2,} ?Weitergeleitete Nachricht ?-{2,}|"
    r"Anfang der weitergeleiteten Nachricht:|-{2,} ?Message transféré ?-{2,})",
    re.IGNORECASE,
)
_FORWARDING = re.compile(r"\s*(?:fwd?|wg|tr|rv|enc|i|vs|doorst|vb|pd)\s*:", re.IGNORECASE)
_BELOW = re.compile(
    r"\b(?:below|beneath|inline|in-line|in (?:red|blue|green|bold|colou?r)|between the lines|unten|darunter|im text|"
    r"in (?:rot|blau|grün|fett)|ci-dessous|en (?:rouge|bleu|vert|gras)|abajo|más abajo|en (?:rojo|azul|verde)|"
    r"di seguito|sotto|in rosso|hieronder|onderstaand\w*|abaixo|nedan|nedenfor|poniżej|ниже|níže)\b",
    re.IGNORECASE,
)
_AFTERTHOUGHT = re.compile(r"[?\uff1f¿]|\bP\.? ?P?\.?S\b", re.IGNORECASE)


class Remainder(NamedTuple):
    """What is new. `is_guess`: the removed text was not marked, line by line as quoted or clearly as a signature."""

    text: str
    is_guess: bool = False


class _Quotation(NamedTuple):
    """Lines from `start` up to, not including, `end`."""

    start: int
    end: int
    is_guess: bool = False


def new_text(text: str, *, is_reply: bool, subject: str = "") -> Remainder:
    """The new part of a text with lines ended by \n; `is_reply` as the mail's headers say."""
    lines = text.split("\n")
    quotation = None
    if is_reply and not (_FORWARDED.search(text) or _FORWARDING.match(subject)):
        quotation = _quotation(lines)
    if quotation and _BELOW.search("\n".join(lines[: quotation.start])) and not _has_text(lines[quotation.end :]):
        quotation = None
    without = lines[: quotation.start] + lines[quotation.end :] if quotation else lines
    if not _has_text(without):
        without, quotation = lines, None
    signed = _signature(without)
    is_guess = bool(quotation and quotation.is_guess) or without[signed : signed + 1] == ["--"]
    return Remainder("\n".join(without[:signed]).strip(), is_guess)


def _quotation(lines: list[str]) -> _Quotation | None:
    """What is removed: of two quotations the one that begins first, since the other is a part of it."""
    marked, unmarked = _marked_quotation(lines), _unmarked_quotation(lines)
    if marked and unmarked:
        return min(marked, unmarked)
    return marked or unmarked


def _marked_quotation(lines: list[str]) -> _Quotation | None:
    """Lines that begin with ">" under an introduction, at the end, or at the beginning if there are no others."""
    runs = _quoted_runs(lines)
    if not runs:
        return None
    first, end = runs[-1]
    introduced = _introduction_above(lines, first)
    if introduced is None or _is_announced(lines, introduced.start):
        return None
    is_first = len(runs) == 1 and not _has_text(lines[: introduced.start])
    if not is_first and not _ends_here(lines[end:]):
        return None
    return _Quotation(introduced.start, end, is_guess=not introduced.said.is_certain)


def _quoted_runs(lines: list[str]) -> list[tuple[int, int]]:
    """Where quoted lines begin, and where the next line of other text stands."""
    filled = [(at, _is_quoted(line)) for at, line in enumerate(lines) if line.strip()]
    changes = [next(group) for _, group in groupby(filled, key=lambda one: one[1])]
    ends = [*(at for at, _ in changes[1:]), len(lines)][: len(changes)]
    return [(at, end) for (at, is_quoted), end in zip(changes, ends, strict=True) if is_quoted]


def _introduction_above(lines: list[str], quoted: int) -> Found | None:
    """The introduction of a quoted line: right above it, or quoted itself, as Apple's programs and Hotmail do."""
    inner = list(takewhile(bool, (line.lstrip("> \t").rstrip() for line in lines[quoted : quoted + MAX_LINES])))
    found = (introduction_ending(inner, last, is_quoted=True) for last in range(len(inner)))
    if any(one is not None and one.start == 0 for one in found) or is_header_block(lines, quoted):
        return Found(quoted, quoted, CERTAIN)
    last = _filled_above(lines, quoted)
    return introduction_ending(lines, last, is_quoted=True) if last is not None else None


def _unmarked_quotation(lines: list[str]) -> _Quotation | None:
    """From a block of headers, or from an introduction that only a program writes, to the end."""
    for at in _candidates(lines):
        begun = _begins_unmarked(lines, at)
        start = _with_rule(lines, begun) if begun is not None else None
        if start is None or _is_announced(lines, start):
            continue
        above = _filled_above(lines, start)
        if above is not None and is_fence(lines[above]) and not is_original_line(lines[at]):
            return None
        return _Quotation(start, len(lines), is_guess=True)
    return None


def _with_rule(lines: list[str], start: int) -> int:
    """Where it begins with the empty lines and the rule above it."""
    while start and (not lines[start - 1].strip() or _RULE.fullmatch(lines[start - 1])):
        start -= 1
    return start


def _candidates(lines: list[str]) -> list[int]:
    """The first lines that may begin or end such a quotation: enough for any mail, and no mail makes us slow."""
    likely = (at for at, line in enumerate(lines) if _LIKELY.search(line[:MAX_CHARACTERS]) and not _is_quoted(line))
    return list(islice(likely, MAX_CANDIDATES))


def _begins_unmarked(lines: list[str], at: int) -> int | None:
    """Where the unmarked quotation begins whose block of headers begins, or whose introduction ends, in that line."""
    if is_original_line(lines[at]) or is_header_block(lines, at):
        return at
    found = introduction_ending(lines, at)
    below = next((line for line in lines[at + 1 :] if line.strip()), ">")
    if found is None or _is_quoted(below):
        return None
    said = found.said
    return found.start if said.is_dashed or (said.has_address and said.has_date and said.has_time) else None


def _is_announced(lines: list[str], start: int) -> bool:
    """Whether the line above ends in a colon: the customer shows us something."""
    above = _filled_above(lines, start)
    line = lines[above].rstrip("* \t") if above is not None else ""
    return line.endswith((":", "\uff1a")) and not _EMOJI.search(line[-MAX_CHARACTERS:])


def _filled_above(lines: list[str], at: int) -> int | None:
    return next((above for above in range(at - 1, -1, -1) if lines[above].strip()), None)


def _ends_here(rest: list[str]) -> bool:
    """Whether nothing follows but a signature, the last line of a phone, or what a mailing list adds."""
    filled = [line for line in rest if line.strip()]
    if not filled or all(map(is_phone_line, filled[:MAX_FOOTER_LINES])):
        return True
    if filled[0].rstrip() == "--":
        return _is_signature(filled[0], filled[1:])
    return bool(_FOOTER.fullmatch(filled[0])) and len(filled) <= MAX_FOOTER_LINES and not _asks(filled)


def _asks(lines: list[str]) -> bool:
    return _AFTERTHOUGHT.search("\n".join(lines)) is not None


def _signature(lines: list[str]) -> int:
    """Where the signature begins; behind the last line where there is none."""
    delimiter = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].rstrip() == "--"), None)
    if (
        delimiter is not None
        and _has_text(lines[:delimiter])
        and _is_signature(lines[delimiter], lines[delimiter + 1 :])
    ):
        return delimiter
    end = len(lines)
    for _ in range(MAX_PHONE_LINES):
        last = _filled_above(lines, end)
        if not last or not is_phone_line(lines[last]) or not _has_text(lines[:last]):
            break
        end = last
    return end


def _is_signature(delimiter: str, below: list[str]) -> bool:
    """Up to eight lines below "-- " (RFC 3676, 4.3). "--" divides paragraphs too: below it four lines, no sentences."""
    filled = [line.strip() for line in below if line.strip() and not is_phone_line(line)]
    text = "\n".join(filled)
    if _AFTERTHOUGHT.search(text) or len(text) > MAX_SIGNATURE_CHARACTERS:
        return False
    if delimiter == "-- ":
        return len(filled) <= MAX_SIGNATURE_LINES
    return len(filled) <= MAX_SIGNATURE_LINES // 2 and not any(line[-1] in ".!:,;" for line in filled)


def _is_quoted(line: str) -> bool:
    return line.startswith(">")


def _has_text(lines: list[str]) -> bool:
    return any(line.strip() for line in lines)
