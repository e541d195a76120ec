"""What the text of a CEL expression shows without its grammar: its names, how deep it goes, what it repeats."""

import re

NOT_CODE = re.compile(
    r"""
    //[^\n]*                                       # a comment
    | \b(?:[rR][bB]?|[bB][rR])                    # a raw text, in which a backslash is a letter
      (?: "{3}[\s\S]*?"{3} | '{3}[\s\S]*?'{3} | "[^"\n]*" | '[^'\n]*' )
    | "{3}(?:\\[\s\S]|[^\\])*?"{3} | '{3}(?:\\[\s\S]|[^\\])*?'{3}
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    """,
    re.VERBOSE,
)
FIELDS = re.compile(r"\.\s*\w+")
NAMES = re.compile(r"\b(?!\d)\w+")
REPEATING = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter)\s*\(")
OPENING, CLOSING = "([{", ")]}"


def names_in(expression: str) -> frozenset[str]:
    """The names that stand for themselves: variables, functions and words, but no field and nothing within a text."""
    return frozenset(NAMES.findall(FIELDS.sub("", _code_of(expression))))


def depth_of(expression: str) -> int:
    """How many brackets are open at once where it goes deepest."""
    deepest = opened = 0
    for letter in _code_of(expression):
        opened += (letter in OPENING) - (letter in CLOSING)
        deepest = max(deepest, opened)
    return deepest


def repeating_in(expression: str) -> str | None:
    """The first macro that goes through a list, such as `exists`; without one, each part is computed once at most."""
    found = REPEATING.search(_code_of(expression))
    return found[1] if found else None


def _code_of(expression: str) -> str:
    """Without comments, and with empty texts."""
    return NOT_CODE.sub(lambda found: " " if found[0].startswith("//") else '""', expression)
