"""Shares of a sample, always with their size and a 95 % interval."""

from math import sqrt

from pydantic import Field

from domain.model import Frozen
from domain.specification.organisation import Probability

Z_95 = 1.959964


class Rate(Frozen):
    """`count` of `n`; `low` and `high` are the Wilson score interval at 95 %. The share of nothing is 0, in (0, 1)."""

    count: int = Field(ge=0)
    n: int = Field(ge=0)
    share: Probability
    low: Probability
    high: Probability


def rate(count: int, n: int) -> Rate:
    """The share with its interval."""
    if n == 0:
        return Rate(count=0, n=0, share=0.0, low=0.0, high=1.0)
    share, spread = count / n, Z_95**2 / n
    middle = (share + spread / 2) / (1 + spread)
    half = Z_95 / (1 + spread) * sqrt(share * (1 - share) / n + spread / (4 * n))
    return Rate(count=count, n=n, share=share, low=max(middle - half, 0.0), high=min(middle + half, 1.0))
