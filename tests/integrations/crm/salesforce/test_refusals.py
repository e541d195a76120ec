"""What Salesforce's refusals become."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import (
    ConflictError,
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from integrations.crm.salesforce.refusals import DailyLimitError, SessionExpiredError, refusal, sign_in_refusal

RECORDED = Path(__file__).parents[5] / "shared" / "data" / "salesforce" / "restforce_fixtures" / "fixtures"


def recorded(name: str) -> str:
    if not RECORDED.exists():
        pytest.skip("needs recorded answers of Salesforce at ../shared/data/salesforce/restforce_fixtures")
    return (RECORDED / name).read_text(encoding="utf-8")


def error(code: str, message: str = "erika@bikes.example") -> str:
    return f'[{{"message": "{message}", "errorCode": "{code}"}}]'


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, error("INVALID_SESSION_ID"), SessionExpiredError),
        (401, error("INVALID_AUTH_HEADER"), CredentialsError),
        (403, error("INSUFFICIENT_ACCESS_OR_READONLY"), CredentialsError),
        (403, error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."), DailyLimitError),
        (403, error("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded."), RateLimitedError),
        (429, "", RateLimitedError),
        (400, error("UNABLE_TO_LOCK_ROW"), UnavailableError),
        (408, "", UnavailableError),
        (500, error("UNKNOWN_EXCEPTION"), UnavailableError),
        (503, "<html>", UnavailableError),
        (300, '["/services/data/v62.0/sobjects/Task/1"]', ConflictError),
        (404, error("NOT_FOUND"), NotFoundError),
        (400, error("MALFORMED_QUERY"), InvalidInputError),
        (400, "{}", InvalidInputError),
        (400, "[[]]", InvalidInputError),
    ],
)
def test_a_refusal_is_retryable_permanent_or_about_us(status: int, body: str, kind: type[HoldfastError]) -> None:
    refused = refusal(status, body, {})
    assert type(refused) is kind
    assert "erika" not in str(refused)


@pytest.mark.parametrize(("stated", "wait"), [("7", timedelta(seconds=7)), ("soon", None), ("", None)])
def test_how_long_to_wait(stated: str, wait: timedelta | None) -> None:
    refused = refusal(503, "", {"Retry-After": stated})
    assert isinstance(refused, UnavailableError)
    assert refused.retry_after == wait


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, '{"error": "invalid_client_id", "error_description": "client identifier invalid"}', CredentialsError),
        (400, '{"error": "invalid_grant", "error_description": "audience is invalid"}', CredentialsError),
        (400, '{"error": "something_new"}', CredentialsError),
        (400, '{"error": "rate_limit_exceeded"}', RateLimitedError),
        (400, '{"error": "server_error"}', UnavailableError),
        (503, '{"error": "unavailable"}', UnavailableError),
        (400, "<html>", UnavailableError),
        (400, "[]", UnavailableError),
    ],
)
def test_a_refused_sign_in(status: int, body: str, kind: type[HoldfastError]) -> None:
    assert type(sign_in_refusal(status, body, {})) is kind


@pytest.mark.shared
class TestRecorded:
    def test_an_expired_session(self) -> None:
        assert isinstance(refusal(401, recorded("expired_session_response.json"), {}), SessionExpiredError)

    def test_a_wrong_password(self) -> None:
        refused = sign_in_refusal(400, recorded("auth_error_response.json"), {})
        assert isinstance(refused, CredentialsError)
        assert "password" in str(refused)

    def test_an_unknown_field(self) -> None:
        refused = refusal(400, recorded("sobject/write_error_response.json"), {})
        assert str(refused).startswith("Salesforce has no field foo on Bar")

    def test_an_unknown_external_id(self) -> None:
        assert isinstance(refusal(404, recorded("sobject/upsert_error_response.json"), {}), NotFoundError)

    def test_several_records(self) -> None:
        assert isinstance(refusal(300, recorded("sobject/upsert_multiple_error_response.json"), {}), ConflictError)
