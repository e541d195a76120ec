"""Expressions of a specification, each checked against what it may know."""

from collections.abc import Iterator

from answering.expressions import wrong_with
from domain.specification.conditions import Asked, Drafted
from domain.specification.findings import Finding, texts_at

KNOWN: tuple[tuple[str, type[Asked]], ...] = (("rules", Drafted), ("guidelines", Asked), ("macros", Asked))
"""By the field of the specification: rules know the draft, guidelines and macros what is known before it."""


def wrong_expressions(data: object) -> Iterator[Finding]:
    """A finding for each expression that is wrong."""
    for field, known in KNOWN:
        for location, expression in texts_at(data, f"{field}.*.when.*.cel"):
            wrong = wrong_with(expression, known)
            if wrong:
                yield Finding(location, wrong.problem, wrong.remedy)
