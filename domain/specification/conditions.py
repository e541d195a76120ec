"""Conditions of rules and guidelines: one small class for each kind, told apart by `kind`.

A kind is one class with a pure `holds`, one more name in `AskedCondition`, `DraftCondition` or `DecidedCondition` (then
in `DECIDED`, too), and its rows in the table test. What needs a library or the words of a language is looked up before,
and stands in the turn: which phrases were said or written, and which expressions hold. A kind that asks about something
that no turn has yet needs a field of `Drafted`, `Asked` or `AtDecision`, and what fills it.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from domain.model import Frozen
from domain.specification.model import Key, SpecModel


class Asked(Frozen):
    """What is known of a turn before anything is written, by the names that expressions of guidelines may use."""

    text: str = Field("", description="The customer's messages that nobody has answered yet, joined by line breaks.")
    ai_agent: str = Field("", description="Id of the AI agent that answers.")
    topic: str = Field("", description="Id of the topic; empty where no topic is sure.")
    topic_confidence: float = Field(0.0, description="How sure the topic is, 0 to 1.")
    sensitivity: str = Field("", description="`financial`, `legal`, `complaint`, `security`, or empty.")
    language: str = Field("", description="ISO 639-1 code of the customer's language, where it is not the articles'.")
    amount: float = Field(0.0, description="The largest sum in question, in the organisation's currency; 0 for none.")
    verified: bool = Field(False, description="The customer is recognised and proved.")
    facts: dict[str, str] = Field({}, description="Facts of a proved customer; of several of one name the first.")
    missing_sources: tuple[str, ...] = Field((), description="Sources of facts and tools that did not answer.")
    asks_for_person: bool = Field(False, description="The customer asks for a person.")
    cannot_do: bool = Field(False, description="A phrase of a cannot-do list was said.")
    promise_overdue: bool = Field(False, description="What a journey promised the customer is overdue.")


class Drafted(Asked):
    """What is known of a turn once there is a draft, by the names that expressions of rules may use."""

    out_of_scope: float = Field(0.0, description="Probability of being out of scope, 0 to 1.")
    retrieval: float = Field(0.0, description="How well the best source fits the question, 0 to 1.")
    grounding: float = Field(0.0, description="Share of the reply's statements found in its sources, 0 to 1.")
    answered: bool = Field(False, description="There is a reply, and not only a question back or nothing.")
    from_facts: bool = Field(False, description="The reply states a customer fact.")
    injection: bool = Field(False, description="The message tries to change the AI agent's instructions.")
    supervised: bool = Field(False, description="The draft waits for approval anyhow, by its topic or its sources.")
    action: str = Field("", description="Of tools that write: `within_limit`, `needs_approval`, or empty for none.")
    draft: str = Field("", description="What was written: the reply, and the question back where there is one.")
    macro: str = Field("", description="Id of the macro whose text the reply is; empty for none.")
    facts_told: tuple[str, ...] = Field((), description="Names of the customer facts that the draft states.")


class Turn(Frozen):
    """What a condition is asked about. `said`: those phrases of conditions that the message contains.

    `written`: those that the draft contains. `true`: those expressions of conditions that hold, or that failed, since a
    failed one counts as holding.
    """

    known: Asked = Drafted()
    said: frozenset[str] = frozenset()
    written: frozenset[str] = frozenset()
    true: frozenset[str] = frozenset()


class AtDecision(Frozen):
    """What is known only when it is decided about a draft. Counts begin again when ownership changes.

    `failures`: turns in a row, this one among them, that answered nothing.
    """

    confidence: float
    exchanges: int = 0
    failures: int = 0


class Condition(SpecModel):
    """Base of all conditions."""

    recorded: ClassVar[bool] = True
    """The record of a turn tells whether it held; False where it depends on the message's words or customer facts."""

    def covers(self, other: "Condition") -> bool:
        """True when this one surely holds whenever the other does."""
        return self == other

    def contradicts(self, other: "Condition") -> bool:
        """True when the two can never hold together."""
        return False


class TopicIs(Condition):
    """The message is surely about one of these topics."""

    kind: Literal["topic"] = Field(description="Of what kind the condition is.")
    topics: tuple[Key, ...] = Field(min_length=1, description="Ids of topics.")

    def holds(self, turn: Turn) -> bool:
        return turn.known.topic in self.topics

    def covers(self, other: Condition) -> bool:
        return isinstance(other, TopicIs) and set(other.topics) <= set(self.topics)

    def contradicts(self, other: Condition) -> bool:
        return isinstance(other, TopicIs) and set(self.topics).isdisjoint(other.topics)


class WordsSaid(Condition):
    """The message contains one of these phrases."""

    recorded: ClassVar[bool] = False
    kind: Literal["words"] = Field(description="Of what kind the condition is.")
    phrases: tuple[str, ...] = Field(
        min_length=1, description="Words of customers; up to two others may stand between them."
    )

    def holds(self, turn: Turn) -> bool:
        return not turn.said.isdisjoint(self.phrases)

    def covers(self, other: Condition) -> bool:
        return isinstance(other, WordsSaid) and set(other.phrases) <= set(self.phrases)


class FactIs(Condition):
    """A fact of the proved customer has one of these values. Of anybody else nothing is known, so it does not hold."""

    recorded: ClassVar[bool] = False
    kind: Literal["fact"] = Field(description="Of what kind the condition is.")
    name: str = Field(min_length=1, description="Name of the customer fact, such as `plan`.")
    one_of: tuple[str, ...] = Field(min_length=1, description="Its values, in capitals or not.")

    def holds(self, turn: Turn) -> bool:
        value = turn.known.facts.get(self.name)
        return value is not None and value.casefold() in self._values

    def covers(self, other: Condition) -> bool:
        return isinstance(other, FactIs) and other.name == self.name and other._values <= self._values

    def contradicts(self, other: Condition) -> bool:
        return isinstance(other, FactIs) and other.name == self.name and other._values.isdisjoint(self._values)

    @property
    def _values(self) -> frozenset[str]:
        return frozenset(value.casefold() for value in self.one_of)


class AmountAbove(Condition):
    """More money than this is in question."""

    kind: Literal["amount"] = Field(description="Of what kind the condition is.")
    above: float = Field(ge=0, description="In the organisation's currency.")

    def holds(self, turn: Turn) -> bool:
        return turn.known.amount > self.above

    def covers(self, other: Condition) -> bool:
        return isinstance(other, AmountAbove) and self.above <= other.above


class CannotDoHit(Condition):
    """The message asks for something on a cannot-do list. The built-in policy escalates it before any rule."""

    kind: Literal["cannot_do"] = Field(description="Of what kind the condition is.")

    def holds(self, turn: Turn) -> bool:
        return turn.known.cannot_do


class AsksForPerson(Condition):
    """The customer asks for a person. The built-in policy escalates it before any rule."""

    kind: Literal["asks_for_person"] = Field(description="Of what kind the condition is.")

    def holds(self, turn: Turn) -> bool:
        return turn.known.asks_for_person


class PromiseOverdue(Condition):
    """What a journey promised the customer is overdue, and nobody has told since that it was kept."""

    recorded: ClassVar[bool] = False

    kind: Literal["promise_overdue"] = Field(description="Of what kind the condition is.")

    def holds(self, turn: Turn) -> bool:
        return turn.known.promise_overdue


class ExpressionHolds(Condition):
    """An expression in CEL holds, such as `verified && amount > 50.0`. One that fails counts as holding."""

    kind: Literal["expression"] = Field(description="Of what kind the condition is.")
    cel: str = Field(min_length=1, description="The expression; the guide has the names that it may use.")

    def holds(self, turn: Turn) -> bool:
        return self.cel in turn.true


class DraftWords(Condition):
    """The draft contains one of these phrases."""

    kind: Literal["draft_words"] = Field(description="Of what kind the condition is.")
    phrases: tuple[str, ...] = Field(
        min_length=1, description="Words that must not leave unseen; up to two others may stand between them."
    )

    def holds(self, turn: Turn) -> bool:
        return not turn.written.isdisjoint(self.phrases)

    def covers(self, other: Condition) -> bool:
        return isinstance(other, DraftWords) and set(other.phrases) <= set(self.phrases)


class DraftLacks(Condition):
    """The draft is a reply and contains none of these phrases. Of a question back, or of nothing, it does not hold."""

    kind: Literal["draft_lacks"] = Field(description="Of what kind the condition is.")
    phrases: tuple[str, ...] = Field(min_length=1, description="Words of which a reply needs one.")

    def holds(self, turn: Turn) -> bool:
        known = turn.known
        return isinstance(known, Drafted) and known.answered and turn.written.isdisjoint(self.phrases)

    def covers(self, other: Condition) -> bool:
        return isinstance(other, DraftLacks) and set(self.phrases) <= set(other.phrases)


class DraftLength(Condition):
    """The draft is longer than this."""

    kind: Literal["draft_length"] = Field(description="Of what kind the condition is.")
    above: int = Field(ge=0, description="Number of letters, with spaces and signs.")

    def holds(self, turn: Turn) -> bool:
        return isinstance(turn.known, Drafted) and len(turn.known.draft) > self.above

    def covers(self, other: Condition) -> bool:
        return isinstance(other, DraftLength) and self.above <= other.above


class DraftFacts(Condition):
    """The draft states one of these facts of the customer."""

    recorded: ClassVar[bool] = False

    kind: Literal["draft_facts"] = Field(description="Of what kind the condition is.")
    names: tuple[str, ...] = Field(min_length=1, description="Names of customer facts, such as `balance`.")

    def holds(self, turn: Turn) -> bool:
        return isinstance(turn.known, Drafted) and not set(turn.known.facts_told).isdisjoint(self.names)

    def covers(self, other: Condition) -> bool:
        return isinstance(other, DraftFacts) and set(other.names) <= set(self.names)


class MacroIs(Condition):
    """The reply is the text of one of these macros."""

    kind: Literal["macro"] = Field(description="Of what kind the condition is.")
    macros: tuple[Key, ...] = Field(min_length=1, description="Ids of macros.")

    def holds(self, turn: Turn) -> bool:
        return isinstance(turn.known, Drafted) and turn.known.macro in self.macros

    def covers(self, other: Condition) -> bool:
        return isinstance(other, MacroIs) and set(other.macros) <= set(self.macros)

    def contradicts(self, other: Condition) -> bool:
        return isinstance(other, MacroIs) and set(self.macros).isdisjoint(other.macros)


class ConfidenceBelow(Condition):
    """The draft is less sure than this. Below the threshold to escalate, the built-in policy decides first."""

    kind: Literal["confidence"] = Field(description="Of what kind the condition is.")
    below: float = Field(gt=0.0, le=1.0, description="A probability.")

    def holds(self, at: AtDecision) -> bool:
        """A confidence that is no number is low."""
        return not at.confidence >= self.below

    def covers(self, other: Condition) -> bool:
        return isinstance(other, ConfidenceBelow) and self.below >= other.below


class ExchangesReached(Condition):
    """So many replies were sent since ownership changed. At the exchange limit the built-in policy decides first."""

    kind: Literal["exchanges"] = Field(description="Of what kind the condition is.")
    at_least: int = Field(ge=1, description="Number of replies.")

    def holds(self, at: AtDecision) -> bool:
        return at.exchanges >= self.at_least

    def covers(self, other: Condition) -> bool:
        return isinstance(other, ExchangesReached) and self.at_least <= other.at_least


class RepeatedFailure(Condition):
    """So many turns in a row, this one among them, answered nothing: the customer was asked back, or has to be."""

    kind: Literal["repeated_failure"] = Field(description="Of what kind the condition is.")
    turns: int = Field(ge=1, description="Number of turns.")

    def holds(self, at: AtDecision) -> bool:
        return at.failures >= self.turns

    def covers(self, other: Condition) -> bool:
        return isinstance(other, RepeatedFailure) and self.turns <= other.turns


AskedCondition = (
    TopicIs | WordsSaid | FactIs | AmountAbove | CannotDoHit | AsksForPerson | PromiseOverdue | ExpressionHolds
)
"""Known before anything is written."""
DraftCondition = DraftWords | DraftLacks | DraftLength | DraftFacts | MacroIs
"""Known once there is a draft."""
FoundCondition = AskedCondition | DraftCondition
"""Known before it is decided about a draft."""
DecidedCondition = ConfidenceBelow | ExchangesReached | RepeatedFailure
"""Known only when it is decided. They travel with conversations to workers of other versions, which refuse what they do
not know: no field is added."""
DECIDED = (ConfidenceBelow, ExchangesReached, RepeatedFailure)
AnyAsked = Annotated[AskedCondition, Field(discriminator="kind")]
AnyDecided = Annotated[DecidedCondition, Field(discriminator="kind")]
AnyCondition = Annotated[FoundCondition | DecidedCondition, Field(discriminator="kind")]
