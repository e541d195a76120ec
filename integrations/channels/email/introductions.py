"""Introductions of quotations: "On Mon, 3 Nov 2025 at 09:12, Support <support@example.com> wrote:".

A line is an introduction only if it is nothing else. It is read word by word: a date made of known words, a name, an
address and a verb, in an order that a mail program writes. One word that has no place there, and it is somebody's text.
"""

import re
from collections.abc import Iterator
from itertools import chain, pairwise, takewhile
from typing import NamedTuple

from integrations.channels.email.calendar_words import AROUND, MONTHS, WEEKDAYS
from integrations.channels.email.program_phrases import LANGUAGES

MAX_LINES = 4
MAX_CHARACTERS = 400
MAX_NAME_WORDS = 8
MAX_IDEOGRAPHS = 12
MAX_SHORTENED = 4

_MONTHS = frozenset(" ".join(MONTHS.values()).split())
_DATE_WORDS = _MONTHS | frozenset(" ".join(chain(WEEKDAYS.values(), AROUND.values())).split())
_PARTICLES = frozenset(
    "von van der den de la le da do das di del della dos du bin ibn al el y e i und and et en og och via from at of "
    "for im in zu zur zum ter ten af av by bei från fra med team".split()
)
_NEVER_A_NAME = frozenset(
    "hello hi hey dear thanks thank please yes no ok okay sorry and but because cancel stop not i you he she it "
    "we they your my our his her their hallo danke bitte ja nein und aber weil ich du er sie wir ihr mein dein "
    "unser euer bonjour merci oui non je tu il elle nous vous mon ma votre notre hola gracias sí yo mi su olá "
    "obrigado ciao grazie dank hoi nee ik jij hij zij wij mijn uw jullie tack hej jag ni han hon vi takk hei jeg "
    "dere kiitos moi minä te hän dziękuję cześć proszę díky prosím ahoj kérem köszönöm mulțumesc спасибо привет я "
    "вы он она мы дякую teşekkürler ben siz lütfen".split()
)
_SENTENCE_MARKS_OF_ASIA = re.compile("[をがて請请您你我的]|ください|です|ます|から|因为|因為|주세요|니다|해요")
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DASHED = re.compile(r"[-\u2013\u2014]{2,20} ?(.{3,400}?) ?[-\u2013\u2014]{2,20}:?")
_AT = r"[^\s<>()\[\]\",;]{1,200}@[^\s<>()\[\]\",;]{1,200}"
_ADDRESS = re.compile(
    rf"[<(\[]{{0,2}} ?(?:mailto: ?)?{_AT}(?: ?[<\[(]mailto: ?{_AT}[>)\]])?[ >)\]]{{0,3}}", re.IGNORECASE
)
_QUOTED_NAME = re.compile(r"[\"\u201c\u201e\u00ab][^\"\u201c\u201d\u201e\u00bb]{1,100}[\"\u201c\u201d\u00bb]")
_A, _Q, _V = " \ue002 ", " \ue003 ", " \ue004 "
_OUR_MARKS = re.compile("[\ue000-\ue004]")
_ASIAN_DATES = re.compile(
    r"(?<=\d) ?(?:年|月|日|号|號|時|时|分|点|년|월|일|시|분|에)|上午|下午|午前|午後|晚上|凌晨|中午|早上|오전|오후|"
    r"(?:周|週|星期)[一二三四五六日天]|(?:于|於|在)(?= ?\d)"
)
_TOKEN = re.compile(r"[\ue002-\ue004]|\d+(?:[:.h]\d+)*|[^\W\d_]\w*(?:['’.][^\W\d_]+)*|[^\w\s]")
_SENTENCE_MARKS = frozenset("?!;:…=*#{}$%€£¿¡\uff1f\uff01\uff1b\uff1a。\u2022")
_BEFORE_NAMES = frozenset(",、，()[]（）.-")
_DATE_MARKS = frozenset(",、，./-()（）+:")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?")
_CLOCK_WORDS = frozenset("am pm a.m p.m uhr h kl klo godz 時 时 点 시".split())
_ENDINGS = (":", "\uff1a")

_WITH_DATE = frozenset(
    "DNAV DNV DAV DVNA DVN DVA DVNAV DVAV DVNV NAVD AVD NVD NADV ADV DNA DA DNVA DNAVD NVAD NDV".split()
)
_BY_ADDRESS_ALONE = frozenset({"NAV"})


class Introduction(NamedTuple):
    """What an introduction says. `is_dashed`: it stands between dashes, as only programs write it."""

    has_date: bool = False
    has_time: bool = False
    has_address: bool = False
    is_dashed: bool = False

    @property
    def is_certain(self) -> bool:
        """Whether a program made it, beyond doubt: people who cite somebody give neither hour nor address."""
        return self.is_dashed or self.has_address or (self.has_date and self.has_time)


CERTAIN = Introduction(has_date=True, has_time=True, has_address=True)


class Found(NamedTuple):
    """An introduction in the lines from `start` up to, not including, `end`."""

    start: int
    end: int
    said: Introduction


def introduction_ending(lines: list[str], last: int, *, is_quoted: bool = False) -> Found | None:
    """The introduction of which `last` is the last line; the shortest, so that nothing above it is taken along.

    `is_quoted`: lines that begin with ">" follow, so that the colon may be missing.
    """
    starts = [last]
    for above in range(last - 1, max(last - MAX_LINES, -1), -1):
        if not lines[above].strip() or lines[above].startswith(">"):
            break
        starts.append(above)
    ended = lines[last].rstrip()[-1:]
    if not (ended in _ENDINGS or ended in {"-", "\u2013", "\u2014"} or (is_quoted and ended == ">")):
        return None
    read = [(start, read_introduction(" ".join(lines[start : last + 1]), is_quoted=is_quoted)) for start in starts]
    dated = [(start, said) for start, said in read if said and said.has_date]
    found = next(iter(dated or [(start, said) for start, said in read if said]), None)
    return Found(found[0], last + 1, found[1]) if found else None


def read_introduction(text: str, *, is_quoted: bool = False) -> Introduction | None:
    """What an introduction says; None if the text is none, or is more than one."""
    line = " ".join(_INVISIBLE.sub("", _OUR_MARKS.sub("", text)).split())
    if not 3 <= len(line) <= MAX_CHARACTERS:
        return None
    dashed = _DASHED.fullmatch(line)
    line = dashed[1] if dashed else line
    if not (dashed or line.endswith(_ENDINGS) or (is_quoted and line.endswith(">"))):
        return None
    segments = list(_segments(_TOKEN.findall(_marked(line.rstrip(":\uff1a ")))))
    shape, date = "".join(kind for kind, _ in segments), [word for kind, one in segments if kind == "D" for word in one]
    said = Introduction("D" in shape, _has_time(date), "A" in shape, dashed is not None)
    names = [one for kind, one in segments if kind == "N"]
    if any(not _is_name(one, said, is_first=shape.startswith("N")) for one in names):
        return None
    if shape in _WITH_DATE:
        needs_verb = "V" not in shape and not (said.has_address and (line.endswith(_ENDINGS) or is_quoted))
        return None if needs_verb or (shape in {"NVD", "NDV"} and not said.has_time) else said
    is_undated = shape in _BY_ADDRESS_ALONE or (shape == "NV" and said.is_dashed)
    return said if is_undated and "," not in (word for one in names for word in one) else None


def _marked(line: str) -> str:
    """The line with marks for its addresses, quoted names and verbs."""
    line = _QUOTED_NAME.sub(lambda found: found[0] if "@" in found[0] else _Q, line)
    line = _VERBS.sub(_V, _ADDRESS.sub(_A, line))
    return _ASIAN_DATES.sub(lambda found: f" {found[0].strip()} ", line)


def _segments(tokens: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Kinds and words: A an address, V a verb, D a date, N a name; "?" what is none of them."""
    words: list[str] = []
    before = ""
    for word in [*tokens, ""]:
        if word and word not in "\ue002\ue004":
            words.append(word)
            continue
        for kind, segment in _dates_and_names(words):
            before = kind
            yield kind, segment
        words = []
        kind = {"\ue002": "A", "\ue004": "V"}.get(word, "")
        if kind and kind != before:
            before = kind
            yield kind, []


def _dates_and_names(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    date = list(takewhile(_belongs_to_date, words))
    rest = words[len(date) :]
    if not any(map(_is_word, words)):
        yield from [("?", words)] if any(word not in _BEFORE_NAMES and word not in '<>"' for word in words) else []
    elif not _is_date(date):
        yield "N", words
    else:
        yield "D", date
        if rest:
            yield "N", rest


def _is_word(word: str) -> bool:
    return word == "\ue003" or word[0].isalnum()


def _belongs_to_date(word: str) -> bool:
    return word[0].isdigit() or word.lower() in _DATE_WORDS or word in _DATE_MARKS


def _is_date(words: list[str]) -> bool:
    numbers = sum(len(re.split(r"[.h]", word)) for word in words if word[0].isdigit() and ":" not in word)
    return numbers >= 3 or (numbers >= 1 and any(word.lower() in _MONTHS for word in words))


def _has_time(words: list[str]) -> bool:
    return any(_TIME.fullmatch(word) or word.lower() in _CLOCK_WORDS for word in words)


def _is_name(words: list[str], said: Introduction, *, is_first: bool) -> bool:
    """Whether these words are a name, and no part of a sentence."""
    if any(word in _SENTENCE_MARKS for word in words):
        return False
    names = [word for word in words if word[0].isalpha()]
    if len(names) > MAX_NAME_WORDS or not any(map(_is_word, words)):
        return False
    if any(word.lower() in _NEVER_A_NAME for word in (names if is_first else [one for one in names if one.islower()])):
        return False
    asian = "".join(word for word in names if _IDEOGRAPH.search(word))
    if len(asian) > MAX_IDEOGRAPHS * (1 + said.has_address) or _SENTENCE_MARKS_OF_ASIA.search(asian):
        return False
    if is_first and any(word == "." and len(before) > MAX_SHORTENED for before, word in pairwise(words)):
        return False
    return _is_written_as_a_name(names, said, is_first=is_first)


def _is_written_as_a_name(names: list[str], said: Introduction, *, is_first: bool) -> bool:
    """Names begin with capitals, where the script has them; some people's do not."""
    small = [word for word in names if word[0].islower() and word not in _PARTICLES]
    if is_first or not said.has_date:
        return not small or (said.has_date and names == small[:1])
    if said.has_address:
        return len(small) <= 2
    if small:
        return names == small[:1] and said.has_time
    return not names or names[0] not in _PARTICLES


def _phrases() -> Iterator[str]:
    yield from {one for language in LANGUAGES.values() for one in language.wrote.split("|")} - {""}


def _verbs() -> re.Pattern[str]:
    """Every verb, the longest first; in scripts that have no spaces it may touch other words."""
    ordered = sorted(_phrases(), key=len, reverse=True)
    bounded = (
        re.escape(phrase) if _IDEOGRAPH.search(phrase) else rf"(?<![^\W\d_]){re.escape(phrase)}(?![^\W\d_])"
        for phrase in ordered
    )
    return re.compile("|".join(bounded), re.IGNORECASE)


_VERBS = _verbs()
