from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import ClientDisconnect
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from domain.errors import (
    ConflictError,
    CredentialsError,
    ForbiddenError,
    HoldfastError,
    InvalidInputError,
    ModelOutputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from gateway.problems import TITLES, install, problem, problem_of
from tests.gateway.conftest import Gateway


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInputError("x"), 400),
        (NotFoundError("x"), 404),
        (ConflictError("x"), 409),
        (ForbiddenError("x"), 403),
        (UnavailableError("x"), 503),
        (RateLimitedError("x"), 503),
        (CredentialsError("x"), 500),
        (ModelOutputError("x"), 500),
        (HoldfastError("x"), 500),
    ],
)
def test_every_error_has_a_problem(error: HoldfastError, status: int) -> None:
    assert problem_of(error).status == status
    assert problem_of(error).detail == "x"


def test_every_type_of_problem_can_be_made() -> None:
    for name, (status, title) in TITLES.items():
        made = problem(name, "Do that.")
        assert (made.name, made.status, made.title) == (name, status, title)


async def _get(gateway: Gateway, path: str, method: str = "GET", **options: Any) -> dict[str, Any]:
    response = await gateway.http.request(method, path, **options)
    assert response.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = response.json()
    assert content["status"] == response.status_code
    assert {"type", "title", "status", "detail"} <= set(content)
    return content


async def test_all_errors_are_problems(gateway: Gateway) -> None:
    lead = await gateway.key("lead")
    json = {"headers": {**lead, "Content-Type": "application/json"}}
    assert (await _get(gateway, "/nowhere"))["status"] == 404
    assert (await _get(gateway, "/v1/approvals", "DELETE"))["status"] == 405
    assert (await _get(gateway, "/v1/approvals"))["status"] == 401
    assert (await _get(gateway, "/v1/approvals?limit=0", headers=lead))["status"] == 422
    assert (await _get(gateway, "/widget/nothing.js"))["status"] == 404
    broken = await _get(gateway, "/v1/approvals/x/decisions", "POST", content="{", **json)
    assert (broken["status"], broken["detail"]) == (422, "The body is not valid JSON.")
    text = {"headers": {**lead, "Content-Type": "text/plain"}}
    untyped = await _get(gateway, "/v1/approvals/x/decisions", "POST", content="{}", **text)
    assert (untyped["status"], "application/json" in untyped["detail"]) == (415, True)
    listed = await _get(gateway, "/v1/approvals/x/decisions", "POST", content="[]", **json)
    assert listed["status"] == 422
    huge = await _get(gateway, "/v1/approvals/x/decisions", "POST", content="x" * 300_000, **json)
    assert huge["status"] == 413


async def test_a_mistake_is_named_without_repeating_what_was_sent(gateway: Gateway) -> None:
    answer = await _get(
        gateway, "/v1/chat/sessions", "POST", json={"customer": {"email": "not-an-address-of-mia", "phone": "1"}}
    )
    assert "body.customer.email" in answer["detail"]
    assert "mia" not in answer["detail"]


def test_an_unexpected_error_says_nothing_of_its_cause() -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    async def fail() -> None:
        raise RuntimeError("secret of mia@example.org")

    response = TestClient(app, raise_server_exceptions=False).get("/")
    assert response.status_code == 500
    assert "mia" not in response.text
    assert response.headers["content-type"] == "application/problem+json"


def test_whoever_hangs_up_within_a_request_is_no_failure_of_ours() -> None:
    app = FastAPI()
    install(app)

    @app.post("/hooks")
    async def take() -> None:
        raise ClientDisconnect

    with capture_logs() as logged:
        response = TestClient(app).post("/hooks")
    assert response.status_code == 400
    assert [(line["event"], line["log_level"]) for line in logged] == [("request_broken_off", "info")]
