"""Is a message the answer to a question? Read strictly: what is anything else gets a reply of its own."""

import re

from pydantic import Field

from domain.journeys.progress import Answer
from domain.language.asks_for_person import asks_for_person
from domain.language.text import fold, words
from domain.model import Frozen
from domain.specification.journeys import QuestionStep

EMAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]+\.[^\s@<>,;.]{2,}")
AROUND_EMAIL = frozenset(
    """a account address and at e email hello hi here i id is it its log login mail mine my of ok please s sign sure
    that the this use uses with in""".split()
)
"""Words that people write around an address and that ask nothing."""
NUMBER = re.compile(r"[-+]?\d{1,3}(?:[ ,.]\d{3})*(?:[.,]\d+)?|[-+]?\d+(?:[.,]\d+)?")
YES = frozenset({"yes", "y", "yes please", "yep", "yeah", "sure", "ok", "okay", "ja", "oui", "si", "sim"})
NO = frozenset({"no", "n", "nope", "no thanks", "no thank you", "nein", "non", "nao"})
PUNCTUATION = re.compile(r"[.!,;:\"']")
LONGEST_ANSWER = 2_000


class OpenQuestion(Frozen):
    """What was asked. `missed`: how many messages since then were no answer."""

    run: str
    key: str
    question: QuestionStep
    missed: int = Field(0, ge=0)

    @property
    def is_given_up(self) -> bool:
        """So many messages were no answer that nobody asks on."""
        return self.question.attempts is not None and self.missed >= self.question.attempts


def read_answer(question: QuestionStep, text: str) -> Answer | None:
    """The answer; None for any other message. Who asks for a person answers nothing."""
    said = text.strip()
    if not said or len(said) > LONGEST_ANSWER or asks_for_person(said):
        return None
    match question.answer:
        case "choice":
            return _chosen(question, said)
        case "yes_no":
            return _yes_or_no(said)
        case "number":
            return _number(question, said)
        case "email":
            return _email(said)
    return None if said.endswith(("?", "？", "؟")) else said


def _chosen(question: QuestionStep, said: str) -> str | None:
    """By its words, or by its number in the list, from 1."""
    plain = _plain(said)
    for number, choice in enumerate(question.choices, 1):
        if plain in {_plain(choice.value), str(number)}:
            return choice.value
    return None


def _yes_or_no(said: str) -> bool | None:
    plain = _plain(said)
    return True if plain in YES else False if plain in NO else None


def _email(said: str) -> str | None:
    """The one address in it, alone or in a plain sentence such as "it is ada@north.example"."""
    found, others = EMAIL.findall(said), words(EMAIL.sub(" ", said))
    return found[0].lower() if len(found) == 1 and AROUND_EMAIL.issuperset(others) and "?" not in said else None


def _number(question: QuestionStep, said: str) -> float | None:
    """A number alone; a comma or a stop with three digits behind it separates thousands."""
    if not NUMBER.fullmatch(said):
        return None
    thousands = re.sub(r"[ ,.](?=\d{3}(?:\D|$))", "", said)
    number = float(thousands.replace(",", "."))
    low, high = question.minimum, question.maximum
    return number if (low is None or number >= low) and (high is None or number <= high) else None


def _plain(text: str) -> str:
    return " ".join(PUNCTUATION.sub(" ", fold(text)).split())
