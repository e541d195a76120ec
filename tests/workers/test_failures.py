"""How errors of activities reach Temporal."""

from datetime import timedelta
from typing import Any, NoReturn

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from domain.errors import CredentialsError, HoldfastError, RateLimitedError, UnavailableError
from workers.failures import FailureInterceptor


class _Fails(ActivityInboundInterceptor):
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def execute_activity(self, input: ExecuteActivityInput) -> NoReturn:
        raise self._error


async def _raised(error: Exception) -> BaseException:
    """What comes out when an activity raises the error."""
    intercepted = FailureInterceptor().intercept_activity(_Fails(error))
    with pytest.raises((ApplicationError, HoldfastError)) as caught:
        await ActivityEnvironment().run(intercepted.execute_activity, _INPUT)
    return caught.value


_INPUT: Any = None


@pytest.mark.parametrize("hint", [timedelta(seconds=7), None])
async def test_the_vendors_hint_is_the_delay_of_the_next_try(hint: timedelta | None) -> None:
    raised = await _raised(RateLimitedError("The model is busy.", retry_after=hint))
    assert isinstance(raised, ApplicationError)
    assert (raised.type, raised.next_retry_delay) == ("RateLimitedError", hint)
    assert not raised.non_retryable
    assert "The model is busy." in str(raised)


@pytest.mark.parametrize("kind", [UnavailableError, CredentialsError, HoldfastError])
async def test_our_errors_keep_their_type_and_leave_their_cause_in_the_worker(kind: type[HoldfastError]) -> None:
    """The retry policy knows the type; the cause may quote a customer, and histories are plain text."""
    error = kind("What is wrong, and what to do.")
    error.__cause__ = ValueError("invalid address anna@example.org")
    raised = await _raised(error)
    assert isinstance(raised, ApplicationError)
    assert (raised.type, raised.message) == (kind.__name__, "What is wrong, and what to do.")
    assert (raised.__cause__, raised.__suppress_context__) == (None, True)


async def test_temporals_own_errors_pass_through() -> None:
    error = ApplicationError("As it is.", non_retryable=True)
    assert await _raised(error) is error


async def test_an_unknown_error_is_named_and_never_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    raised = await _raised(ValueError("invalid address anna@example.org"))
    assert isinstance(raised, ApplicationError)
    assert raised.type == "ValueError"
    assert raised.message == "ValueError in execute_activity: see the worker's log"
    assert raised.__cause__ is None
    assert raised.__suppress_context__
    assert "anna" not in capsys.readouterr().out
