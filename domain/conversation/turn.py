"""One turn: what was found out, what is proposed, how sure we are, what was decided."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from pydantic import Field

from domain.conversation.ownership import Suggestion
from domain.model import Frozen
from domain.specification.organisation import Mode, Probability, Sensitivity
from domain.tools.actions import ProposedAction


class Fact(Frozen):
    """One thing known about the customer, with its source and time."""

    name: str
    value: str
    source: str
    as_of: datetime


class ContactIdentity(Frozen):
    """By what else the recognised contact may be known, so that another channel recognises them too."""

    contact_id: str | None = None
    email: str | None = None
    phone: str | None = None


class CustomerContext(Frozen):
    """What the CRM and the help desk know. A source that did not answer is named in `missing`, never hidden."""

    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()
    matches: int = Field(0, ge=0, description="Contacts that fit: 0 unknown, 1 recognised, more than 1 ambiguous.")
    contact: ContactIdentity | None = Field(None, description="Of the one verified contact that fits.")

    @property
    def is_proved(self) -> bool:
        """The customer is verified and recognised: of nobody else are facts told."""
        return bool(self.facts or self.contact)


class Citation(Frozen):
    """Where a part of the reply comes from: an article, or a customer fact (`fact:<name>`)."""

    source_id: str
    title: str
    source: str = ""
    quote: str = ""


class Evidence(Frozen):
    """What confidence and the decision rest on. All of it is measured, none of it is the model's own opinion."""

    topic: str | None = None
    topic_confidence: Probability = 0.0
    out_of_scope: Probability = 0.0
    retrieval: Probability = Field(0.0, description="How well the best source fits the question.")
    retrieval_margin: Probability = Field(0.0, description="Its lead over the best other article.")
    search_lead: Probability = Field(
        0.0, description="Its article's lead by the search alone, whatever the topic: 0.5 is level with the best other."
    )
    precedents: Probability = Field(
        0.0, description="Share of the messages of like meaning that an AI agent may answer; 0.5 where none is known."
    )
    precedents_lead: Probability = Field(
        0.0,
        description="Lead of the draft's sources over anything else that answered them: 0.5 is level with the next.",
    )
    grounding: Probability = Field(0.0, description="Share of the reply's statements found in its sources.")
    from_facts: bool = Field(False, description="The reply states a customer fact.")
    validator: Probability | None = Field(None, description="A second model's verdict on the draft, when asked.")
    missing_sources: tuple[str, ...] = ()
    abstained: bool = False
    ambiguous: bool = Field(False, description="Too vague to answer; a clarifying question would help.")
    near_articles: bool = Field(
        False, description="Two articles fit nearly alike, and the draft also asks which of them is meant."
    )
    asks_for_person: bool = False
    injection: bool = Field(False, description="The message tries to change the AI agent's instructions.")
    cannot_do: str | None = Field(None, description="The entry of the cannot-do list that was hit.")
    sensitivity: Sensitivity | None = None
    supervised: bool = Field(
        False, description="Drafts on this topic, from such a source or for messages of like meaning wait for approval."
    )
    topic_escalates: bool = False
    escalate_below: Probability | None = Field(None, description="The AI agent's own threshold, when stricter.")
    amount: Decimal | None = Field(None, description="Money in question, in the organisation's currency.")
    identity: Literal["to_verify", "unknown"] | None = Field(
        None, description="What is asked for needs a verified customer, and a code can prove it, or nothing can."
    )
    unsupported_language: str | None = Field(
        None, description="ISO 639-1 code of the language that the customer writes in, when it is not answered in."
    )
    action: Literal["within_limit", "needs_approval"] | None = Field(
        None, description="A tool that writes is proposed: within what the AI agent may do alone, or not."
    )
    rules_held: tuple[str, ...] | None = Field(
        None, description="Rules of which all holds that is known of the draft; None where no rules were looked at."
    )
    expressions_failed: tuple[str, ...] = Field(
        (), description="Rules and guidelines whose expression failed, which therefore counted as holding."
    )
    guidelines: tuple[str, ...] = Field((), description="Guidelines that the reply was to follow, in their order.")
    macro: str = Field("", description="The macro whose text the reply is; empty where it was written.")

    of_journey: bool = Field(
        False, description="A journey asked for the use of a tool: nobody doubts it, and people approve it as ever."
    )

    def under(self, mode: Mode | None, held_to: Mode | None = None) -> "Evidence":
        """The evidence in a conversation for which a person has set a mode: it overrides the AI agent's own.

        `held_to`: co-pilot, or the mode to which trust holds the AI agent, where no person has set one. Then people
        decide about all that it writes; in co-pilot not even a question back leaves without them.
        """
        if mode is not None:
            return self.model_copy(update={"supervised": mode is not Mode.DELEGATION})
        if held_to is None:
            return self
        asks_nothing = {"abstained": self.abstained or self.ambiguous, "ambiguous": False, "near_articles": False}
        unclear = asks_nothing if held_to is Mode.CO_PILOT else {}
        return self.model_copy(update={"supervised": True, **unclear})


LATER_EVIDENCE = ("near_articles", "unsupported_language", "rules_held")
"""Fields that change a decision and that earlier versions did not know.

The workflow that decides says which of them it understands. A draft keeps no others, or two versions side by side would
decide differently of the same evidence, and a replay by the other one would fail.
"""


HELD_TO = "held_to"
UNDERSTOOD = (*LATER_EVIDENCE, HELD_TO)
"""The later fields of evidence, and that of a draft, which this version understands."""


def understood_by(evidence: Evidence, fields: Collection[str]) -> Evidence:
    """The evidence for a workflow that understands only these of the later fields."""
    unknown = [name for name in LATER_EVIDENCE if name not in fields]
    return evidence.model_copy(update={name: Evidence.model_fields[name].default for name in unknown})


class Usage(Frozen):
    """What a model cost, over all calls that one draft or verdict took: those of models that were passed over too."""

    model: str = Field(description="The model that answered, as a specification names it.")
    input_tokens: int = Field(0, description="Cached ones included.")
    cached_tokens: int = 0
    output_tokens: int = 0
    calls: int = 0
    estimated_calls: int = Field(0, description="Of calls: those whose tokens are estimated, as nobody told them.")
    model_ms: float = Field(0.0, description="Time spent inside the model calls, milliseconds.")
    cost: Decimal | None = Field(None, description="In the organisation's currency; None where no price is known.")
    unpriced_calls: int = Field(0, description="Of calls, where `cost` is known: those that it leaves out.")
    passed_over: tuple[str, ...] = Field((), description="Models that were asked before and why they did not answer.")


class LookedUp(Frozen):
    """A source that a draft was looked up in, by its id. `precedents`: the share of like messages that it answered."""

    source_id: str
    score: Probability = Field(description="How well it fits the question, precedents included.")
    precedents: Probability = 0.0


ChosenBy = Literal["topic", "present", "default", "journey"]
"""Why an AI agent writes: the topic is its own; no topic was sure, and it had answered before, or is the default one; a
journey wanted it.
"""


class Draft(Frozen):
    """A proposed reply; `text` is empty when the AI agent abstained. `actions` are done before it leaves.

    A `clarifying_question` beside a text is asked where the text is not sure enough.
    """

    draft_id: str
    ai_agent: str
    text: str = ""
    clarifying_question: str = ""
    citations: tuple[Citation, ...] = ()
    actions: tuple[ProposedAction, ...] = ()
    evidence: Evidence
    usage: Usage
    held_to: Mode | None = Field(
        None, description="Co-pilot, or the mode to which trust held the AI agent when it wrote; unset, its card's."
    )
    instructed: bool = Field(False, description="A journey's instruction was the question: no customer asked.")
    chosen_by: ChosenBy | None = Field(None, description="Why this AI agent wrote it.")
    customer_language: str | None = Field(
        None, description="ISO 639-1 code of the customer's language, where it is surely not that of the articles."
    )
    looked_up: tuple[LookedUp, ...] = Field(
        (), exclude=True, description="What was found, the best first. It is kept with the record and does not travel."
    )

    @property
    def for_journey(self) -> bool:
        """It was made for a step of a journey."""
        return self.instructed or self.evidence.of_journey

    @property
    def written(self) -> str:
        return all_written(self.text, self.clarifying_question)

    @property
    def chosen_because(self) -> str:
        """Why this AI agent wrote it, in words; empty for drafts of the version before."""
        topic, sure = self.evidence.topic or "none", self.evidence.topic_confidence
        unsure = f"no topic was sure ({topic}: {sure:.2f})"
        words: dict[ChosenBy | None, str] = {
            "topic": f"the topic {topic} is its own ({sure:.2f})",
            "present": f"{unsure}, and it answered before",
            "default": f"{unsure}, and it is the default",
            "journey": "a journey asked for it",
        }
        return words.get(self.chosen_by, "")


def all_written(text: str, clarifying_question: str) -> str:
    """A draft as rules see it: whatever of it may leave."""
    return "\n".join(filter(None, (text, clarifying_question)))


def draft_for(made: Draft, held_to: Mode | None, understands: Collection[str]) -> Draft:
    """The draft for a workflow that understands only these later fields; without `held_to`, people decide about it."""
    evidence = understood_by(made.evidence, understands)
    if held_to is not None and HELD_TO not in understands:
        evidence = evidence.model_copy(update={"supervised": True})
    return made.model_copy(update={"evidence": evidence, "held_to": held_to})


class Outcome(StrEnum):
    """What is decided about a draft."""

    SEND = "send"
    ASK_APPROVAL = "ask_approval"
    CLARIFY = "clarify"
    VERIFY = "verify"
    ESCALATE = "escalate"


class Reason(StrEnum):
    """Why a turn was decided as it was; search attributes and reports use these words."""

    CONFIDENT = "confident"
    ASKED_FOR_PERSON = "asked_for_person"
    INJECTION = "injection"
    CANNOT_DO = "cannot_do"
    TOPIC_ESCALATES = "topic_escalates"
    OUT_OF_SCOPE = "out_of_scope"
    NO_ANSWER = "no_answer"
    LOW_CONFIDENCE = "low_confidence"
    SENSITIVE_TOPIC = "sensitive_topic"
    SUPERVISED = "supervised"
    ACTION = "action"
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    EXCHANGE_LIMIT = "exchange_limit"
    AMBIGUOUS = "ambiguous"
    MODEL_FAILED = "model_failed"
    DELIVERY_FAILED = "delivery_failed"
    TOOL_FAILED = "tool_failed"
    IDENTITY = "identity"
    NOT_VERIFIED = "not_verified"
    RESTORED = "restored"
    RULE = "rule"
    JOURNEY = "journey"
    PROMISE_OVERDUE = "promise_overdue"
    SENDING_STOPPED = "sending_stopped"


class Decision(Frozen):
    """The result of the one decision function. `review` says why the sent reply is looked at afterwards.

    `rule`: the rule of the organisation that raised it or that says who approves, if one does.
    """

    outcome: Outcome
    reason: Reason
    rule: str = ""
    review: Literal["low_confidence", "sample", "risk"] | None = None


class DecisionRecord(Frozen):
    """Everything that one decision rested on: one per turn, kept with the outbound message.

    `suggested`: where people are asked, who of them fits best, with the reasons.
    """

    turn: int
    revision: int
    confidence: Probability
    exchanges: int
    clarifications: int
    decision: Decision
    decided_at: datetime
    suggested: tuple[Suggestion, ...] = ()
