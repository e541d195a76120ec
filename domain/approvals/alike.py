"""How much two drafts say the same."""

import re
from collections import Counter
from math import sqrt

_WORD = re.compile(r"\w+")


def likeness(one: str, other: str) -> float:
    """The cosine of how often each word is in them, 0 to 1; two without words say the same."""
    left, right = _counted(one), _counted(other)
    if not left or not right:
        return 1.0 if left == right else 0.0
    shared = sum(count * right[word] for word, count in left.items())
    return min(1.0, shared / (_length(left) * _length(right)))


def _counted(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def _length(counted: Counter[str]) -> float:
    return sqrt(sum(count * count for count in counted.values()))
