"""Grounding: how much of a reply is found in its sources."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from domain.language.amounts import figures_in
from domain.language.text import content_words, fold, sentences

STEM_LETTERS = 5
SUPPORTED_SHARE = 0.6
INVENTED_FIGURE_CAP = 0.3
NEGATION = re.compile(
    r"\b(?:not|never|no|cannot|cant|dont|doesnt|wont|isnt|arent|didnt|without|unable|nicht|kein\w*|nie|ne|pas|jamais)\b"
)
POLITE = re.compile(
    r"^(?:hi|hello|hey|dear|good (?:morning|afternoon|evening|day)|thanks|thank you|sorry|you are welcome|youre welcome"
    r"|happy to|glad to|let me know|feel free|please let|write to me|i hope|hope (?:this|that)|more on this|source"
    r"|best regards)\b[^\d]*$"
)
LINK = re.compile(r"https?://\S+|\S+@\S+\.\w+")


class _Statement(NamedTuple):
    stems: frozenset[str]
    negated: bool


def grounding_of(reply: str, sources: Sequence[str], framing: Sequence[str] = ()) -> float:
    """Share of the reply's statements that one source supports, 0 to 1.

    `framing` are sentences that state nothing (greetings, the organisation's own wording). A number, date or link
    that no source has caps the result, however well the rest is supported.
    """
    framed = {fold(sentence) for text in framing for sentence in sentences(text)}
    stated = [text for text in sentences(reply) if fold(text) not in framed and _states_something(text)]
    if not stated:
        return 1.0
    wholes = [_stems(source) for source in sources]
    said = [_statement(sentence) for source in sources for sentence in sentences(source)]
    share = sum(_supported(_statement(text), wholes, said) for text in stated) / len(stated)
    return min(share, INVENTED_FIGURE_CAP) if _invents(" ".join(stated), sources) else share


def _states_something(sentence: str) -> bool:
    if sentence.endswith("?") or POLITE.match(LINK.sub("", fold(sentence))):
        return False
    return bool(content_words(sentence) or figures_in(sentence))


def _invents(text: str, sources: Sequence[str]) -> bool:
    everything = "\n".join(sources)
    links = {link.rstrip(".,;)") for link in LINK.findall(text)}
    if any(link not in everything for link in links):
        return True
    return bool(figures_in(LINK.sub(" ", text)) - figures_in(everything))


def _supported(statement: _Statement, wholes: Sequence[frozenset[str]], said: Sequence[_Statement]) -> bool:
    """One source has most of the words, and no sentence there says `not` where the reply does not, or the reverse."""
    enough = SUPPORTED_SHARE * len(statement.stems)
    alike = [other for other in said if len(statement.stems & other.stems) >= enough]
    if alike:
        return any(other.negated == statement.negated for other in alike)
    return any(len(statement.stems & whole) >= enough for whole in wholes)


def _statement(sentence: str) -> _Statement:
    return _Statement(_stems(sentence), bool(NEGATION.search(fold(sentence))))


def _stems(text: str) -> frozenset[str]:
    return frozenset(word[:STEM_LETTERS] for word in content_words(text))
