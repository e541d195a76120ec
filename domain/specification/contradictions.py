"""What is valid, and can not be meant: parts of a specification that nothing reaches or that undo each other.

They are mistakes for whoever writes a specification. A version that was published before a check existed stays valid.
The checks take the data of a whole specification with its `articles`, which need not be valid.
"""

import re
from collections.abc import Callable, Collection, Iterator
from itertools import pairwise

from domain.specification.findings import Finding, Location, as_list, child, is_number, texts_at, values_at
from domain.specification.journey_checks import (
    circles_of_journeys,
    forbidden_tools,
    impossible_ways,
    never_begun,
    words_of_steps,
)
from domain.specification.languages import LANGUAGE_NAMES, primary_language
from domain.specification.limit_checks import LIMIT_CHECKS
from domain.specification.macro_checks import MACRO_CHECKS, unanswered_languages, untold_facts
from domain.specification.organisation import ServiceLevels
from domain.specification.people_checks import PEOPLE_CHECKS
from domain.specification.references import repeated, unknown_language
from domain.specification.rule_checks import RULE_CHECKS
from domain.specification.trust_checks import senseless_ladders

Check = Callable[[object], Iterator[Finding]]
WORD = re.compile(r"[^\W_]")
SHARES = frozenset({"automated_resolution", "false_escalation", "missed_escalation"})
SAID_ONCE = (
    "calendar.holidays.*",
    "languages.*",
    "crm_notes.*",
    "private_facts.*",
    "out_of_scope_examples.*",
    "approval_rules.*.id",
)
SAID_ONCE_EACH = {
    "ai_agents.*": ("can_do.*", "knowledge_topics.*", "customer_facts.*", "supervised_topics.*", "success.*.metric"),
    "journeys.*": ("topics.*", "enter_by.*", "tools.*", "steps.*.id"),
    "journeys.*.steps.*": ("next.*", "branches.*", "choices.*.value"),
    "approval_rules.*": ("ai_agents.*", "sensitivity.*", "roles.*", "limits.*.role"),
    "ladder.*": ("roles.*",),
    "queue_ladder.*": ("roles.*",),
    "rules.*": ("ai_agents.*",),
    "people.*": ("roles.*", "skills.*", "languages.*"),
    "teams.*": ("members.*",),
    "rules.*.ask": ("roles.*",),
    "rules.*.when.*": ("topics.*", "phrases.*", "one_of.*", "names.*", "macros.*"),
    "guidelines.*": ("ai_agents.*", "needs.*", "excludes.*"),
    "guidelines.*.when.*": ("topics.*", "phrases.*", "one_of.*"),
    "macros.*": ("ai_agents.*",),
    "macros.*.when.*": ("topics.*", "phrases.*", "one_of.*"),
}
NEVER_BLANK = (
    "name",
    "ai_agents.*.name",
    "ai_agents.*.role",
    "ai_agents.*.can_do.*",
    "ai_agents.*.cannot_do.*.description",
    "topics.*.title",
    "topics.*.examples.*",
    "out_of_scope_examples.*",
    "journeys.*.title",
    "rules.*.description",
    "guidelines.*.action",
    "macros.*.description",
    "macros.*.text",
    "journeys.*.steps.*.text",
    "journeys.*.steps.*.instruction",
    "journeys.*.steps.*.promise",
    "people.*.name",
    "people.*.skills.*",
    "teams.*.name",
    "articles.*.title",
    "articles.*.source",
    "wording.handoff",
    "wording.approval_wait",
    "wording.parked",
    "wording.clarify",
    "wording.wrong_code",
    "wording.handoff_in.*",
    "scenarios.*.title",
    "scenarios.*.steps.*.says",
    "scenarios.*.steps.*.expect.holds.*",
    "scenarios.*.steps.*.expect.lacks.*",
)
PHRASES = (
    "ai_agents.*.cannot_do.*.phrases.*",
    "rules.*.when.*.phrases.*",
    "guidelines.*.when.*.phrases.*",
    "macros.*.when.*.phrases.*",
)


def contradictions(data: object, unread: Collection[str] = ()) -> Iterator[Finding]:
    """All of them. `unread` names fields, such as `ai_agents`, of which not everything could be read."""
    for check in CHECKS:
        yield from check(data)
    for needed, checks in CHECKS_OF_WHOLES.items():
        if not needed & set(unread):
            for check in checks:
                yield from check(data)


def _repetitions(data: object) -> Iterator[Finding]:
    yield from repeated(data, *SAID_ONCE)
    for around, patterns in SAID_ONCE_EACH.items():
        for location, inside in values_at(data, around):
            yield from (_within(location, finding) for finding in repeated(inside, *patterns))


def _blanks(data: object) -> Iterator[Finding]:
    for location, text in (*texts_at(data, *NEVER_BLANK), *words_of_steps(data)):
        if not text.strip():
            yield Finding(location, "is empty", "Write what customers and colleagues are to read here.")


def _language(data: object) -> Iterator[Finding]:
    for location, tag in texts_at(data, "language"):
        if primary_language(tag) not in LANGUAGE_NAMES:
            yield unknown_language(location, tag)


def _examples_of_two_topics(data: object) -> Iterator[Finding]:
    """The topic model would learn both from the same words."""
    seen: dict[str, str] = {}
    for location, example in texts_at(data, "topics.*.examples.*", "out_of_scope_examples.*"):
        owner = _owner_of(data, location)
        first = seen.setdefault(" ".join(example.casefold().split()), owner)
        if first != owner and example.strip():
            yield Finding(location, f"{first} has the same example", "Keep it where such a message belongs.")


def _owner_of(data: object, location: Location) -> str:
    if location[0] != "topics":
        return "out_of_scope_examples"
    return f"the topic {child(child(child(data, 'topics'), location[1]), 'id')!r}"


def _phrases(data: object) -> Iterator[Finding]:
    for location, phrase in texts_at(data, *PHRASES):
        if not WORD.search(phrase):
            problem = "the phrase holds no word, so that every message would match it"
            yield Finding(location, problem, "Write words that a customer would use, such as `delete account`.")


def _supervision(data: object) -> Iterator[Finding]:
    for location, ai_agent in values_at(data, "ai_agents.*"):
        if child(ai_agent, "mode") == "supervision" and not child(ai_agent, "supervised_topics"):
            problem = "supervision without supervised_topics lets every draft leave unapproved"
            yield Finding((*location, "mode"), problem, "Name the topics in supervised_topics, or use delegation.")


def _targets(data: object) -> Iterator[Finding]:
    for location, measure in values_at(data, "ai_agents.*.success.*"):
        target = child(measure, "target")
        if isinstance(target, bool) or not isinstance(target, int | float):
            continue
        if target < 0:
            yield Finding((*location, "target"), "is below 0", "Write the value to reach, 0 or more.")
        elif child(measure, "metric") in SHARES and target > 1:
            problem = "is above 1, and the metric is a share"
            yield Finding((*location, "target"), problem, f"Write a share from 0 to 1: {min(target / 100, 1):g}.")


def _fallbacks(data: object) -> Iterator[Finding]:
    """A model that failed just now is not asked at once again."""
    for around, model in (*values_at(data, "model"), *values_at(data, "ai_agents.*.model")):
        seen = {child(model, "writer")}
        for location, name in texts_at(model, "fallbacks.*"):
            if name in seen:
                finding = Finding(location, f"{name!r} was asked already", "Name another model, or leave this one out.")
                yield _within(around, finding)
            seen.add(name)


def _models_without_price(data: object) -> Iterator[Finding]:
    """What an AI agent's own model costs would be in no budget."""
    prices = child(child(data, "model"), "prices")
    if child(child(data, "model"), "monthly_budget") is None:
        return
    named = texts_at(data, "ai_agents.*.model.writer", "ai_agents.*.model.fallbacks.*")
    for location, name in named:
        if name != "local" and child(prices, name) is None:
            problem = f"monthly_budget lacks a price for {name!r}"
            yield Finding(location, problem, "Add it to model.prices, with 0 where nothing is paid.")


def _private_facts_told(data: object) -> Iterator[Finding]:
    private = {name for _, name in texts_at(data, "private_facts.*")}
    for location, name in texts_at(data, "ai_agents.*.customer_facts.*"):
        if name in private:
            problem = f"{name!r} is a private fact, which no AI agent may tell"
            yield Finding(location, problem, "Leave it out here, or take it out of private_facts.")


def _hours_twice(data: object) -> Iterator[Finding]:
    for around, calendar in (*values_at(data, "calendar"), *values_at(data, "people.*")):
        hours = list(values_at(calendar, "hours.*"))
        for number, (location, entry) in enumerate(hours):
            if any(entry == earlier for _, earlier in hours[:number]):
                remedy = "Keep one of them, or correct its weekday."
                yield Finding((*around, *location), "the same opening hours stand twice", remedy)


def _ladder(data: object) -> Iterator[Finding]:
    for path in ("ladder", "queue_ladder", "rules.*.ask.ladder"):
        for location, rungs in values_at(data, path):
            yield from (_within(location, finding) for finding in _rungs(rungs))


def _rungs(ladder: object) -> Iterator[Finding]:
    rungs = list(values_at(ladder, "*"))
    for (_, before), (location, rung) in pairwise(rungs):
        earlier, after = child(before, "after_minutes"), child(rung, "after_minutes")
        if isinstance(earlier, int) and isinstance(after, int) and after < earlier:
            problem = f"comes after {after} minutes, and the rung above it after {earlier}"
            yield Finding((*location, "after_minutes"), problem, "Order the rungs by time, the soonest first.")
    for location, rung in rungs:
        action = child(rung, "action")
        names_somebody = any(child(rung, name) for name in ("roles", "team", "skill"))
        if action in ("widen", "move_up") and not names_somebody:
            remedy = "Add roles, such as `roles: [lead]`, a team or a skill."
            yield Finding((*location, "action"), f"{action} names no roles", remedy)


def _rules_without_roles(data: object) -> Iterator[Finding]:
    named = (*values_at(data, "approval_rules.*.roles"), *values_at(data, "rules.*.ask.roles"))
    for location, roles in named:
        if not as_list(roles):
            yield Finding(location, "names no role, so that nobody may approve", "Add one, such as `[approver]`.")


def _rules_never_reached(data: object) -> Iterator[Finding]:
    """The first rule whose conditions all hold applies; a later one that asks for more never does."""
    rules = list(values_at(data, "approval_rules.*"))
    for number, (location, rule) in enumerate(rules):
        wider = next((earlier for _, earlier in rules[:number] if _covers(earlier, rule)), None)
        if wider is not None:
            problem = f"never applies, because {child(wider, 'id')!r} above it holds whenever this one does"
            yield Finding((*location, "id"), problem, "Move it up, or narrow the rule above.")


def _covers(wide: object, narrow: object) -> bool:
    for field in ("ai_agents", "sensitivity"):
        allowed, wanted = as_list(child(wide, field)), as_list(child(narrow, field))
        if allowed and not (wanted and all(name in allowed for name in wanted)):
            return False
    least, most = child(wide, "amount_above"), child(narrow, "amount_above")
    if least is None:
        return True
    return isinstance(least, int | float) and isinstance(most, int | float) and least <= most


def _idle_ai_agents(data: object) -> Iterator[Finding]:
    """Those that nothing leads to; a misspelt name elsewhere may have meant them."""
    routed = {key for _, key in texts_at(data, "default_ai_agent", "topics.*.ai_agent", "journeys.*.steps.*.ai_agent")}
    found = list(texts_at(data, "ai_agents.*.id"))
    if not routed <= {key for _, key in found}:
        return
    for location, key in found:
        if key not in routed:
            problem = f"no topic and no journey leads to the AI agent {key!r}"
            yield Finding(location, problem, "Name it as `ai_agent` of a topic, or remove its file.")


def _uncited_articles(data: object) -> Iterator[Finding]:
    ai_agents = [ai_agent for _, ai_agent in values_at(data, "ai_agents.*")]
    if not ai_agents or any(not child(ai_agent, "knowledge_topics") for ai_agent in ai_agents):
        return
    cited = {topic for _, topic in texts_at(data, "ai_agents.*.knowledge_topics.*")}
    sources = ("knowledge_sources.*.default_topic", "knowledge_sources.*.topics.*")
    for location, topic in texts_at(data, "articles.*.topic", *sources):
        if topic not in cited:
            problem = f"no AI agent may cite articles of the topic {topic!r}"
            yield Finding(location, problem, f"Add it to knowledge_topics of one, or use {_listed(cited)}.")


def _listed(names: Collection[str]) -> str:
    return " or ".join(sorted(names)[:5])


def _erased_while_open(data: object) -> Iterator[Finding]:
    """A message reopens a conversation for some days; until then somebody may go on with what was said."""
    levels = child(data, "service_levels")
    given = child(levels, "reopen_days")
    reopens = ServiceLevels.model_fields["reopen_days"].default if given is None else given
    for location, days in values_at(data, "retention.conversation_days"):
        if is_number(days) and is_number(reopens) and days < reopens:
            problem = f"erases after {days:g} days what a message reopens for {reopens:g}"
            yield Finding(location, problem, f"Write {reopens:g} or more, or lower service_levels.reopen_days.")


def _within(location: Location, finding: Finding) -> Finding:
    return finding._replace(location=(*location, *finding.location))


CHECKS: tuple[Check, ...] = (
    _repetitions,
    _blanks,
    _language,
    _examples_of_two_topics,
    _phrases,
    _supervision,
    _targets,
    _fallbacks,
    _models_without_price,
    _private_facts_told,
    _hours_twice,
    _ladder,
    _rules_without_roles,
    _rules_never_reached,
    impossible_ways,
    circles_of_journeys,
    never_begun,
    *LIMIT_CHECKS,
    *RULE_CHECKS,
    *MACRO_CHECKS,
    senseless_ladders,
    _erased_while_open,
)
CHECKS_OF_WHOLES: dict[frozenset[str], tuple[Check, ...]] = {
    frozenset({"default_ai_agent", "topics"}): (_idle_ai_agents,),
    frozenset({"language", "languages"}): (unanswered_languages,),
    frozenset({"ai_agents"}): (_uncited_articles, forbidden_tools, untold_facts),
    frozenset({"people", "teams"}): PEOPLE_CHECKS,
}
"""Checks by the fields that must be known whole, since what could not be read may be what they miss."""
