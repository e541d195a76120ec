"""What a refusal of Temporal means to people."""

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import (
    ConflictError,
    CredentialsError,
    HoldfastError,
    NotFoundError,
    RateLimitedError,
    UnavailableError,
)
from workers.rollout.deployment import WorkerDeployment
from workers.rollout.temporal import explained


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (RPCStatusCode.NOT_FOUND, NotFoundError, "no such thing"),
        (RPCStatusCode.UNIMPLEMENTED, ConflictError, "unset HOLDFAST_WORKER_BUILD_ID"),
        (RPCStatusCode.PERMISSION_DENIED, CredentialsError, "PERMISSION_DENIED"),
        (RPCStatusCode.UNAUTHENTICATED, CredentialsError, "UNAUTHENTICATED"),
        (RPCStatusCode.RESOURCE_EXHAUSTED, RateLimitedError, "in a minute"),
        (RPCStatusCode.FAILED_PRECONDITION, ConflictError, "no such thing. Look at `holdfast rollout status`"),
        (RPCStatusCode.ABORTED, ConflictError, "no such thing. Look at `holdfast rollout status`"),
        (RPCStatusCode.ALREADY_EXISTS, ConflictError, "no such thing. Look at `holdfast rollout status`"),
        (RPCStatusCode.INVALID_ARGUMENT, ConflictError, "no such thing. Look at `holdfast rollout status`"),
        (RPCStatusCode.UNAVAILABLE, UnavailableError, "UNAVAILABLE"),
        (RPCStatusCode.DEADLINE_EXCEEDED, UnavailableError, "DEADLINE_EXCEEDED"),
        (RPCStatusCode.INTERNAL, UnavailableError, "INTERNAL"),
    ],
    ids=lambda value: value.name if isinstance(value, RPCStatusCode) else "",
)
def test_a_refusal_says_what_to_do(status: RPCStatusCode, kind: type[HoldfastError], says: str) -> None:
    with pytest.raises(kind, match=says), explained():
        raise RPCError("no such thing", status, b"")


def test_what_is_no_refusal_is_left_alone() -> None:
    with pytest.raises(ZeroDivisionError), explained():
        _ = 1 // 0


@pytest.mark.parametrize(
    ("current", "filtered"),
    [
        (None, "TemporalWorkerDeploymentVersion IS NOT NULL"),
        ("1.4.0", "(TemporalWorkerDeploymentVersion != 'shop:1.4.0' OR TemporalWorkerDeploymentVersion IS NULL)"),
    ],
)
async def test_who_is_elsewhere_is_a_list_filter_of_temporal(
    client: Client, current: str | None, filtered: str
) -> None:
    calls = WorkerDeployment(client, "shop").calls
    assert calls.not_on(current) == filtered
    assert await calls.count(calls.not_on(current)) == 0
    assert [one async for one in calls.open(calls.on("1.4.0"))] == []
