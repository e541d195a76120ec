"""What Salesforce's refusals mean, by its error codes. Its own texts are dropped: they repeat what was asked for."""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from domain.errors import (
    ConflictError,
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)

NO_COLUMN = re.compile(r"No such column '(\w{1,80})' on (?:entity|sobject of type) '?(\w{1,80})", re.ASCII)
NOT_FILTERABLE = re.compile(r"field '(\w{1,80})' can ?not be filtered in a query call", re.ASCII)
PASSING = frozenset({"UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE"})
SIGN_IN = {
    "invalid_client_id": "it does not know the consumer key: check HOLDFAST_SALESFORCE_CONSUMER_KEY",
    "invalid_client": "the consumer secret is wrong: check HOLDFAST_SALESFORCE_CONSUMER_SECRET",
    "invalid_app_access": "the user is not assigned to the app: assign its permission set",
    "inactive_user": "the user is not active: activate it",
    "inactive_org": "the organisation is locked or closed: ask Salesforce",
    "unsupported_grant_type": "the app does not allow this flow: enable it in the app's settings",
}
INVALID_GRANT = (
    ("hasn't approved", "the user has not approved the app: pre-authorise the app for a permission set of the user"),
    ("audience", "the audience is wrong: set HOLDFAST_SALESFORCE_AUDIENCE to test for a sandbox organisation"),
    ("assertion", "the signature does not fit: upload the certificate of the private key to the app"),
    ("expired", "the assertion was too old when it came: set this machine's clock"),
    ("no client credentials user", "no user to run as: choose one in the app's client credentials policy"),
    ("domain", "client credentials work at your own domain only: set HOLDFAST_SALESFORCE_BASE_URL to it"),
    ("scope", "the app has no scope that serves: add 'Manage user data via APIs (api)'"),
    ("ip restricted", "this machine's address is not allowed: relax the app's IP restrictions"),
    ("", "it does not accept the user name or password: check both, and that the security token follows the password"),
)
DAILY_LIMIT = "TotalRequests"


class SessionExpiredError(CredentialsError):
    """The session is over; a new one is needed."""


class DailyLimitError(RateLimitedError):
    """No API calls are left for today."""


class UnsearchableFieldError(InvalidInputError):
    """Records cannot be searched by this field, as is so with fields that the organisation encrypts."""

    def __init__(self, field: str) -> None:
        super().__init__(
            f"Salesforce lets nobody search by {field}, as a rule because it is encrypted: encrypt it deterministically"
            ", or find customers by another field (HOLDFAST_SALESFORCE_EXTERNAL_ID_FIELD)."
        )
        self.field = field


def refusal(status: int, text: str, headers: Mapping[str, str]) -> HoldfastError:
    """The domain error for a refused call."""
    code, message = _first_error(text)
    where = f"HTTP {status}, {code}" if code else f"HTTP {status}"
    if code == "INVALID_SESSION_ID":
        return SessionExpiredError(
            "Salesforce ends the session as soon as it began: check the user's session settings and IP ranges."
        )
    if code == "REQUEST_LIMIT_EXCEEDED":
        return _limit(message, headers)
    if status == 429:
        return RateLimitedError(f"Salesforce asks us to slow down ({where}).", retry_after=_retry_after(headers))
    if status >= 500 or status == 408 or code in PASSING:
        return UnavailableError(f"Salesforce has a problem of its own ({where}).", retry_after=_retry_after(headers))
    if status in (401, 403):
        return CredentialsError(f"Salesforce does not let our user do this ({where}): run `holdfast check salesforce`.")
    return _wrong_request(status, message, where)


def sign_in_refusal(status: int, text: str, headers: Mapping[str, str]) -> HoldfastError:
    """The domain error for a refused sign-in."""
    body = _parsed(text)
    error, description = (str(body.get(key, "")) for key in ("error", "error_description")) if body else ("", "")
    if status >= 500 or status == 429 or error == "server_error" or not body:
        return UnavailableError(f"Salesforce cannot sign us in now (HTTP {status}).", retry_after=_retry_after(headers))
    if error == "rate_limit_exceeded":
        return RateLimitedError("Salesforce: too many sign-ins in the last hour.", retry_after=_retry_after(headers))
    reasons = (reason for words, reason in INVALID_GRANT if words in description.lower())
    reason = SIGN_IN.get(error) or next(reasons)
    return CredentialsError(f"Salesforce did not sign us in ({error or f'HTTP {status}'}): {reason}.")


def _limit(message: str, headers: Mapping[str, str]) -> HoldfastError:
    if DAILY_LIMIT in message:
        return DailyLimitError("Salesforce has no API calls left for today: wait, or buy more calls.")
    text = "Salesforce works on too many long calls of the organisation at once."
    return RateLimitedError(text, retry_after=_retry_after(headers))


def _wrong_request(status: int, message: str, where: str) -> HoldfastError:
    if status == 300:
        return ConflictError(f"Salesforce has several records with this external id ({where}).")
    column = NO_COLUMN.search(message)
    if column:
        field, entity = column.groups()
        text = f"Salesforce has no field {field} on {entity}, or our user may not read it: correct the field's name."
        return InvalidInputError(text)
    unsearchable = NOT_FILTERABLE.search(message)
    if unsearchable:
        return UnsearchableFieldError(unsearchable[1])
    if status == 404:
        return NotFoundError(f"Salesforce does not have this ({where}).")
    return InvalidInputError(f"Salesforce does not accept the request ({where}).")


def _first_error(text: str) -> tuple[str, str]:
    """Code and message of an error body, which is a list of errors; both empty for anything else."""
    try:
        errors = json.loads(text)
    except ValueError:
        return "", ""
    if not (isinstance(errors, list) and errors and isinstance(errors[0], dict)):
        return "", ""
    return str(errors[0].get("errorCode", "")), str(errors[0].get("message", ""))


def _parsed(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    stated = headers.get("Retry-After", "")
    return timedelta(seconds=int(stated)) if stated.isdecimal() else None
