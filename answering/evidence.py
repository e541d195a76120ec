"""The evidence for a draft: measured on the message, the sources and the written text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import JsonValue
from pydantic_core import to_json

from answering.retrieval import Retrieved
from domain.conversation.turn import CustomerContext, Evidence
from domain.identity.customer_facts import asks_for_any, told
from domain.identity.directory_facts import invoiced
from domain.language.amounts import money_in
from domain.language.asks_for_person import asks_for_person
from domain.language.cannot_do import cannot_do_hit
from domain.language.grounding import grounding_of
from domain.language.injection import attempts_injection
from domain.language.questions import asks_who_answers, is_courtesy, is_greeting, is_vague
from domain.language.quoting import own_words
from domain.language.sensitive_words import sensitivity_in
from domain.quality.topics import TopicPrediction
from domain.specification.organisation import AiAgentSpec, Mode, OrganisationSpec, Sensitivity, Topic
from domain.specification.tools import WriteTool
from domain.tools.actions import ProposedAction, needs_approval
from domain.tools.calls import RecordedCall
from integrations.llm.base import ReplyRequest, WrittenReply
from integrations.tools.reply import PROPOSED

SURE_OF_TOPIC = 0.5
LIKELY_OUT_OF_SCOPE = 0.5


@dataclass(frozen=True)
class Findings:
    """What drafting found and made."""

    specification: OrganisationSpec
    ai_agent: AiAgentSpec
    prediction: TopicPrediction
    request: ReplyRequest
    written: WrittenReply
    context: CustomerContext
    retrieved: Sequence[Retrieved]
    precedents: float = 0.5
    wishes_for_person: bool = False
    actions: Sequence[ProposedAction] = ()
    missing_tools: tuple[str, ...] = ()
    unproved_tool: Literal["read", "write"] | None = None
    done: Sequence[RecordedCall] = ()

    @property
    def topic(self) -> Topic | None:
        return self.specification.topic(self.prediction.label)

    @property
    def sure_of_topic(self) -> bool:
        return self.prediction.confidence >= SURE_OF_TOPIC


def evidence_of(found: Findings) -> Evidence:
    """Everything that confidence and the decision rest on."""
    question, topic = found.request.question, found.topic
    asks_back = _asks_back(found)
    courtesy, from_facts = is_courtesy(question) or asks_who_answers(question), _tells_facts(found.written)
    retrieval, margin = (1.0, 1.0) if courtesy or from_facts else _fit(found.retrieved)
    return Evidence(
        topic=topic.id if topic else None,
        topic_confidence=1.0 if courtesy else found.prediction.confidence,
        out_of_scope=0.0 if courtesy else _out_of_scope(found),
        retrieval=retrieval,
        retrieval_margin=margin,
        search_lead=1.0 if courtesy or from_facts else min(one.search_lead for one in found.retrieved),
        precedents=1.0 if courtesy or from_facts else found.precedents,
        grounding=_grounding(found),
        from_facts=from_facts,
        missing_sources=(*found.context.missing, *found.missing_tools),
        abstained=not found.written.text and not asks_back,
        ambiguous=asks_back,
        asks_for_person=asks_for_person(own_words(question)) or found.wishes_for_person,
        injection=attempts_injection(question),
        cannot_do=_cannot_do(found),
        sensitivity=None if courtesy else _sensitivity(found),
        supervised=_supervised(found),
        topic_escalates=_topic_escalates(found),
        escalate_below=found.ai_agent.escalate_below,
        amount=_amount(found),
        action=_action(found),
        identity=_identity(found),
    )


def _identity(found: Findings) -> Literal["to_verify", "unknown"] | None:
    """Whether the customer must prove first who they are, as the specification demands."""
    needed_for, context = found.specification.identity.verify_for, found.context
    if context.is_proved:
        return None
    if found.unproved_tool == "write" or ("write_tools" in needed_for and _action(found)):
        return "to_verify" if context.matches == 1 else "unknown"
    told_of = found.ai_agent.customer_facts if "personal_data" in needed_for else ()
    asks = any(asks_for_any(line, told_of) for line in found.request.question.splitlines())
    return "to_verify" if context.matches == 1 and (asks or found.unproved_tool) else None


def _asks_back(found: Findings) -> bool:
    """A question back helps with a vague message, not with one that is about something else altogether."""
    question = found.request.question
    if found.written.text or not found.written.clarifying_question:
        return False
    return is_vague(question) or is_greeting(question) or _out_of_scope(found) <= LIKELY_OUT_OF_SCOPE


def _out_of_scope(found: Findings) -> float:
    """The topic model's verdict, as far as the articles do not know the words of the question either."""
    if _tells_facts(found.written):
        return 0.0
    coverage = min(one.coverage for one in found.retrieved)
    return found.prediction.out_of_scope * (1 - coverage)


def _tells_facts(written: WrittenReply) -> bool:
    """What the customer's records say, or what a tool looked up there."""
    return any(citation.source_id.startswith(("fact:", "tool:")) for citation in written.citations)


def _fit(retrieved: Sequence[Retrieved]) -> tuple[float, float]:
    """Fit of the best passage and its lead over the best other article, for the question that fares worst."""
    return min((found.fit, found.lead) for found in retrieved)


def _grounding(found: Findings) -> float:
    if not found.written.text:
        return 0.0
    articles = [
        f"{p.title}. {p.source}\n{p.heading}\n{p.text}" for p in (*found.request.passages, *found.written.found)
    ]
    known = found.request.facts
    facts = [f"{told([fact], found.request.currency)} {fact.name}: {fact.value}" for fact in known]
    wording = found.specification.wording
    proposals = [f"{PROPOSED} {action.tool}: {to_json(action.arguments).decode()}" for action in found.actions]
    greetings = [channel.greeting for channel in found.specification.channels.values()]
    framing = [wording.handoff, wording.approval_wait, wording.clarify, *greetings]
    return grounding_of(found.written.text, [*articles, *facts, *proposals], framing)


def _sensitivity(found: Findings) -> Sensitivity | None:
    """By the words of the message, whatever the topic model thinks of it; else that of a topic that is sure."""
    by_topic = found.topic.sensitivity if found.topic and found.sure_of_topic else None
    return sensitivity_in(found.request.question) or by_topic


def _topic_escalates(found: Findings) -> bool:
    """The topic always goes to a person, or the words name a sensitive matter whose topic does."""
    if found.topic is not None and found.topic.escalate and found.sure_of_topic:
        return True
    by_words = sensitivity_in(found.request.question)
    return any(topic.escalate and topic.sensitivity is by_words for topic in found.specification.topics if by_words)


def _cannot_do(found: Findings) -> str | None:
    """The entry that was hit on any AI agent's list, its own first: the topic may have led to the wrong one."""
    ai_agents = (found.ai_agent, *found.specification.ai_agents)
    hits = (cannot_do_hit(found.request.question, ai_agent) for ai_agent in ai_agents)
    return next((hit for hit in hits if hit), None)


def _supervised(found: Findings) -> bool:
    watched = found.ai_agent.mode is Mode.SUPERVISION
    return watched and found.prediction.label in found.ai_agent.supervised_topics


def _amount(found: Findings) -> Decimal | None:
    """The largest sum that the message or an action names, or the sum of an invoice that it names by number."""
    question = found.request.question
    invoices = [fact.value for fact in found.context.facts if fact.name == "invoice"]
    named = [value for value in invoices if value.split(":")[0].lower() in question.lower()]
    acted = [action.amount for action in found.actions if action.amount is not None]
    billed = [amount for value in named if (amount := invoiced(value)) is not None]
    return max([*money_in(question), *billed, *acted], default=None)


def _action(found: Findings) -> Literal["within_limit", "needs_approval"] | None:
    """Fails closed: a tool that the AI agent is not allowed needs people, and so does the same thing once more.

    A limit holds for all uses of a tool in the conversation together, lest it be passed in parts.
    """
    if not found.actions:
        return None
    writes = {(tool.server, tool.tool): tool for tool in found.ai_agent.tools if isinstance(tool, WriteTool)}
    allowed = [(writes.get((action.server, action.tool)), action) for action in found.actions]
    earlier = [call.action for call in found.done if call.state != "failed"]
    done, together = [_what(action) for action in earlier], (*earlier, *found.actions)
    alone = all(
        tool is not None and not needs_approval(tool, action, together) and _what(action) not in done
        for tool, action in allowed
    )
    return "within_limit" if alone else "needs_approval"


def _what(action: ProposedAction) -> tuple[str, str, Mapping[str, JsonValue]]:
    return action.server, action.tool, action.arguments
