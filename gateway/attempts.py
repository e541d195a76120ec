"""What people ask and are refused before it is passed on: noted in the audit trail, as everything else is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Literal

from domain.conversation.record import RefusedAttempt
from domain.errors import HoldfastError, RetryableError
from gateway.auth import Caller
from gateway.problems import ProblemError, problem_of
from gateway.services import Services

About = Literal["conversation", "guarded_call"]


@asynccontextmanager
async def noted(
    services: Services,
    caller: Caller,
    subject_id: str,
    request_id: str,
    action: str,
    *,
    about: About = "conversation",
    approval_id: str | None = None,
) -> AsyncIterator[None]:
    """Keep, once per request id, that this was refused and why. What only has to be tried again is no refusal."""
    try:
        yield
    except (HoldfastError, ProblemError) as error:
        told = problem_of(error) if isinstance(error, HoldfastError) else error.problem
        if told.status < HTTPStatus.INTERNAL_SERVER_ERROR:
            attempt = RefusedAttempt(
                organisation=caller.organisation,
                subject_id=subject_id,
                person_id=caller.person.id,
                request_id=request_id,
                action=action,
                via=caller.via,
                refused=told.detail,
                approval_id=approval_id,
            )
            audit = services.store.audit
            note = audit.note_attempt if about == "conversation" else audit.note_attempt_at_call
            with suppress(RetryableError):
                await note(attempt, services.now())
        raise
