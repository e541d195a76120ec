"""Macros that can not be meant, or that nothing ever says.

The checks take the data of a whole specification, which need not be valid: what has a wrong shape is not looked into.
"""

from collections.abc import Iterator, Sequence

from domain.specification.conditions import AsksForPerson, CannotDoHit, Condition, TopicIs
from domain.specification.findings import Finding, Location, as_list, child, did_you_mean, texts_at, values_at
from domain.specification.languages import primary_language
from domain.specification.macros import Macro, facts_in, stray_brace_in
from domain.specification.rule_checks import valid_entries

NEVER_SENT = (AsksForPerson, CannotDoHit)


def facts_of_macros(data: object) -> Iterator[tuple[Location, str]]:
    """The names of customer facts in the texts of macros, each where its text stands."""
    for location, text in texts_at(data, "macros.*.text"):
        for name in facts_in(text):
            yield location, name


def untold_facts(data: object) -> Iterator[Finding]:
    """Facts that a macro tells and an AI agent that may say it does not."""
    told = {key: _told_by(ai_agent) for key, ai_agent in _by_id(data, "ai_agents").items()}
    for location, name in facts_of_macros(data):
        for key in _speakers(data, location, told):
            if name not in told[key]:
                problem = f"the AI agent {key!r} may not tell the fact {name!r}"
                remedy = "Name under ai_agents those that may, or add the fact to customer_facts of this one."
                meant = did_you_mean(name, told[key])
                yield Finding(location, problem, f"{meant} {remedy}".strip())


def _by_id(data: object, field: str) -> dict[str, object]:
    found = ((child(entry, "id"), entry) for _, entry in values_at(data, f"{field}.*"))
    return {key: entry for key, entry in found if isinstance(key, str)}


def _told_by(ai_agent: object) -> set[str]:
    return {name for _, name in texts_at(ai_agent, "customer_facts.*")}


def _speakers(data: object, location: Location, known: dict[str, set[str]]) -> list[str]:
    """Ids of the AI agents that may say the macro that stands here; unknown ones are mistakes of their own."""
    named = as_list(child(child(child(data, "macros"), location[1]), "ai_agents"))
    return [key for key in known if not named or key in named]


def _stray_braces(data: object) -> Iterator[Finding]:
    for location, text in texts_at(data, "macros.*.text"):
        brace = stray_brace_in(text)
        if brace is not None:
            problem = f"a {brace!r} in it belongs to no fact"
            yield Finding(location, problem, "Write a fact of the customer as {plan}, and no other curly brackets.")


def unanswered_languages(data: object) -> Iterator[Finding]:
    """A reply leaves only in a language that the organisation answers in."""
    usual = child(data, "language")
    answered = [primary_language(tag) for _, tag in texts_at(data, "language", "languages.*")]
    if usual is None:
        answered.append("en")
    for location, code in texts_at(data, "macros.*.language"):
        if code not in answered:
            problem = f"the organisation answers nobody in {code!r}"
            yield Finding(location, problem, "Add it to languages of organisation.yaml, or leave it out.")


def _rivals(data: object) -> Iterator[Finding]:
    """Macros of which an earlier one always comes first, on a topic at least."""
    macros = list(valid_entries(data, "macros", Macro))
    usual = next((tag for _, tag in texts_at(data, "language")), "en")
    for number, (location, macro) in enumerate(macros):
        rival = next((other for _, other in macros[:number] if _comes_before(other, macro, usual)), None)
        if rival is not None:
            problem = f"{rival.id!r} is said instead{_where(rival, macro)}, because its file comes first"
            remedy = "Give that one a condition more, or name this file so that it comes first."
            yield Finding((*location, "id"), problem, remedy)


def _comes_before(earlier: Macro, later: Macro, usual: str) -> bool:
    """There are messages that the later one is for and that the earlier one always answers."""
    share_ai_agents = (
        not earlier.ai_agents or not later.ai_agents or not set(earlier.ai_agents).isdisjoint(later.ai_agents)
    )
    alike = earlier.is_in(later.language or primary_language(usual), usual) and set(earlier.facts) <= set(later.facts)
    return share_ai_agents and alike and all(_meets(condition, later.when) for condition in earlier.when)


def _meets(condition: Condition, others: Sequence[Condition]) -> bool:
    """It holds whenever the others do, or is about a topic of theirs."""
    shared = (
        (set(condition.topics) & set(one.topics) for one in _topics(others)) if isinstance(condition, TopicIs) else ()
    )
    return any(condition.covers(other) for other in others) or any(shared)


def _topics(conditions: Sequence[Condition]) -> list[TopicIs]:
    return [condition for condition in conditions if isinstance(condition, TopicIs)]


def _where(earlier: Macro, later: Macro) -> str:
    """On which topic, where they share some."""
    mine, others = ({name for one in _topics(macro.when) for name in one.topics} for macro in (later, earlier))
    shared = sorted(mine & others)
    return f" on the topic {shared[0]!r}" if shared else ""


def unsaid_macros(data: object) -> Iterator[Finding]:
    """Macros whose reply never leaves, because people answer such messages, or other AI agents do."""
    topics = _by_id(data, "topics")
    for location, macro in valid_entries(data, "macros", Macro):
        for number, condition in enumerate(macro.when):
            place = (*location, "when", number, "kind")
            if isinstance(condition, NEVER_SENT):
                yield Finding(place, "has no effect, because a person answers then", "Write another condition.")
            elif isinstance(condition, TopicIs):
                yield from _unsaid_on(topics, macro, condition, place)


def _unsaid_on(topics: dict[str, object], macro: Macro, condition: TopicIs, place: Location) -> Iterator[Finding]:
    for name in condition.topics:
        topic = topics.get(name)
        if topic is None:
            continue
        owner = child(topic, "ai_agent")
        if child(topic, "escalate"):
            yield Finding(place, f"is not said on {name!r}, which always goes to a person", "Leave the topic out.")
        elif isinstance(owner, str) and not macro.is_for(owner):
            yield Finding(place, f"is hardly said on {name!r}, a topic of {owner}", f"Add {owner} to ai_agents.")


MACRO_CHECKS = (_stray_braces, _rivals)
