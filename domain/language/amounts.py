"""Numbers, dates and sums of money in text, in one spelling each."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from domain.language.text import fold

NUMBER = r"\d{1,3}(?:[ ,.'\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?"
MONEY_SIGNS = r"[€$£¥]|\b(?:eur|usd|gbp|chf|euros?|dollars?|pounds?|bucks)\b"
MONEY = re.compile(rf"(?:({MONEY_SIGNS})\s?({NUMBER}))|(?:({NUMBER})\s?({MONEY_SIGNS}))")
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
DATES = (
    (re.compile(r"\b(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b"), None),
    (re.compile(rf"\b{DAY} (?:of )?{MONTH},? (\d{{4}})\b"), (3, 2, 1)),
    (re.compile(rf"\b{MONTH} {DAY},? (\d{{4}})\b"), (3, 1, 2)),
)
NUMBER_WORDS = {
    word: str(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
    )
    if value > 1
}
WORDED = re.compile(rf"\b({'|'.join(NUMBER_WORDS)})\b")


def money_in(text: str) -> tuple[Decimal, ...]:
    """Sums of money named in a text, in order, without their currency."""
    found = MONEY.finditer(fold(text))
    return tuple(value for match in found if (value := _decimal(match.group(2) or match.group(3))) is not None)


def figures_in(text: str) -> frozenset[str]:
    """Numbers and dates of a text in one spelling: `1,000` is `1000`, `20.00` is `20`, `3 May 2026` is a date."""
    folded = WORDED.sub(lambda match: NUMBER_WORDS[match.group()], fold(text))
    figures: set[str] = set()
    for pattern, order in DATES:
        for match in pattern.finditer(folded):
            figures |= _date(match, order)
        folded = pattern.sub(" ", folded)
    plain = (_decimal(number) for number in re.findall(rf"(?<![\w.]){NUMBER}", folded))
    return frozenset(figures | {f"{value.normalize():f}" for value in plain if value is not None})


def _date(match: re.Match[str], order: tuple[int, int, int] | None) -> set[str]:
    raw = match.groups() if order is None else tuple(match.group(index) for index in order)
    month = raw[1] if raw[1].isdigit() else str(MONTHS.index(raw[1]) + 1)
    try:
        return {date(int(raw[0]), int(month), int(raw[2])).isoformat()}
    except ValueError:
        return set()


def _decimal(number: str) -> Decimal | None:
    """Reads both `1,200.50` and `1.200,50`: the last separator with one or two digits behind it is the decimal one."""
    whole = re.sub(r"[ '\u00a0\u202f]", "", number)
    decimals = re.search(r"[.,](\d{1,2})$", whole)
    if decimals:
        whole = re.sub(r"[.,]", "", whole[: decimals.start()]) + "." + decimals.group(1)
    elif re.search(r"[.,]\d{3}$", whole):
        whole = re.sub(r"[.,]", "", whole)
    try:
        return Decimal(whole.replace(",", "."))
    except InvalidOperation:
        return None
