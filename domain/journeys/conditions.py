"""Comparing an answer or a fact with what a condition says."""

from domain.journeys.progress import Answer
from domain.specification.journeys import Condition, Scalar


def holds(condition: Condition, value: Answer | None) -> bool:
    """Whether all that it says is true of the value; of nothing known, nothing is."""
    if value is None:
        return False
    number = _number(value)
    compared = (
        condition.equals is None or _same(value, condition.equals),
        condition.above is None or (number is not None and number > condition.above),
        condition.below is None or (number is not None and number < condition.below),
        not condition.one_of or any(_same(value, other) for other in condition.one_of),
    )
    return all(compared)


def _same(value: Scalar, other: Scalar) -> bool:
    """Numbers by their value, whatever they are written as; yes and no also as words."""
    numbers = _number(value), _number(other)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return _word(value) == _word(other)


def _word(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value).strip().casefold()
    return {"true": "yes", "false": "no"}.get(text, text)


def _number(value: Scalar) -> float | None:
    """Facts are texts, and some of them are numbers."""
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except ValueError:
        return None
