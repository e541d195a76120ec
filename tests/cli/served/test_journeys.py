"""Journeys from a terminal."""

import json

from storage.api_keys import ApiKeyRepository
from tests.cli.served.conftest import Holdfast
from tests.gateway.api.test_journeys import at, journeys, talking
from tests.gateway.conftest import ORGANISATION, Gateway


async def test_a_journey_from_a_terminal(holdfast: Holdfast, platform: Gateway) -> None:
    key = await ApiKeyRepository(platform.database).create(ORGANISATION, "anna", ("approver",))

    async def told(*arguments: str) -> str:
        result = await holdfast("journeys", *arguments, "--url", platform.url, "--key", key)
        assert result.exit_code == 0, result.output
        return result.output

    conversation_id = await talking(platform)
    assert "Nobody is on a journey." in await told("list")
    assert "The journey has begun." in await told("enter", conversation_id, "greeting")
    [view] = await journeys(platform)
    run_id = view["run_id"]
    await at(platform, run_id, "ride")
    assert run_id in await told("list", "--journey", "greeting")
    assert "ai_agent:service · done" in await told("show", run_id)
    assert "paused" in await told("pause", run_id)
    assert "goes on" in await told("resume", run_id)
    assert "knows it" in await told("event", run_id, "first_ride")
    await at(platform, run_id, "meet")
    assert "Confirmed." in await told("confirm", run_id, "meet", "--note", "Fine.")
    assert "completed" in await told("list", "--all")
    assert "skipped  in vain  dropped  median" in await told("funnel", "greeting")
    assert [step["came"] for step in json.loads(await told("funnel", "greeting", "--json"))] == [1, 1, 1]
    assert "Nobody began" in await told("funnel", "none")
    failed = await holdfast("journeys", "skip", run_id, "ride", "--url", platform.url, "--key", key)
    assert failed.exit_code == 1
