"""Drafts that a journey asks for: of the use of a tool, and of what nobody asked."""

from pydantic import JsonValue

from answering.asked import first_facts
from answering.conditions import ruled
from domain.conversation.ruling import drafted
from domain.conversation.turn import CustomerContext, Draft, Evidence, Usage
from domain.journeys.work import UseTool
from domain.specification.journeys import FactOf
from domain.specification.organisation import AiAgentSpec, OrganisationSpec
from domain.specification.tools import WriteTool
from domain.tools.actions import ProposedAction, needs_approval, proposed
from storage.views import DraftBasis

BY_JOURNEY = "journey"


def tool_draft(draft_id: str, work: UseTool, basis: DraftBasis, specification: OrganisationSpec) -> Draft:
    """The use of a tool as a draft without a text; whether it may be used at all is seen when it is."""
    context = basis.context or CustomerContext()
    ai_agent = specification.ai_agent(work.ai_agent)
    allowed = _allowed(ai_agent, work)
    action = proposed(allowed, arguments_of(work, context))
    evidence = _sure_of(action, waits=needs_approval(allowed, action))
    seen = drafted(
        evidence,
        ai_agent.id,
        sure_of_topic=False,
        facts=first_facts(context),
        verified=context.is_proved,
        promise_overdue=basis.promise_overdue,
    )
    evidence = ruled(evidence, specification.rules, seen)
    usage = Usage(model=BY_JOURNEY)
    return Draft(
        draft_id=draft_id,
        ai_agent=ai_agent.id,
        actions=(action,),
        evidence=evidence,
        usage=usage,
        chosen_by="journey",
    )


def _sure_of(action: ProposedAction, *, waits: bool) -> Evidence:
    """Nothing was asked or written that one could be unsure of."""
    return Evidence(
        of_journey=True,
        topic_confidence=1.0,
        retrieval=1.0,
        retrieval_margin=1.0,
        grounding=1.0,
        action="needs_approval" if waits else "within_limit",
        amount=action.amount,
    )


def _allowed(ai_agent: AiAgentSpec, work: UseTool) -> WriteTool:
    """A tool that the AI agent may not use is refused where it is used; until then people would have to approve it."""
    for tool in ai_agent.tools:
        if isinstance(tool, WriteTool) and (tool.server, tool.tool) == (work.server, work.tool):
            return tool
    return WriteTool(server=work.server, tool=work.tool, access="write")


def arguments_of(work: UseTool, context: CustomerContext) -> dict[str, JsonValue]:
    """With the facts of a customer who was recognised without doubt; what is not known is left out."""
    known: dict[str, JsonValue] = facts_of(context) if any(map(_is_fact, work.arguments.values())) else {}
    arguments: dict[str, JsonValue] = {}
    for name, value in work.arguments.items():
        given = known.get(value.fact) if isinstance(value, FactOf) else value
        if given is not None:
            arguments[name] = given
    return arguments


def facts_of(context: CustomerContext) -> dict[str, JsonValue]:
    """Facts by name, and how the customer is known, where one contact alone fits."""
    if context.matches != 1:
        return {}
    contact = context.contact.model_dump(exclude_none=True) if context.contact else {}
    return {**{fact.name: fact.value for fact in context.facts}, **contact}


def _is_fact(value: object) -> bool:
    return isinstance(value, FactOf)


def unasked(draft: Draft) -> Draft:
    """What a journey has written: nobody asked, so that nobody can have asked for a person, or too vaguely."""
    changes = {"ambiguous": False, "near_articles": False, "asks_for_person": False, "unsupported_language": None}
    evidence = draft.evidence.model_copy(update=changes)
    return draft.model_copy(update={"evidence": evidence, "clarifying_question": "", "instructed": True})
