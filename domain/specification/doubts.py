"""What may be meant, and does less than it seems to: told as warnings, and published all the same.

The checks take the data of a whole specification with its `articles`, which need not be valid.
"""

from collections.abc import Callable, Collection, Iterator

from domain.specification.findings import Finding, as_list, child, children, texts_at, values_at
from domain.specification.macro_checks import unsaid_macros
from domain.specification.organisation import GREETED_ON, Thresholds
from domain.specification.people_checks import unused_skills
from domain.specification.rule_checks import late_rules

Check = Callable[[object], Iterator[Finding]]


def doubts(data: object, unread: Collection[str] = ()) -> list[Finding]:
    """All of them. `unread` names fields, such as `ai_agents`, of which not everything could be read."""
    return [finding for needed, check in CHECKS if not needed & set(unread) for finding in check(data)]


def _out_of_scope(data: object) -> Iterator[Finding]:
    for location, value in values_at(data, "thresholds.out_of_scope_above"):
        if _number(value, 0) >= 1:
            yield Finding(location, "never holds, because nothing is above 1", "Set it below 1.")


def _lower_thresholds(data: object) -> Iterator[Finding]:
    common = _common_threshold(data)
    for location, value in values_at(data, "ai_agents.*.escalate_below"):
        if _number(value, common) < common:
            problem = f"{value} has no effect, because thresholds.escalate_below is {common} and the higher counts"
            yield Finding(location, problem, "Raise it, or leave it out.")


def _without_a_person(data: object) -> Iterator[Finding]:
    """However unsure it is, only the customer's wish and the count of exchanges lead to a person."""
    for location, ai_agent in values_at(data, "ai_agents.*"):
        if not _leads_to_a_person(data, ai_agent):
            problem = "nothing that it finds out leads to a person"
            remedy = "Set escalate_below above 0, or give it phrases in cannot_do or supervised_topics."
            yield Finding((*location, "id"), problem, remedy)


def _leads_to_a_person(data: object, ai_agent: object) -> bool:
    own = [topic for _, topic in values_at(data, "topics.*") if child(topic, "ai_agent") == child(ai_agent, "id")]
    return (
        _common_threshold(data) > 0
        or _number(child(ai_agent, "escalate_below"), 0) > 0
        or child(ai_agent, "mode") == "co_pilot"
        or any(as_list(phrases) for _, phrases in values_at(ai_agent, "cannot_do.*.phrases"))
        or any(child(topic, "escalate") or child(topic, "sensitivity") for topic in own)
        or any(_watches(ai_agent, topic) for topic in own)
    )


def _watches(ai_agent: object, topic: object) -> bool:
    supervised = as_list(child(ai_agent, "supervised_topics"))
    return child(ai_agent, "mode") == "supervision" and child(topic, "id") in supervised


def _without_answers(data: object) -> Iterator[Finding]:
    """Topics whose AI agent has nothing to answer from."""
    ai_agents = {child(ai_agent, "id"): ai_agent for _, ai_agent in values_at(data, "ai_agents.*")}
    for location, topic in values_at(data, "topics.*"):
        owner = ai_agents.get(child(topic, "ai_agent"))
        if owner is not None and not child(topic, "escalate") and not _can_answer(data, owner):
            problem = f"nobody can answer it: {child(owner, 'id')} may cite no article, tell no fact and use no tool"
            yield Finding((*location, "id"), problem, "Give it one of these, or set `escalate: true`.")


def _can_answer(data: object, ai_agent: object) -> bool:
    cited, topics = as_list(child(ai_agent, "knowledge_topics")), list(texts_at(data, "articles.*.topic"))
    may_cite = any(not cited or topic in cited for _, topic in topics)
    others = (child(data, "knowledge_sources"), child(ai_agent, "customer_facts"), child(ai_agent, "tools"))
    return may_cite or any(as_list(other) for other in others)


def _unused_servers(data: object) -> Iterator[Finding]:
    used = {server for _, server in texts_at(data, "ai_agents.*.tools.*.server")}
    for location, server in texts_at(data, "tool_servers.*.id"):
        if server not in used:
            yield Finding(location, f"no AI agent uses {server!r}", "Allow one a tool of it, or leave it out.")


def _never_watched(data: object) -> Iterator[Finding]:
    """Supervised topics of which no draft ever waits for an approval."""
    topics = {child(topic, "id"): topic for _, topic in values_at(data, "topics.*")}
    for location, ai_agent in values_at(data, "ai_agents.*"):
        supervised = list(texts_at(ai_agent, "supervised_topics.*"))
        if child(ai_agent, "veto_minutes") is not None and child(ai_agent, "mode") != "supervision":
            problem = "holds in the mode supervision only"
            yield Finding((*location, "veto_minutes"), problem, "Set `mode: supervision`, or leave it out.")
        if supervised and child(ai_agent, "mode") != "supervision":
            problem = "hold in the mode supervision only"
            yield Finding((*location, "supervised_topics"), problem, "Set `mode: supervision`, or leave them out.")
            continue
        for inside, name in supervised:
            topic = topics.get(name)
            if topic is not None and child(topic, "escalate"):
                problem = f"{name!r} always goes to a person, so that no draft of it is made"
                yield Finding((*location, *inside), problem, "Keep one of both.")
            elif topic is not None and child(topic, "ai_agent") != child(ai_agent, "id"):
                problem = f"{name!r} is a topic of {child(topic, 'ai_agent')}"
                yield Finding((*location, *inside), problem, "List it there, where its drafts are made.")


def _undisclosed(data: object) -> Iterator[Finding]:
    """Channels on which customers are not told that an AI agent writes to them."""
    writing = [child(ai_agent, "id") for _, ai_agent in values_at(data, "ai_agents.*") if _writes_alone(ai_agent)]
    disclosure = child(data, "disclosure")
    if not writing or (isinstance(disclosure, str) and disclosure.strip()):
        return
    channels = child(data, "channels")
    for kind, channel in children(channels or {"web_chat": {}}):
        if kind not in GREETED_ON or not child(channel, "greeting"):
            problem = f"nothing tells customers who write by {kind} that an AI agent answers"
            greet = ", or give the channel a greeting that says so" if kind in GREETED_ON else ""
            yield Finding(("channels", kind), problem, f"Add a sentence as `disclosure`{greet}.")


def _writes_alone(ai_agent: object) -> bool:
    return child(ai_agent, "mode") != "co_pilot"


def _common_threshold(data: object) -> float:
    default = float(Thresholds.model_fields["escalate_below"].default)
    return _number(child(child(data, "thresholds"), "escalate_below"), default)


def _number(value: object, otherwise: float) -> float:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


CHECKS: tuple[tuple[frozenset[str], Check], ...] = (
    (frozenset(), _out_of_scope),
    (frozenset({"thresholds"}), _lower_thresholds),
    (frozenset({"thresholds", "topics"}), _without_a_person),
    (frozenset({"ai_agents", "articles", "knowledge_sources"}), _without_answers),
    (frozenset({"ai_agents"}), _unused_servers),
    (frozenset({"topics"}), _never_watched),
    (frozenset({"thresholds", "service_levels"}), late_rules),
    (frozenset({"topics"}), unsaid_macros),
    (frozenset({"disclosure", "channels"}), _undisclosed),
    (frozenset({"topics", "approval_rules", "rules", "ladder", "queue_ladder"}), unused_skills),
)
"""Each check with the fields that must be known whole, since what could not be read may be what it misses."""
