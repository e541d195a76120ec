"""Phone numbers as people keep them and as networks name them, made one."""

import re

import phonenumbers

MEXICO = 52
FORMER_MOBILE = re.compile(r"1(\d{10})")
"""Mexico dialled mobile phones with a 1 after the country code until 2020. WhatsApp still names them so."""
LETTER = re.compile(r"[^\W\d_]")
BEGINNING = re.compile(r"[+＋(\d]")


def number_of(text: str | None, region: str | None) -> phonenumbers.PhoneNumber | None:
    """The number in a text such as a CRM's field; None where there is none. `region` is the one of national numbers.

    The parser reads letters as the digits of a keypad, so "202-555-0143 (work)" would be another number. What stands
    before the first letter counts where it can be a number, so that 1-800-FLOWERS still is one.
    """
    beginning = BEGINNING.search(text or "")
    if text is None or beginning is None:
        return None
    found = text[beginning.start() :]
    before_letters = _parsed(LETTER.split(found)[0], region)
    if before_letters is not None and phonenumbers.is_possible_number(before_letters):
        return before_letters
    with_letters = _parsed(found, region)
    if with_letters is not None and phonenumbers.is_possible_number(with_letters):
        return with_letters
    return before_letters


def dialled_today(number: str) -> str:
    """An E.164 number as it is dialled today, which is how a CRM and an SMS name it."""
    parsed = number_of(number, None)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) if parsed else number


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    former = FORMER_MOBILE.fullmatch(str(number.national_number))
    if number.country_code == MEXICO and former:
        number.national_number = int(former[1])
    return number
