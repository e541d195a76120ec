"""Errors as RFC 9457 problem details: what is wrong and what to do, without personal data."""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from domain.errors import (
    ConflictError,
    ForbiddenError,
    HoldfastError,
    InvalidInputError,
    NotFoundError,
    PermanentError,
    RetryableError,
)
from domain.model import Frozen

TYPE_PREFIX = "/docs#problem-"
MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger()

# The one list of problem types; the page at /docs explains them under these names.
TITLES: Mapping[str, tuple[int, str]] = {
    "invalid-input": (400, "The request is not valid"),
    "not-authenticated": (401, "The credentials are missing, wrong or expired"),
    "forbidden": (403, "The role does not allow this"),
    "not-found": (404, "There is nothing here"),
    "method-not-allowed": (405, "This address does not take this method"),
    "conflict": (409, "The state does not allow this any more"),
    "too-large": (413, "The content is too large"),
    "unsupported-media-type": (415, "This kind of content is not accepted"),
    "validation": (422, "The request does not have the expected shape"),
    "too-many-requests": (429, "Too many requests"),
    "internal": (500, "Something went wrong here"),
    "unavailable": (503, "A part of the platform does not answer"),
}


class Problem(Frozen):
    """RFC 9457. `decided_by` and `decided_at` come with a decision that somebody else has made."""

    type: str = Field(description="A relative reference: /docs#problem-<name>.")
    title: str
    status: int
    detail: str = Field(description="What is wrong in this case, and what to do.")
    decided_by: str | None = None
    decided_at: datetime | None = None

    @property
    def name(self) -> str:
        """The name in TITLES."""
        return self.type.removeprefix(TYPE_PREFIX)


class ProblemError(Exception):
    """Raised inside the gateway to answer with a problem."""

    def __init__(self, problem: Problem, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = dict(headers or {})


def problem(name: str, detail: str) -> Problem:
    """A problem of a type named in TITLES."""
    status, title = TITLES[name]
    return Problem(type=TYPE_PREFIX + name, title=title, status=status, detail=detail)


def not_authenticated(detail: str) -> ProblemError:
    return ProblemError(problem("not-authenticated", detail), headers={"WWW-Authenticate": "Bearer"})


def too_many_requests(detail: str, *, retry_after_seconds: float) -> ProblemError:
    headers = {"Retry-After": str(max(1, round(retry_after_seconds)))}
    return ProblemError(problem("too-many-requests", detail), headers=headers)


def problem_of(error: HoldfastError) -> Problem:
    """The one mapping from the tree of errors to problems."""
    match error:
        case InvalidInputError():
            name = "invalid-input"
        case NotFoundError():
            name = "not-found"
        case ConflictError():
            name = "conflict"
        case ForbiddenError():
            name = "forbidden"
        case RetryableError():
            name = "unavailable"
        case PermanentError() | HoldfastError():
            name = "internal"
    return problem(name, str(error))


def respond(answer: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    content = answer.model_dump(mode="json", exclude_none=True)
    return JSONResponse(content, status_code=answer.status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


async def _on_problem(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, ProblemError):
        raise error
    return respond(error.problem, error.headers)


async def _on_holdfast_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HoldfastError):
        raise error
    headers = {"Retry-After": _retry_after(error)} if isinstance(error, RetryableError) else None
    return respond(problem_of(error), headers)


def _retry_after(error: RetryableError) -> str:
    return str(max(1, round(error.retry_after.total_seconds()))) if error.retry_after else "5"


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    by_status = {status: name for name, (status, _) in TITLES.items()}
    details = {
        404: "No such address. The page at /docs lists all of them.",
        405: f"This address does not take {request.method}. The page at /docs says what it takes.",
    }
    detail = details.get(error.status_code, HTTPStatus(error.status_code).description or str(error.detail))
    return respond(problem(by_status.get(error.status_code, "invalid-input"), detail), error.headers)


async def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    kinds = {mistake["type"] for mistake in error.errors()}
    if "json_invalid" in kinds:
        return respond(problem("validation", "The body is not valid JSON."))
    if "model_attributes_type" in kinds and not _says_json(request):
        return respond(problem("unsupported-media-type", "Send a JSON object with `Content-Type: application/json`."))
    mistakes = [f"{'.'.join(str(part) for part in e['loc'])}: {e['msg']}" for e in error.errors()]
    return respond(problem("validation", "; ".join(mistakes)))


def _says_json(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().endswith("json")


async def _on_hang_up(_: Request, error: Exception) -> JSONResponse:
    """Whoever sent it is gone, so nobody hears this; it is no failure of ours either."""
    log.info("request_broken_off", error=type(error).__name__)
    return respond(problem("invalid-input", "The request ended before all of it had come. Send it again."))


async def _on_unexpected(_: Request, error: Exception) -> JSONResponse:
    log.error("request_failed", error=type(error).__name__)
    return respond(
        problem("internal", "The platform could not do this. Try again; if it stays, see the gateway's log.")
    )


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(HoldfastError, _on_holdfast_error)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(ClientDisconnect, _on_hang_up)
    app.add_exception_handler(Exception, _on_unexpected)
