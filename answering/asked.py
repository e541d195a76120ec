"""What is known of a message before anything is written, as conditions see it."""

from decimal import Decimal

from answering.understanding import SURE_OF_TOPIC, Understood
from domain.conversation.turn import CustomerContext
from domain.identity.directory_facts import invoiced
from domain.language.amounts import money_in
from domain.language.asks_for_person import asks_for_person
from domain.language.cannot_do import cannot_do_hit
from domain.language.questions import MessageKind
from domain.language.quoting import own_words
from domain.language.sensitive_words import sensitivity_in
from domain.specification.conditions import Asked
from domain.specification.organisation import OrganisationSpec, Sensitivity, Topic

COURTESIES = frozenset({MessageKind.COURTESY, MessageKind.WHO_ANSWERS})


def asked_of(spec: OrganisationSpec, understood: Understood, context: CustomerContext) -> Asked:
    """The message as conditions of guidelines see it."""
    question, topic = understood.request.question, sure_topic(spec, understood)
    sensitivity = sensitivity_of(spec, understood)
    return Asked(
        text=question,
        ai_agent=understood.ai_agent.id,
        topic=topic.id if topic else "",
        topic_confidence=understood.prediction.confidence,
        sensitivity=sensitivity.value if sensitivity else "",
        language=understood.request.customer_language or "",
        amount=float(max(amounts_named(question, context), default=0)),
        verified=context.is_proved,
        facts=first_facts(context),
        missing_sources=context.missing,
        asks_for_person=wants_person(understood),
        cannot_do=cannot_do(spec, understood) is not None,
        promise_overdue=understood.promise_overdue,
    )


def is_courtesy(understood: Understood) -> bool:
    """Thanks and the like: about no topic, whatever they are taken for."""
    return understood.request.kind in COURTESIES


def sure_topic(spec: OrganisationSpec, understood: Understood) -> Topic | None:
    """The topic, where it is sure."""
    prediction = understood.prediction
    sure = prediction.confidence >= SURE_OF_TOPIC and not is_courtesy(understood)
    return spec.topic(prediction.label) if sure else None


def sensitivity_of(spec: OrganisationSpec, understood: Understood) -> Sensitivity | None:
    """By the words of the message, whatever the topic model thinks of it; else that of a topic that is sure."""
    if is_courtesy(understood):
        return None
    topic = sure_topic(spec, understood)
    return sensitivity_in(understood.request.question) or (topic.sensitivity if topic else None)


def wants_person(understood: Understood) -> bool:
    """By words or by meaning."""
    return asks_for_person(own_words(understood.request.question)) or understood.wishes_for_person


def cannot_do(spec: OrganisationSpec, understood: Understood) -> str | None:
    """The entry that was hit on any AI agent's list, its own first: the topic may have led to the wrong one."""
    ai_agents = (understood.ai_agent, *spec.ai_agents)
    hits = (cannot_do_hit(understood.request.question, ai_agent) for ai_agent in ai_agents)
    return next((hit for hit in hits if hit), None)


def amounts_named(question: str, context: CustomerContext) -> list[Decimal]:
    """The sums that a message names, and those of the invoices that it names by number."""
    invoices = [fact.value for fact in context.facts if fact.name == "invoice"]
    named = [value for value in invoices if value.split(":")[0].lower() in question.lower()]
    billed = [amount for value in named if (amount := invoiced(value)) is not None]
    return [*money_in(question), *billed]


def first_facts(context: CustomerContext) -> dict[str, str]:
    """The facts by name; of several of one name the first."""
    return {fact.name: fact.value for fact in reversed(context.facts)}
