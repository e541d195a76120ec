"""Names in a specification that lead nowhere, and names that stand twice.

The checks take a whole specification, or the data of one that need not be valid, with its scenarios: what has a wrong
shape is not looked into, so that each mistake is told once.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from typing import NamedTuple

from domain.specification.findings import Finding, Location, as_list, child, instead_of, texts_at, values_at
from domain.specification.journey_checks import lost_steps
from domain.specification.languages import LANGUAGE_NAMES, primary_language
from domain.specification.people import PERSON_ID

KEY = re.compile(r"[a-z][a-z0-9_-]{0,62}")
UNIQUE = (
    "ai_agents.*.id",
    "topics.*.id",
    "journeys.*.id",
    "rules.*.id",
    "guidelines.*.id",
    "macros.*.id",
    "tool_servers.*.id",
    "knowledge_sources.*.kind",
    "people.*.id",
    "teams.*.id",
    "scenarios.*.id",
)
ASKING = ("approval_rules.*", "rules.*.ask", "ladder.*", "queue_ladder.*", "rules.*.ask.ladder.*")
"""What may ask a team, or people with a skill."""
EXPECTED_APPROVAL = "scenarios.*.steps.*.expect.approval"


class Kind(NamedTuple):
    """What is defined at one place of a specification and named at others."""

    called: str
    defined: str
    named: tuple[str, ...]
    form: re.Pattern[str] = KEY


KINDS = (
    Kind(
        "AI agent",
        "ai_agents.*.id",
        (
            "default_ai_agent",
            "topics.*.ai_agent",
            "approval_rules.*.ai_agents.*",
            "journeys.*.steps.*.ai_agent",
            "scenarios.*.steps.*.expect.ai_agent",
            "rules.*.ai_agents.*",
            "guidelines.*.ai_agents.*",
            "macros.*.ai_agents.*",
        ),
    ),
    Kind(
        "topic",
        "topics.*.id",
        (
            "ai_agents.*.supervised_topics.*",
            "journeys.*.topics.*",
            "rules.*.when.*.topics.*",
            "guidelines.*.when.*.topics.*",
            "macros.*.when.*.topics.*",
            "scenarios.*.steps.*.expect.topic",
        ),
    ),
    Kind("guideline", "guidelines.*.id", ("guidelines.*.needs.*", "guidelines.*.excludes.*")),
    Kind("macro", "macros.*.id", ("rules.*.when.*.macros.*",)),
    Kind("tool server", "tool_servers.*.id", ("ai_agents.*.tools.*.server", "journeys.*.steps.*.server")),
    Kind(
        "journey",
        "journeys.*.id",
        ("journeys.*.steps.*.journey", "scenarios.*.steps.*.journey", "scenarios.*.steps.*.expect.journey.id"),
    ),
    Kind("person", "people.*.id", ("teams.*.members.*",), re.compile(PERSON_ID)),
    Kind("team", "teams.*.id", tuple(f"{place}.team" for place in (*ASKING, EXPECTED_APPROVAL))),
)


def broken_references(data: object, unread: Collection[str] = ()) -> Iterator[Finding]:
    """All of them. `unread` names fields, such as `ai_agents`, of which not everything could be read."""
    yield from _dangling(data, unread)
    yield from lost_steps(data)
    yield from repeated(data, *UNIQUE)
    yield from _repeated_tools(data)
    yield from _unknown_languages(data)


def repeated(data: object, *patterns: str) -> Iterator[Finding]:
    """Texts that stand a second time among those of their place."""
    for pattern in patterns:
        seen = set[str]()
        for location, text in texts_at(data, pattern):
            if text in seen:
                yield Finding(location, f"{text!r} stands twice", "Give each its own name, or leave one out.")
            seen.add(text)


def _dangling(data: object, unread: Collection[str]) -> Iterator[Finding]:
    for kind in KINDS:
        field = kind.defined.partition(".")[0]
        known = _defined(data, field, kind.form)
        if known is None or field in unread:
            continue
        for location, name in texts_at(data, *kind.named):
            if name not in known:
                remedy = instead_of(name, known, f"Name one of {field}, or add it there.")
                yield Finding(location, f"no {kind.called} {name!r}", remedy)


def _defined(data: object, field: str, form: re.Pattern[str]) -> set[str] | None:
    """The ids of a field; None when they cannot be known, because one is missing, no id, or stands twice."""
    ids = [child(entry, "id") for entry in as_list(child(data, field))]
    keys = {key for key in ids if isinstance(key, str) and form.fullmatch(key)}
    return keys if len(keys) == len(ids) else None


def _repeated_tools(data: object) -> Iterator[Finding]:
    """Tools that an AI agent is allowed twice, perhaps with another limit."""
    for location, tools in values_at(data, "ai_agents.*.tools"):
        seen = Counter[tuple[object, object]]()
        for number, tool in enumerate(as_list(tools)):
            named = (child(tool, "server"), child(tool, "tool"))
            if all(isinstance(name, str) for name in named) and seen[named]:
                yield Finding(
                    (*location, number, "tool"), f"the tool {named[1]!r} stands twice", "Keep one of the two."
                )
            seen.update([named] if all(isinstance(name, str) for name in named) else [])


def _unknown_languages(data: object) -> Iterator[Finding]:
    """Codes of languages that are never recognised, so that naming them would do nothing."""
    named = list(texts_at(data, "languages.*", "people.*.languages.*"))
    handoffs = next((found for _, found in values_at(data, "wording.handoff_in")), {})
    codes = handoffs if isinstance(handoffs, dict) else {}
    named += [(("wording", "handoff_in", code), code) for code in codes if isinstance(code, str)]
    for location, code in named:
        if code not in LANGUAGE_NAMES:
            yield unknown_language(location, code)


def unknown_language(location: Location, code: str) -> Finding:
    """A language that nothing recognises; the remedy lists all that are, since an author cannot look them up."""
    by_name = {name.lower(): known for known, name in LANGUAGE_NAMES.items()}
    near = by_name.get(code.lower(), primary_language(code))
    meant = f"Did you mean {near!r}? " if near in LANGUAGE_NAMES else ""
    return Finding(location, f"no known language {code!r}", f"{meant}Use one of {', '.join(LANGUAGE_NAMES)}.")
