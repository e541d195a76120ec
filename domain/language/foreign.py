"""Which language a customer writes in: a guard around a library's guess, so that no short message is called foreign.

Only the customer's own prose counts: no quotation, code, address, number, error name, or signature.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from domain.language.little_words import LITTLE_WORDS
from domain.language.questions import is_courtesy
from domain.language.quoting import own_words
from domain.language.text import sentences, words
from domain.specification.languages import LANGUAGE_NAMES, primary_language

Identify = Callable[[str], Mapping[str, float]]
"""Probabilities of all languages that it knows, by ISO 639 code."""

LONGEST_READ = 2_000
FEWEST_WORDS = 3
"""Of two words or one, such as "Trello import", nobody can tell."""
LIKELY = 0.4
BARELY_OWN = 0.02
"""Measured: what is written in another language leaves the own one less. Short English messages leave it more."""
MOSTLY_OWN = 0.5
SURELY_OWN = 0.9
OWN_LITTLE_WORDS = 0.3
OWN_SCRIPT_WORDS = 0.5
LETTERS_A_WORD = 2
"""In scripts without spaces."""

CODE_BLOCK = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`", re.DOTALL)
QUOTATION = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|「[^」\n]*」")
NO_WORD = re.compile(r"://|@|\w[._/\\]\w|[\\=<>{}\[\]|#\d]|[A-Z]{2}|[a-z][A-Z]")
SIGNATURE_MARK = re.compile(r"^-- ?$", re.MULTILINE)
BLANK_LINES = re.compile(r"\n\s*\n")
SENTENCE_END = re.compile(r"[.!?…。？！।؟]\s*\Z")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


def language_beside(text: str, supported: Collection[str], identify: Identify) -> str | None:
    """The ISO 639-1 code of the language of `text` when it is surely none of those `supported`, else None.

    `supported` are BCP 47 tags. None as well where `identify` does not know one of them: then nobody can tell.
    """
    own = {primary_language(tag) for tag in supported}
    message = prose(text)
    body = _without_signature(message)
    judged = _mainly(own, message if _says_too_little(body) else body, identify)
    known = identify(judged)
    if not own <= known.keys() or _says_too_little(judged) or _asks_in(own, body, identify):
        return None
    guess = _among(own, known)
    best = max(guess, key=lambda code: guess[code])
    if guess[best] < LIKELY or _share(guess, own) > BARELY_OWN or _is_mostly(own, judged):
        return None
    leaning = (_among(own, identify(part)) for part in (body, _without_names(body)) if _has_letters(part))
    return best if all(part[best] > _share(part, own) for part in leaning) else None


def customer_language(text: str, languages: Sequence[str], identify: Identify) -> str | None:
    """The ISO 639-1 code of the language of `text` when it is surely not `languages[0]`, the organisation's own.

    `languages` are BCP 47 tags of all that it answers in. It may be one of them, or a language that they lack.
    """
    lacking = language_beside(text, languages, identify)
    if lacking or len(languages) == 1:
        return lacking
    other = language_beside(text, languages[:1], identify)
    return other if other in {primary_language(tag) for tag in languages} else None


def prose(text: str) -> str:
    """The sentences that a customer wrote: without quotations, code, addresses, numbers and abbreviations."""
    told = QUOTATION.sub(" ", CODE_BLOCK.sub(" ", own_words(text[:LONGEST_READ])))
    return "\n".join(_without_code(line) for line in told.split("\n"))


def _without_code(line: str) -> str:
    return " ".join(word for word in line.split() if not NO_WORD.search(word))


def _without_signature(message: str) -> str:
    """The beginning, down to the last paragraph that ends as a sentence does; the first one at least."""
    paragraphs = [part for part in BLANK_LINES.split(SIGNATURE_MARK.split(message)[0]) if part.strip()]
    while len(paragraphs) > 1 and not SENTENCE_END.search(paragraphs[-1]):
        paragraphs.pop()
    return "\n\n".join(paragraphs)


def _mainly(own: Collection[str], message: str, identify: Identify) -> str:
    """Without sentences in an own language, such as a last "Thanks for your help!", if they are the smaller part."""
    kept = " ".join(part for part in sentences(message) if _share(_among(own, identify(part)), own) <= MOSTLY_OWN)
    return kept if len(kept) * 2 > len(message) else message


def _asks_in(own: Collection[str], message: str, identify: Identify) -> bool:
    """A sentence in an own language that asks or tells something: who repeats it in another one is understood."""
    telling = (part for part in sentences(message) if _word_count(part) > FEWEST_WORDS and not is_courtesy(part))
    return any(_share(_among(own, identify(part)), own) > SURELY_OWN and _is_mostly(own, part) for part in telling)


def _without_names(message: str) -> str:
    return " ".join(word for word in message.split() if word[0].islower() or not LATIN.search(word))


def _has_letters(message: str) -> bool:
    return any(letter.isalpha() for letter in message)


def _says_too_little(message: str) -> bool:
    """Of two Latin words or one; a word in another script tells enough."""
    letters = sum(letter.isalpha() for letter in message)
    latin = len(LATIN.findall(message))
    return not letters or (latin * 2 > letters and _word_count(message) < FEWEST_WORDS)


def _among(own: Collection[str], guess: Mapping[str, float]) -> dict[str, float]:
    """Probabilities of the languages that we can name and the organisation's own, such that they sum to 1."""
    named = {code: guess[code] for code in {*LANGUAGE_NAMES, *own} & guess.keys()}
    total = sum(named.values()) or 1.0
    return {code: probability / total for code, probability in sorted(named.items())}


def _share(guess: Mapping[str, float], own: Collection[str]) -> float:
    return sum(guess.get(code, 0.0) for code in own)


def _is_mostly(own: Collection[str], message: str) -> bool:
    """The own language's words stand around what looks foreign, such as a name or a title."""
    count = _word_count(message)
    little = {word for code in own for word in LITTLE_WORDS.get(code, "").split()}
    if sum(word in little for word in words(message)) >= OWN_LITTLE_WORDS * count:
        return True
    latin = sum(bool(LATIN.match(word)) for word in words(message))
    return OWN_SCRIPT_WORDS * count <= latin < count


def _word_count(message: str) -> float:
    spaced = [word for word in words(message) if not UNSPACED.search(word)]
    return len(spaced) + len(UNSPACED.findall(message)) / LETTERS_A_WORD
