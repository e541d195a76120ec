"""Generated calls of every operation of the API: whatever is sent, the gateway itself never fails."""

import asyncio
from collections.abc import Mapping
from itertools import groupby
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from schemathesis import APIOperation, Case, openapi
from schemathesis.core.result import Ok

from gateway.app import create_app
from gateway.options import GatewayOptions
from tests.gateway.conftest import Gateway
from tests.gateway.world import make_world

EXAMPLES = 20
"""For each operation, within the time that all tests have."""
LONG = {f"/v1/specification/{work}" for work in ("check", "plan", "publish", "rollback")} | {
    "/v1/market/{package}/install"
}
FEW = 3
"""Of what takes long."""
STREAMED = {"/v1/live"}
"""An answer that has no end is not waited for."""

OPTIONS = GatewayOptions(
    organisation="described",
    database_url=SecretStr("postgresql://127.0.0.1:1/described"),
    temporal_address="127.0.0.1:1",
    chat_token_secret=SecretStr("a secret of the tests, long enough"),
)

Operation = APIOperation[Any, Any, Any, Any]


def _operations() -> list[Operation]:
    """All operations of the document, those of a tag beside each other."""
    described = list(openapi.from_dict(create_app(OPTIONS).openapi()).get_all_operations())
    found = [result.ok() for result in described if isinstance(result, Ok)]
    assert len(found) == len(described)
    return sorted((one for one in found if one.path not in STREAMED), key=_tag)


def _tag(operation: Operation) -> str:
    return " ".join(operation.tags or ["untagged"])


BY_TAG = {tag: list(operations) for tag, operations in groupby(_operations(), _tag)}


@pytest.mark.parametrize("tag", BY_TAG)
@pytest.mark.untraced
@pytest.mark.timeout(600)
async def test_no_generated_call_breaks_the_gateway(platform: Gateway, tag: str) -> None:
    ids = await make_world(platform)
    session = await platform.session()
    customer = {"Authorization": f"Bearer {session['token']}"}
    callers = [{}, await platform.key("admin", "auditor", "integration"), await platform.key("viewer"), customer]
    for operation in BY_TAG[tag]:
        await asyncio.to_thread(_call, operation, platform.url, callers, ids)


async def test_times_that_no_clock_shows_are_refused_everywhere(gateway: Gateway) -> None:
    """Which generated calls seldom have: in UTC these are outside the years 1 to 9999."""
    caller = await gateway.key("admin", "auditor", "integration")
    for path, name in _times():
        for time in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
            answer = await gateway.http.get(path, params={name: time}, headers=caller)
            assert answer.status_code == 422, f"{path}?{name}={time}: {answer.status_code} {answer.text}"


def _times() -> list[tuple[str, str]]:
    """Path and name of every time in an address, with any path parameter."""
    paths = create_app(OPTIONS).openapi()["paths"]
    named = [
        (path, one["name"])
        for path, operations in paths.items()
        for one in operations.get("get", {}).get("parameters", ())
        if "date-time" in str(one["schema"])
    ]
    assert len(named) > 5
    return named


def _call(operation: Operation, url: str, callers: list[dict[str, str]], ids: Mapping[str, str]) -> None:
    """Makes the calls one after another, in a thread beside the gateway's loop. Raises AssertionError with the call."""

    @settings(
        max_examples=FEW if operation.path in LONG else EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), caller=st.sampled_from(callers), known=st.booleans())
    def call(case: Case[Any], caller: dict[str, str], known: bool) -> None:
        if known:
            parameters = case.path_parameters or {}
            case.path_parameters = parameters | {name: ids[name] for name in parameters if name in ids}
        answer = case.call(base_url=url, headers=caller, timeout=60)
        assert answer.status_code < 500, f"{answer.status_code} {answer.text[:300]}\n{case.as_curl_command()}"
        if answer.status_code >= 400 and answer.content:
            assert answer.headers["content-type"] == ["application/problem+json"], case.as_curl_command()

    call()
