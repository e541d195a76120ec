"""Does a message ask for something on the AI agent's cannot-do list?"""

import re
from functools import lru_cache

from domain.language.text import fold, words
from domain.specification.organisation import AiAgentSpec

WORDS_BETWEEN = r"\W+(?:\w+\W+){0,2}?"


def cannot_do_hit(text: str, ai_agent: AiAgentSpec) -> str | None:
    """The description of the first entry one of whose phrases the message contains.

    Up to two other words may stand between the words of a phrase: `delete account` finds `delete my old account`.
    """
    folded = fold(text)
    hits = (entry.description for entry in ai_agent.cannot_do for p in entry.phrases if _pattern(p).search(folded))
    return next(hits, None)


@lru_cache(maxsize=4096)
def _pattern(phrase: str) -> re.Pattern[str]:
    return re.compile(r"\b" + WORDS_BETWEEN.join(re.escape(word) for word in words(phrase)) + r"\b")
