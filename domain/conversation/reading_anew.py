"""Why messages might be read, or answered, otherwise under another version of the specification."""

from domain.specification.guidelines import Guideline
from domain.specification.macros import Macro
from domain.specification.organisation import AiAgentSpec, OrganisationSpec, SpecVersion
from domain.specification.private_facts import private_arguments

READ_BY = ("out_of_scope_examples", "language", "languages", "currency", "identity", "model", "default_ai_agent")
"""Parts of a specification that may lead to another reading of any message, or to another text."""
WRITTEN_BY = ("voice",)
"""Parts that lead to another text of any reply."""
KNOWN_BY = ("crm", "helpdesk", "crm_fields")
"""Parts on which depends what is known of a customer."""
DECIDED_BY = frozenset({"mode", "trust", "supervised_topics", "escalate_below", "cannot_do", "success"})
"""Fields of an AI agent on which no text of its drafts depends."""


def why_read_anew(before: SpecVersion, after: SpecVersion, ai_agent: str, topic: str | None) -> str | None:
    """None where the other version reads the same in such a message, and writes the same."""
    old, new = before.specification, after.specification
    drafts = _drafted_by(old, ai_agent), _drafted_by(new, ai_agent)
    reasons = (
        (before.articles != after.articles, "articles have changed"),
        (_examples(old) != _examples(new), "the topics would be learnt anew"),
        (any(getattr(old, part) != getattr(new, part) for part in READ_BY), "messages would be read anew"),
        (any(getattr(old, part) != getattr(new, part) for part in WRITTEN_BY), "every AI agent would sound otherwise"),
        (any(getattr(old, part) != getattr(new, part) for part in KNOWN_BY), "other facts of customers would be known"),
        (drafts[0] is None, f"the AI agent {ai_agent} is no more"),
        (drafts[0] != drafts[1], f"the AI agent {ai_agent} would write another text"),
        (_guidelines(old, ai_agent) != _guidelines(new, ai_agent), f"the AI agent {ai_agent} has other guidelines"),
        (_macros(old, ai_agent, topic) != _macros(new, ai_agent, topic), f"the AI agent {ai_agent} has other macros"),
        (_owner(old, topic) != _owner(new, topic), f"the topic {topic} would be another AI agent's"),
        (_tools(before, ai_agent) != _tools(after, ai_agent), f"the AI agent {ai_agent} would have other tools"),
        (private_arguments(old) != private_arguments(new), "models would see other arguments of tools"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def _examples(spec: OrganisationSpec) -> list[tuple[str, tuple[str, ...]]]:
    return [(topic.id, topic.examples) for topic in spec.topics]


def _agent(spec: OrganisationSpec, key: str) -> AiAgentSpec | None:
    return next((agent for agent in spec.ai_agents if agent.id == key), None)


def _drafted_by(spec: OrganisationSpec, key: str) -> dict[str, object] | None:
    """What the texts of an AI agent depend on; None where there is no such AI agent."""
    ai_agent = _agent(spec, key)
    return ai_agent.model_dump(exclude=set(DECIDED_BY)) if ai_agent else None


def _guidelines(spec: OrganisationSpec, key: str) -> list[Guideline]:
    return [guideline for guideline in spec.guidelines if not guideline.ai_agents or key in guideline.ai_agents]


def _macros(spec: OrganisationSpec, key: str, topic: str | None) -> list[Macro]:
    """Those that the AI agent may say on a topic, in their order."""
    return [macro for macro in spec.macros if macro.is_for(key) and macro.may_be_about(topic)]


def _tools(version: SpecVersion, key: str) -> list[object]:
    """Those that an AI agent is allowed, with their servers."""
    ai_agent = _agent(version.specification, key)
    allowed = {(tool.server, tool.tool) for tool in ai_agent.tools} if ai_agent else set()
    servers = [server for server in version.specification.tool_servers if server.id in {name for name, _ in allowed}]
    return [*servers, *(tool for tool in version.tools if (tool.server, tool.name) in allowed)]


def _owner(spec: OrganisationSpec, topic: str | None) -> str | None:
    found = spec.topic(topic) if topic else None
    return found.ai_agent if found else None
