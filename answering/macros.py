"""The macro that answers a message: chosen by its conditions, filled with facts that may be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from answering.asked import asked_of
from answering.conditions import Asking, looked_up
from answering.understanding import DraftQuestion, Understood
from domain.conversation.turn import Citation, Fact, Usage
from domain.language.disclosure import undisclosed
from domain.language.questions import MessageKind
from domain.specification.languages import primary_language
from domain.specification.macros import MACRO, Macro
from domain.specification.organisation import OrganisationSpec
from integrations.llm.base import ReplyRequest, WrittenReply


class SaidMacro(NamedTuple):
    """The macro that answers, and the reply that it makes."""

    id: str
    written: WrittenReply


@dataclass(frozen=True)
class _Answering:
    """What a macro would answer. `facts` are those of which only one value is known."""

    facts: dict[str, str]
    said: frozenset[str]

    def made_of(self, macro: Macro) -> SaidMacro | None:
        text = macro.filled(self.facts)
        if text is None or text in self.said:
            return None
        told = [Citation(source_id=f"fact:{name}", title=name, quote=self.facts[name]) for name in macro.facts]
        own = Citation(source_id=f"{MACRO}{macro.id}", title=macro.description)
        return SaidMacro(macro.id, WrittenReply(text=text, citations=(own, *told), usage=Usage(model="macro")))


def macro_for(spec: OrganisationSpec, understood: Understood, question: DraftQuestion) -> SaidMacro | None:
    """The first macro that holds and of which every fact is known; None where the reply is to be written.

    A macro answers one plain question. It does nothing that a person asked for, and nobody reads it twice.
    """
    asked = understood.request
    plain = asked.kind is MessageKind.QUESTION and len(understood.parts) == 1 and not question.instruction
    language = _language_of(asked)
    if not spec.macros or not plain or not language:
        return None
    turn, failed = looked_up(
        asked_of(spec, understood, question.context), [Asking(macro.id, macro.when) for macro in spec.macros]
    )
    holding = [
        macro
        for macro in spec.macros
        if macro.holds(turn) and macro.id not in failed and macro.is_in(language, spec.language)
    ]
    said = frozenset((*question.rejected, *(undisclosed(line.text, spec.disclosure) for line in question.transcript)))
    answering = _Answering(_sole_values(asked.facts, understood.ai_agent.customer_facts), said)
    return next(filter(None, map(answering.made_of, holding)), None)


def _language_of(asked: ReplyRequest) -> str | None:
    """ISO 639-1 code of the language to answer in; None where the customer writes in one that is not answered in."""
    if asked.customer_language and not asked.reply_language:
        return None
    return primary_language(asked.reply_language or asked.language)


def _sole_values(facts: Sequence[Fact], tellable: Sequence[str]) -> dict[str, str]:
    """Those that the AI agent may tell, without names that have several values: nobody says which one is meant."""
    values = {name: {fact.value for fact in facts if fact.name == name} for name in tellable}
    return {name: next(iter(found)) for name, found in values.items() if len(found) == 1}
