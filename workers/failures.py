"""How an activity's error reaches Temporal: retryable with the hint of the external system, and without personal data.

Failure messages are stored as plain text in the history, so an error that is not ours is named, never quoted.
"""

import traceback
from typing import Any

import structlog
from temporalio import activity
from temporalio.exceptions import ApplicationError, TemporalError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

from domain.errors import HoldfastError, RetryableError

log = structlog.get_logger()


class FailureInterceptor(Interceptor):
    """Put in front of every activity by the composition root."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _Activities(next)


class _Activities(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await self.next.execute_activity(input)
        except HoldfastError as error:
            hint = error.retry_after if isinstance(error, RetryableError) else None
            raise ApplicationError(str(error), type=type(error).__name__, next_retry_delay=hint) from None
        except TemporalError:
            raise
        except Exception as error:  # noqa: BLE001 (this is the edge at which unknown errors get a safe text)
            name = type(error).__name__
            where = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "activity_failed", activity=activity.info().activity_type, error=name, at=f"{where.name}:{where.lineno}"
            )
            raise ApplicationError(f"{name} in {where.name}: see the worker's log", type=name) from None
