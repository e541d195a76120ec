"""Co-pilot: what a person who owns a conversation is offered, made of the record. No customer sees any of it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from domain.conversation.messages import Author
from domain.conversation.record import ConversationView, StoredMessage, TurnView
from domain.conversation.similar import SimilarConversations
from domain.conversation.suggestions import SuggestionUse
from domain.conversation.turn import Citation, Draft, Fact
from domain.language.questions import questions_in
from domain.language.text import sentences
from domain.model import Frozen
from domain.specification.organisation import OrganisationSpec, Probability
from domain.tools.actions import ProposedAction

MOST_POINTS = 8
FIRST_POINTS = 2
MOST_CHARACTERS = 240
MOST_FACTS = 12

StepKind = Literal["answer", "tool", "guideline", "journey", "identity", "look_up", "ask_back", "boundary", "close"]


class OfferedSuggestion(Frozen):
    """A draft for the person who owns the conversation. It is never sent by itself.

    `current`: it is about everything that the customer has written.
    """

    suggestion_id: str
    ai_agent: str
    text: str
    clarifying_question: str
    citations: tuple[Citation, ...]
    actions: tuple[ProposedAction, ...] = Field(description="Uses of tools that it proposes. None has been done.")
    confidence: Probability | None
    made_at: datetime
    current: bool
    used: SuggestionUse | None


class NextStep(Frozen):
    """Something to do next, and why."""

    kind: StepKind
    text: str


class SummaryPoint(Frozen):
    """What a message says, in its own words, by its place in the transcript."""

    seq: int
    author: Author
    author_id: str | None
    at: datetime
    text: str


class HandoffSummary(Frozen):
    """For whoever takes the conversation: in the words of those who wrote, nothing made up."""

    asked: str = Field(description="What the customer wanted at first.")
    topic: str | None
    why_a_person: str = Field(description="Why people were asked; empty where nobody asked for one.")
    points: tuple[SummaryPoint, ...]
    left_out: int = Field(description="Messages between the first and the last ones that are not told.")
    unanswered: tuple[str, ...] = Field(description="What the customer wrote that nobody has answered.")
    facts: tuple[Fact, ...] = Field(description="What is known of the customer, with source and time.")
    missing_sources: tuple[str, ...]


class WaitingStep(Frozen):
    """A step of a journey that is under way."""

    journey: str
    step: str
    kind: str


class CoPilot(Frozen):
    """Everything that a person who owns a conversation is offered. `similar`: null where nothing can be compared."""

    conversation_id: str
    suggestion: OfferedSuggestion | None
    why_none: str = Field("", description="Why there is no suggestion, and how to get one.")
    next_steps: tuple[NextStep, ...]
    summary: HandoffSummary
    similar: SimilarConversations | None = None
    why_none_similar: str = ""


def offered(
    conversation: ConversationView, turn: TurnView | None, used: SuggestionUse | None, messages: Sequence[StoredMessage]
) -> OfferedSuggestion | None:
    """The suggestion, where a person owns the conversation and there is a text to suggest."""
    if turn is None or conversation.owner.kind == "ai_agent":
        return None
    draft = turn.draft
    if not (draft.text or draft.clarifying_question or draft.actions):
        return None
    newest = max((one.at for one in messages if one.author is Author.CUSTOMER), default=turn.created_at)
    return OfferedSuggestion(
        suggestion_id=draft.draft_id,
        ai_agent=draft.ai_agent,
        text=draft.text,
        clarifying_question=draft.clarifying_question,
        citations=draft.citations,
        actions=draft.actions,
        confidence=turn.confidence,
        made_at=turn.created_at,
        current=bool(unanswered(conversation, messages)) and newest <= turn.created_at,
        used=used,
    )


def why_none(conversation: ConversationView, turn: TurnView | None) -> str:
    """Why nothing is suggested."""
    if conversation.owner.kind == "ai_agent":
        return "The AI agent owns this conversation. Take it over to get suggestions."
    if turn is not None:
        return "The AI agent found nothing that it could suggest."
    if conversation.mode != "co_pilot":
        return "Suggestions are made in the mode co_pilot. Switch this conversation to it."
    return "Nothing has been suggested yet."


def unanswered(conversation: ConversationView, messages: Sequence[StoredMessage]) -> tuple[str, ...]:
    """What the customer wrote that nobody has answered, the oldest first."""
    return tuple(one.text for one in messages if one.author is Author.CUSTOMER and one.seq > conversation.answered_seq)


def summary_of(
    conversation: ConversationView, messages: Sequence[StoredMessage], turn: TurnView | None
) -> HandoffSummary:
    """The words that tell most: what was asked, what was answered last, what waits."""
    said = [one for one in messages if one.author is not Author.SYSTEM]
    told = said if len(said) <= MOST_POINTS else [*said[:FIRST_POINTS], *said[FIRST_POINTS - MOST_POINTS :]]
    first = next((one.text for one in said if one.author is Author.CUSTOMER), "")
    context = turn.context if turn else None
    return HandoffSummary(
        asked=gist(first),
        topic=turn.draft.evidence.topic if turn else None,
        why_a_person=(conversation.escalation_reason or "").replace("_", " "),
        points=tuple(map(_point, told)),
        left_out=len(said) - len(told),
        unanswered=tuple(map(gist, unanswered(conversation, messages))),
        facts=context.facts[:MOST_FACTS] if context else (),
        missing_sources=context.missing if context else (),
    )


def gist(text: str) -> str:
    """The sentences of a message that ask, else its first one; cut where it is long."""
    asked = [part for part in questions_in(text) if "?" in part]
    found = " ".join(asked) or next(iter(sentences(text)), "")
    found = " ".join(found.split())
    return found if len(found) <= MOST_CHARACTERS else f"{found[: MOST_CHARACTERS - 1]}…"


def next_steps(
    conversation: ConversationView,
    messages: Sequence[StoredMessage],
    turn: TurnView | None,
    steps: Sequence[WaitingStep],
    specification: OrganisationSpec,
) -> tuple[NextStep, ...]:
    """What to do next, by rules: what waits first."""
    waits = unanswered(conversation, messages)
    found = [*_of_draft(turn.draft, specification)] if turn and waits else []
    found += [
        NextStep(kind="journey", text=f"The journey {one.journey} waits at its step {one.step} ({one.kind}).")
        for one in steps
    ]
    if waits:
        number = f"{len(waits)} messages wait" if len(waits) > 1 else "A message waits"
        return (NextStep(kind="answer", text=f"{number} for an answer."), *found)
    done = "Everything is answered: resolve the conversation, or hand it back with an instruction."
    return (*found, NextStep(kind="close", text=done))


def _of_draft(draft: Draft, specification: OrganisationSpec) -> Iterator[NextStep]:
    evidence = draft.evidence
    if evidence.cannot_do:
        yield NextStep(kind="boundary", text=f"The AI agent must not do this itself: {evidence.cannot_do}.")
    if evidence.sensitivity:
        yield NextStep(kind="boundary", text=f"Take care, the matter is sensitive: {evidence.sensitivity.value}.")
    if evidence.identity == "to_verify":
        yield NextStep(kind="identity", text="Have the customer prove who they are before you tell or change anything.")
    for action in draft.actions:
        amount = f" over {action.amount} {specification.currency}" if action.amount is not None else ""
        yield NextStep(kind="tool", text=f"Decide about the use of {action.tool} of {action.server}{amount}.")
    actions = {one.id: one.action for one in specification.guidelines}
    for name in evidence.guidelines:
        if name in actions:
            yield NextStep(kind="guideline", text=actions[name])
    if draft.clarifying_question:
        yield NextStep(kind="ask_back", text=f"Ask back: {draft.clarifying_question}")
    for source in evidence.missing_sources:
        yield NextStep(kind="look_up", text=f"{source} did not answer. Look there yourself before you rely on it.")


def _point(message: StoredMessage) -> SummaryPoint:
    return SummaryPoint(
        seq=message.seq, author=message.author, author_id=message.author_id, at=message.at, text=gist(message.text)
    )
