"""What is posted as Slack's: believed when signed and fresh, kept before it is answered, applied whatever fails."""

import asyncio
from time import time
from typing import Any

import httpx
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.desk.clicks import Click
from gateway.options import GatewayOptions
from sandbox.slack import SIGNING_SECRET
from sandbox.slack_events import FORM, signed_headers
from storage.database import Database
from storage.desk_clicks import DeskClickRepository
from tests.gateway.conftest import ORGANISATION
from tests.gateway.desk.conftest import Office, link, opened
from tests.gateway.workers import running_workers
from tests.slack_desk import ANNA, Workplace, actions


async def post(
    office: Office, body: bytes, *, secret: str = SIGNING_SECRET, age: int = 0, **headers: str
) -> httpx.Response:
    signed = signed_headers(secret, int(time()) - age, body, FORM)
    return await office.gateway.http.post("/webhooks/desk/slack", content=body, headers={**signed, **headers})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"secret": "somebody else's"}, "signature is wrong"),
        ({"age": 301}, "five minutes"),
        ({"age": -301}, "five minutes"),
        ({"X-Slack-Signature": "v0=0"}, "signature is wrong"),
        ({"X-Slack-Request-Timestamp": "now"}, "usable"),
    ],
)
async def test_what_is_forged_or_stale_is_refused_and_not_kept(
    office: Office, changes: dict[str, Any], said: str
) -> None:
    _, card = await office.waiting()
    office.slack.stand_in.interactivity_url = f"{office.gateway.url}/nowhere"
    await office.slack.press(card, "approve")
    (told,) = office.slack.stand_in.interactions.told
    response = await post(office, told, **changes)
    assert response.status_code == 401
    assert said in response.json()["detail"]
    assert await office.count("desk_clicks") == 0
    assert (
        'holdfast_webhooks_total{channel="desk_slack",result="forged"} 1.0'
        in (await office.gateway.http.get("/metrics")).text
    )


async def test_a_replayed_click_counts_once(office: Office) -> None:
    chat, card = await office.waiting()
    await office.slack.press(card, "approve")
    await chat.until("message", kind="reply")
    (told,) = office.slack.stand_in.interactions.told
    for _ in range(3):
        assert (await post(office, told)).status_code == 200
    assert await office.count("desk_clicks") == 1
    assert await office.count("decisions") == 1


@pytest.mark.parametrize("body", [b"", b"payload=%7B", b"payload=[]", b"\xff", b'{"type": "url_verification"}'])
async def test_what_is_signed_and_means_nothing_does_nothing(office: Office, body: bytes) -> None:
    assert (await post(office, body)).status_code < 500
    assert await office.count("desk_clicks") == 0


async def test_a_signed_click_on_what_is_no_card_is_not_kept(office: Office) -> None:
    _, card = await office.waiting()
    card["blocks"][-1]["block_id"] = "holdfast|approval:; DROP TABLE|x"
    await office.slack.press(card, "approve")
    assert await office.count("desk_clicks") == 0


async def test_a_desk_that_is_not_set_up_is_not_found(office: Office) -> None:
    assert (await office.gateway.http.post("/webhooks/desk/teams", content=b"")).status_code == 404


async def test_while_temporal_is_away_a_click_is_acknowledged_kept_and_applied_later(
    options: GatewayOptions, database: Database, temporal_client: Client, slack: Workplace
) -> None:
    await link(database, ANNA.id, "anna", "approver")
    away = await Client.connect("127.0.0.1:1", lazy=True, data_converter=pydantic_data_converter)
    async with opened(options, database, temporal_client, slack) as office:
        async with running_workers(temporal_client, database):
            chat, card = await office.waiting()
        await chat.close()
    async with opened(options, database, away, slack) as office:
        assert (await slack.press(card, "approve"))[0] == 200
        waiting = await slack.card("Approve by Anna: accepted, being applied")
        assert actions(waiting) == []
    await database.fetchval("UPDATE desk_clicks SET due_at = now()")
    async with opened(options, database, temporal_client, slack), running_workers(temporal_client, database):
        await slack.card("Approved by Anna")


async def test_a_gateway_that_died_after_it_acknowledged_loses_nothing(office: Office) -> None:
    """As the crash leaves it: the click is kept, and nobody has worked on it."""
    chat, _ = await office.waiting()
    approval_id = await office.gateway.database.fetchval("SELECT approval_id FROM approvals")
    click = Click(click_id="before-the-crash", user=ANNA.id, subject=f"approval:{approval_id}", action="approve")
    now = await office.gateway.database.fetchval("SELECT now()")
    await DeskClickRepository(office.gateway.database).keep(ORGANISATION, "slack", click, now)
    await chat.until("message", kind="reply")
    await office.slack.card("Approved by Anna")


async def test_without_workers_the_card_says_that_it_is_being_applied_and_then_what_came_of_it(
    options: GatewayOptions, database: Database, temporal_client: Client, slack: Workplace
) -> None:
    await link(database, ANNA.id, "anna", "approver")
    async with opened(options, database, temporal_client, slack) as office:
        async with running_workers(temporal_client, database):
            _, card = await office.waiting()
        await slack.press(card, "approve")
        await slack.card("accepted, being applied")
        async with running_workers(temporal_client, database):
            await slack.card("Approved by Anna")
        assert await _settled(database) == "done"


async def _settled(database: Database) -> str:
    async with asyncio.timeout(30):
        while True:
            state: str = await database.fetchval("SELECT state FROM desk_clicks")
            if state in {"done", "refused"}:
                return state
            await asyncio.sleep(0.1)
