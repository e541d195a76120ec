"""Words as a search sees them: stems in the organisation's language, and one word for those that mean the same."""

import re
from functools import lru_cache

import snowballstemmer

from domain.text import STOP_WORDS, WORD, fold

SNOWBALL_NAMES = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "sv": "swedish",
}

ENGLISH_PHRASES = tuple(
    (re.compile(rf"\b(?:{pattern})\b"), word)
    for pattern, word in (
        (r"(?:log|sign)(?:s|ged|ging|ed|ing)?[ -]?(?:in|on|into)(?!-)", "login"),
        (r"(?:log|sign)(?:ged|ed)?[ -]?out", "logout"),
        (r"(?:two|2)[ -]?(?:factor|step)|2fa|mfa", "twofactor"),
        (r"single[ -]login|single[ -]sign[ -]on|sso", "sso"),
        (r"e-?mails?|mails?", "email"),
        (r"money back|pa(?:y|id) back", "refund"),
        (r"text messages?", "sms"),
        (r"(?:sur|last |family |first )names?", "name"),
        (r"set[ -]up", "setup"),
        (r"(?:get|bring|getting|brought|have) (?:\w+ ){0,2}back", "restore"),
        (r"(?:is|are|does|do|did|wo|ca|was|has|have|could|would)nt|not|never|cannot|nothing|fail(?:s|ed|ing)?", "not"),
    )
)
ENGLISH_SYNONYMS = """
    invoice bill
    seat licence license
    cancel terminate
    delete remove erase
    coupon voucher promo
    colleague coworker teammate
    company firm organisation organization
    phone mobile smartphone cellphone cell
    year annual annually yearly
    month monthly
    refund reimburse compensation compensate reimbursement
    restore recover undelete
    price cost fee pricing
    picture image photo avatar
    outage downtime
    pause freeze
    reduce lower decrease
    leave left
    employee staff
    discount reduction rebate
    quiet silent mute
    upload attach attachment
    user person people member
    buy purchase
    slow sluggish lag crawl
    guest client freelancer external outsider
    language english german french spanish
    recurring repeat recur
    browser chrome firefox safari
    webinar training
"""


class Stemmer:
    """Stems of the content words of a text. An unknown language is left unstemmed; synonyms are English only."""

    def __init__(self, language: str) -> None:
        code = language.split("-")[0].lower()
        name = SNOWBALL_NAMES.get(code)
        self._stem = lru_cache(maxsize=50_000)(snowballstemmer.stemmer(name).stemWord if name else str)
        self._phrases = ENGLISH_PHRASES if code == "en" else ()
        self._same = dict(self._synonyms()) if code == "en" else {}

    def stems(self, text: str) -> list[str]:
        """In order, repeated ones included."""
        folded = fold(text)
        for pattern, word in self._phrases:
            folded = pattern.sub(word, folded)
        found = (self._stem(word) for word in WORD.findall(folded) if word == "not" or word not in STOP_WORDS)
        return [self._same.get(stem, stem) for stem in found]

    def _synonyms(self) -> list[tuple[str, str]]:
        lines = [line.split() for line in ENGLISH_SYNONYMS.strip().splitlines()]
        return [(self._stem(word), self._stem(line[0])) for line in lines for word in line[1:]]


@lru_cache(maxsize=16)
def stemmer_for(language: str) -> Stemmer:
    """One stemmer, and its memory of words, for each language."""
    return Stemmer(language)
