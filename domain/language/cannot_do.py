"""Does a message ask for something on the AI agent's cannot-do list?"""

from domain.language.phrases import phrases_in
from domain.specification.organisation import AiAgentSpec


def cannot_do_hit(text: str, ai_agent: AiAgentSpec) -> str | None:
    """The description of the first entry one of whose phrases the message contains."""
    hits = (entry.description for entry in ai_agent.cannot_do if phrases_in(text, entry.phrases))
    return next(hits, None)
