"""How one language asks for a person: its words by what they do, and the wordings that only it has."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domain.language.text import fold

CLASS = re.compile(r"<(\w+)>")

SHARED = """
    <reach> ... <person>
    <person> ... <reach_last>
    <want> .. <human>
    <human> .. <want_last>
    <human> <please> /
    <please> .. <human> /
    <no> .. <robot>
    <robot> .. <no_last>
    <who>|<colleague> ... <call>
    <call> ... <who>|<colleague>
    <can> .. <colleague>
    <is_there> .. <who> <here>? /
    <here> <is_there> .. <who> /
    <call_me>
"""
SHARED_OTHER_SENSES = """
    <manage> .. <person>
    <manage> .. <human>
    <person> .. <manage>
    <human> .. <manage>
    agent|agents|agente|agenta|agentti|agenttia|agen|агент* .. \
        macos|mac|linux*|linuks*|windows|android|ios|ubuntu|docker|kubernetes|server|api
"""
"""Somebody added to a project, and an agent that is a program."""


@dataclass(frozen=True)
class Language:
    """The words of one language. What is written here is folded (domain.language.text.fold) before it is used.

    `classes` are words by what they do; a line of SHARED counts where the language has all classes it names:

        reach       speak with, connect me to: before a word for a person, up to six words apart
        reach_last  the same verbs, where the language puts them last
        person      everybody who may be spoken to, `someone` and `support` too
        human       who can only be meant as a person of ours: human, real person, human agent
        want        I want, give me, I need            want_last   the same, put last
        no, robot   no, I do not want .. a bot         no_last     the same, put last
        who, call   can somebody .. call me            call_me     whole wordings: call me back
        colleague   one of your colleagues             can         can, could, may
        manage      what is done with people in the customer's own work: add, invite, assign, remove
        is_there, here   is there .. anybody .. here   please      please

    `asks` are further wordings, `other_senses` wordings that are no request and are taken out first.
    `alone` are words that ask when nothing but `beside` stands around them.
    """

    code: str
    classes: Mapping[str, str]
    asks: str = ""
    other_senses: str = ""
    alone: str = ""
    beside: str = ""
    script: str = ""
    """The letters of a script that is read by the letter, not by the word (domain.language.unspaced_wordings)."""
    proclitics: str = ""
    """Little words that the script writes as one with the next word: every word of `joined` may begin with one."""
    joined: frozenset[str] = frozenset()

    @property
    def wordings(self) -> tuple[str, ...]:
        """The folded wordings that ask: the shared ones that it has the words for, and its own."""
        return (*self._shared(SHARED), *_lines(self.asks))

    @property
    def other_wordings(self) -> str:
        """The folded wordings that are no request."""
        return "\n".join([*self._shared(SHARED_OTHER_SENSES), *_lines(self.other_senses)])

    def _shared(self, table: str) -> list[str]:
        return [line for line in _lines(table) if set(CLASS.findall(line)) <= self.classes.keys()]

    @property
    def people(self) -> frozenset[str]:
        """The whole words for a person, parts of one joined by `_`."""
        classes = self.folded_classes
        words = " ".join(classes.get(name, "") for name in ("person", "human")).split()
        return frozenset(word for word in words if not word.endswith("*"))

    @property
    def folded_classes(self) -> dict[str, str]:
        return {name: fold(self._joined(name, words)) for name, words in self.classes.items()}

    def _joined(self, name: str, words: str) -> str:
        prefixes = ["", *self.proclitics.split()] if name in self.joined else [""]
        return " ".join(prefix + word for word in words.split() for prefix in prefixes)


def _lines(table: str) -> list[str]:
    return [line.strip() for line in fold(table).splitlines() if line.strip()]
