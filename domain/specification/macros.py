"""Macros: replies that are written beforehand, with places for facts of the customer."""

import re
from collections.abc import Mapping

from pydantic import Field

from domain.specification.conditions import AnyAsked, TopicIs, Turn
from domain.specification.languages import primary_language
from domain.specification.model import Key, SpecModel
from domain.specification.wording import LanguageCode

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LONGEST = 4000
MACRO = "macro:"
"""How the id of a source begins that is a macro."""


class Macro(SpecModel):
    """A reply as it is sent, word for word, where all of `when` holds and every fact that it names is known."""

    id: Key = Field(description="Name of the macro, as decision records show it.")
    description: str = Field(description="What it is for, in a sentence.")
    when: tuple[AnyAsked, ...] = Field(min_length=1, description="Conditions that must all hold.")
    text: str = Field(
        max_length=LONGEST, description="The whole reply; {plan} is where the customer's fact `plan` is to stand."
    )
    ai_agents: tuple[Key, ...] = Field((), description="Who may say it; empty means every AI agent.")
    language: LanguageCode | None = Field(None, description="In which it is written; unset, that of the articles.")

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the customer facts that its text has places for, each once."""
        return facts_in(self.text)

    def is_for(self, ai_agent: str) -> bool:
        return not self.ai_agents or ai_agent in self.ai_agents

    def may_be_about(self, topic: str | None) -> bool:
        """None of its conditions asks for another topic."""
        return all(topic in condition.topics for condition in self.when if isinstance(condition, TopicIs))

    def is_in(self, language: str, usual: str) -> bool:
        """`language` is the ISO 639-1 code of the reply's, `usual` the BCP 47 tag of the articles'."""
        return (self.language or primary_language(usual)) == language

    def holds(self, turn: Turn) -> bool:
        return self.is_for(turn.known.ai_agent) and all(condition.holds(turn) for condition in self.when)

    def filled(self, facts: Mapping[str, str]) -> str | None:
        """Its text with these facts; None where it names one that is not among them."""
        if any(name not in facts for name in self.facts):
            return None
        return PLACEHOLDER.sub(lambda place: facts[place[1]], self.text).strip()


def facts_in(text: str) -> tuple[str, ...]:
    """Names in the placeholders of a text, in their order, each once."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def stray_brace_in(text: str) -> str | None:
    """The first curly bracket that belongs to no placeholder."""
    return next((letter for letter in PLACEHOLDER.sub("", text) if letter in "{}"), None)
