"""Every error is either worth another try or not, and the drawing in the docstring shows all of them."""

from datetime import timedelta

import pytest

from domain import errors
from domain.errors import HoldfastError, PermanentError, RateLimitedError, RetryableError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, HoldfastError)]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not HoldfastError])
def test_every_error_is_retryable_or_permanent(kind: type[HoldfastError]) -> None:
    assert issubclass(kind, RetryableError) is not issubclass(kind, PermanentError)


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_drawn_in_the_tree(kind: type[HoldfastError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")


def test_an_external_system_may_say_when_to_come_back() -> None:
    error = RateLimitedError("The model is busy.", retry_after=timedelta(seconds=3))
    assert (str(error), error.retry_after) == ("The model is busy.", timedelta(seconds=3))
    assert RateLimitedError("The model is busy.").retry_after is None
