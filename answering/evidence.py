"""The evidence for a draft: measured on the message, the sources and the written text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import JsonValue
from pydantic_core import to_json

from answering.asked import (
    amounts_named,
    cannot_do,
    first_facts,
    is_courtesy,
    sensitivity_of,
    wants_person,
)
from answering.conditions import NO_GUIDANCE, Guidance, ruled
from answering.retrieval import Retrieved
from answering.understanding import LIKELY_OUT_OF_SCOPE, SURE_OF_TOPIC, Understood, asks_for_fact
from domain.conversation.ruling import drafted
from domain.conversation.turn import CustomerContext, Evidence, all_written
from domain.identity.customer_facts import asks_for_any, facts_stated, told
from domain.language.grounding import grounding_of
from domain.language.injection import attempts_injection
from domain.language.questions import MessageKind
from domain.language.sensitive_words import sensitivity_in
from domain.quality.topics import TopicPrediction
from domain.specification.conditions import Drafted
from domain.specification.organisation import AiAgentSpec, OrganisationSpec, Topic
from domain.specification.tools import WriteTool
from domain.tools.actions import ProposedAction, needs_approval
from domain.tools.calls import RecordedCall
from integrations.llm.base import ReplyRequest, WrittenReply
from integrations.tools.reply import PROPOSED

ENOUGH_APPROVED = 0.25
"""Share of the messages of like meaning whose drafts waited for approval, from which this one does."""
RECORDS = ("fact:", "tool:")
"""How the ids of sources begin that stand in the customer's own records."""


@dataclass(frozen=True)
class Findings:
    """What drafting found and made."""

    specification: OrganisationSpec
    understood: Understood
    written: WrittenReply
    context: CustomerContext
    actions: Sequence[ProposedAction] = ()
    missing_tools: tuple[str, ...] = ()
    unproved_tool: Literal["read", "write"] | None = None
    done: Sequence[RecordedCall] = ()
    guidance: Guidance = NO_GUIDANCE
    macro: str = ""

    @property
    def ai_agent(self) -> AiAgentSpec:
        return self.understood.ai_agent

    @property
    def prediction(self) -> TopicPrediction:
        return self.understood.prediction

    @property
    def request(self) -> ReplyRequest:
        return self.understood.request

    @property
    def is_courtesy(self) -> bool:
        return is_courtesy(self.understood)

    @property
    def topic(self) -> Topic | None:
        return self.specification.topic(self.prediction.label)

    @property
    def sure_of_topic(self) -> bool:
        return self.prediction.confidence >= SURE_OF_TOPIC


def evidence_of(found: Findings) -> Evidence:
    """Everything that confidence and the decision rest on: what is measured, and which rules hold of it."""
    evidence = _measured(found)
    return ruled(evidence, found.specification.rules, _as_rules_see_it(found, evidence), found.guidance)


def _as_rules_see_it(found: Findings, evidence: Evidence) -> Drafted:
    request, context = found.request, found.context
    return drafted(
        evidence,
        found.ai_agent.id,
        sure_of_topic=found.sure_of_topic and not found.is_courtesy,
        text=request.question,
        language=request.customer_language or "",
        facts=first_facts(context),
        verified=context.is_proved,
        promise_overdue=found.understood.promise_overdue,
        facts_told=_facts_told(found),
        draft=all_written(found.written.text, question_back(found.written, evidence)),
    )


def question_back(written: WrittenReply, evidence: Evidence) -> str:
    """What may be asked back: in the place of a reply, or beside one because two articles are near."""
    return written.clarifying_question if evidence.near_articles or not written.text else ""


def _facts_told(found: Findings) -> tuple[str, ...]:
    """Names of the customer facts that the reply cites, or whose value stands in it, cited or not."""
    cited = [
        one.source_id.removeprefix("fact:") for one in found.written.citations if one.source_id.startswith("fact:")
    ]
    return tuple(dict.fromkeys((*cited, *facts_stated(found.written.text, found.context.facts))))


def _measured(found: Findings) -> Evidence:
    question, topic = found.request.question, found.topic
    asks_back, courtesy = _asks_back(found), found.is_courtesy
    fits = _fits(found)
    return Evidence(
        topic=topic.id if topic else None,
        topic_confidence=1.0 if courtesy else found.prediction.confidence,
        out_of_scope=0.0 if courtesy else _out_of_scope(found),
        retrieval=found.prediction.confidence if found.macro else min((one.fit for one in fits), default=1.0),
        retrieval_margin=min(fits, key=lambda one: one.fit).lead if fits else 1.0,
        search_lead=min((one.search_lead for one in fits), default=1.0),
        **_precedents(found),
        grounding=_grounding(found),
        from_facts=_tells_facts(found.written),
        missing_sources=(*found.context.missing, *found.missing_tools),
        abstained=not found.written.text and not asks_back,
        ambiguous=asks_back,
        near_articles=bool(found.request.near_articles and found.written.text and found.written.clarifying_question),
        asks_for_person=wants_person(found.understood),
        injection=attempts_injection(question),
        cannot_do=cannot_do(found.specification, found.understood),
        sensitivity=sensitivity_of(found.specification, found.understood),
        supervised=_supervised(found),
        topic_escalates=_topic_escalates(found),
        escalate_below=found.ai_agent.escalate_below,
        amount=_amount(found),
        action=_action(found),
        identity=_identity(found),
        unsupported_language=_unsupported_language(found),
        macro=found.macro,
    )


def _identity(found: Findings) -> Literal["to_verify", "unknown"] | None:
    """Whether the customer must prove first who they are, as the specification demands."""
    needed_for, context = found.specification.identity.verify_for, found.context
    if context.is_proved:
        return None
    if found.unproved_tool == "write" or ("write_tools" in needed_for and _action(found)):
        return "to_verify" if context.matches == 1 else "unknown"
    told_of = found.ai_agent.customer_facts if "personal_data" in needed_for else ()
    by_words = any(asks_for_any(line, told_of) for line in found.request.question.splitlines())
    asks = by_words or any(asks_for_fact(part.text, part.likeness, told_of) for part in found.understood.parts)
    return "to_verify" if context.matches == 1 and (asks or found.unproved_tool) else None


def _unsupported_language(found: Findings) -> str | None:
    """The customer's, unless the writer was to write in it and can."""
    request = found.request
    answers = request.reply_language == request.customer_language and found.written.refusal != "language"
    return None if answers else request.customer_language


def _asks_back(found: Findings) -> bool:
    """A question back helps with a vague message, not with one that is about something else altogether."""
    if found.written.text or not found.written.clarifying_question:
        return False
    says_little = found.request.kind in {MessageKind.VAGUE, MessageKind.GREETING}
    return says_little or _out_of_scope(found) <= LIKELY_OUT_OF_SCOPE


def _out_of_scope(found: Findings) -> float:
    """The topic model's verdict, as far as the articles do not know the words of the question either."""
    if _tells_facts(found.written):
        return 0.0
    coverage = min(part.retrieved.coverage for part in found.understood.parts)
    return found.prediction.out_of_scope * (1 - coverage)


def _tells_facts(written: WrittenReply) -> bool:
    """What the customer's records say, or what a tool looked up there."""
    return any(citation.source_id.startswith(RECORDS) for citation in written.citations)


def _fits(found: Findings) -> Sequence[Retrieved]:
    """What was found for the questions that articles had to answer: not for those that records or a macro did."""
    if found.macro:
        return ()
    cited = {citation.source_id for citation in found.written.citations}
    from_records = {source for source in cited if source.startswith(RECORDS)}
    if found.is_courtesy or any(source.startswith("tool:") for source in cited) or (cited and cited == from_records):
        return ()
    told = {source.removeprefix("fact:") for source in from_records}
    return [part.retrieved for part in found.understood.parts if told.isdisjoint(part.facts)]


def _precedents(found: Findings) -> dict[str, float]:
    """How messages of like meaning were dealt with; of several questions, for the one that fares worst.

    No source was searched for a macro, so that none can lead it.
    """
    cited = {citation.source_id for citation in found.written.citations}
    alike = [part.likeness for part in found.understood.parts]
    measured = {
        "precedents": min(one.answered for one in alike),
        "precedents_lead": 1.0 if found.macro else min(one.lead_of(cited) for one in alike),
    }
    return dict.fromkeys(measured, 1.0) if found.is_courtesy else measured


def _grounding(found: Findings) -> float:
    if found.macro:
        return 1.0
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


def _topic_escalates(found: Findings) -> bool:
    """The topic always goes to a person, or the words name a sensitive matter whose topic does."""
    if found.topic is not None and found.topic.escalate and found.sure_of_topic:
        return True
    by_words = sensitivity_in(found.request.question)
    return any(topic.escalate and topic.sensitivity is by_words for topic in found.specification.topics if by_words)


def _supervised(found: Findings) -> bool:
    """By the topic; by an article of such a topic, wherever the message seemed to belong; or as like messages were."""
    if any(part.likeness.share("approved") >= ENOUGH_APPROVED for part in found.understood.parts):
        return True
    topics = map(found.understood.topic_of.get, (citation.source_id for citation in found.written.citations))
    return found.ai_agent.watches(found.prediction.label) or any(
        found.specification.ai_agent(topic.ai_agent).watches(topic.id)
        for topic_id in topics
        if topic_id and (topic := found.specification.topic(topic_id))
    )


def _amount(found: Findings) -> Decimal | None:
    """The largest sum that the message or an action names, or the sum of an invoice that it names by number."""
    acted = [action.amount for action in found.actions if action.amount is not None]
    return max([*amounts_named(found.request.question, found.context), *acted], default=None)


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
