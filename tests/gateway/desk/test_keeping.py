"""What stands at a desk follows the record: posted once, changed in place, found again after a crash."""

import asyncio
import json

from temporalio.client import Client

from gateway.desk.keeping import keep_cards, keep_digest
from gateway.options import GatewayOptions
from sandbox.frame import Fault
from storage.database import Database
from tests.gateway.desk.conftest import Office, link, opened
from tests.slack_desk import ANNA, BO, SUPPORT, Workplace, actions, seen


async def test_a_card_shows_everything_that_a_decision_needs(office: Office) -> None:
    _, card = await office.waiting()
    shown = json.dumps(card["blocks"], ensure_ascii=False)
    for words in (
        "refund, please",
        "You asked: refund, please",
        "Reset your password",
        "supervised",
        "confidence",
        "approver",
    ):
        assert words in shown
    assert set(actions(card)) >= {"approve", "edit", "reject", "take_over", "reassign"}


async def test_who_decides_elsewhere_changes_the_card_in_its_place(office: Office) -> None:
    _, card = await office.waiting()
    key = await office.gateway.key("approver", person="cleo")
    (view,) = (await office.gateway.http.get("/v1/approvals?state=open", headers=key)).json()
    path = f"/v1/approvals/{view['approval']['approval_id']}/decisions"
    await office.gateway.http.post(path, headers=key, json={"action": "approve"})
    closed = await office.slack.card("Approved by cleo")
    assert (closed["ts"], actions(closed), len(office.slack.messages())) == (card["ts"], [], 1)


async def test_what_the_customer_adds_makes_the_card_stale_and_a_new_one_appear(office: Office) -> None:
    chat, card = await office.waiting()
    await chat.say("a refund of 10 EUR")
    await office.slack.card("a refund of 10 EUR", "Approve", number=1)
    stale = await office.slack.card("Stale", number=0)
    assert (stale["ts"], actions(stale)) == (card["ts"], [])


async def test_a_stale_button_refuses_and_says_why(office: Office) -> None:
    chat, card = await office.waiting()
    old = json.loads(json.dumps(card))
    await chat.say("a refund of 10 EUR")
    await office.slack.card("Stale", number=0)
    message = office.slack.messages()[0]
    message["blocks"] = old["blocks"]
    await office.slack.press(old, "approve")
    assert "it was decided, or a newer draft replaced it" in await office.slack.whispered(ANNA)
    assert len([one for one in office.slack.messages() if "approve" in actions(one)]) == 2


async def test_who_is_asked_instead_gets_the_card_as_a_direct_message(office: Office) -> None:
    _, card = await office.waiting()
    await office.slack.choose(card, BO)
    await office.slack.card("Waits for Bo")
    direct = await office.slack.card("Waits for Bo", channel="D0BO")
    await office.slack.press(direct, "approve", by=BO, channel="D0BO")
    await office.slack.card("Approved by Bo", channel="D0BO")
    await office.slack.card("Approved by Bo")


async def test_a_colleague_who_is_not_linked_cannot_be_asked(office: Office) -> None:
    _, card = await office.waiting()
    await office.gateway.database.fetchval("DELETE FROM desk_people WHERE person_id = 'bo'")
    await office.slack.choose(card, BO)
    assert "holdfast desk link U0BO" in await office.slack.whispered(ANNA)


async def test_a_post_whose_answer_was_lost_is_found_again(office: Office) -> None:
    office.slack.stand_in.faults.add(Fault(kind="cut", path="chat.postMessage", handled=True))
    chat = await office.gateway.chat()
    await chat.say("refund, please")
    card = await office.slack.card("refund, please")
    await office.gateway.database.fetchval("UPDATE desk_cards SET leased_until = NULL")
    await office.slack.press(card, "approve")
    await office.slack.card("Approved by Anna")
    assert len(office.slack.messages()) == 1


async def test_a_card_that_somebody_deleted_is_posted_anew(office: Office) -> None:
    _, card = await office.waiting()
    recorded = "SELECT bool_and(digest IS NOT NULL) FROM desk_cards"
    while not await office.gateway.database.fetchval(recorded):  # noqa: ASYNC110 (the store announces no card)
        await asyncio.sleep(0.05)
    office.slack.stand_in.workspace.remove("C0APPROVALS", card["ts"])
    await office.gateway.database.fetchval("UPDATE conversations SET revision = revision")
    await office.gateway.database.fetchval("UPDATE desk_cards SET seen = NULL, digest = NULL")
    again = await office.slack.card("refund, please", "Approve")
    assert again["ts"] != card["ts"]


async def test_two_gateways_post_one_card_and_one_digest(office: Office) -> None:
    desk = office.other(digest=True, digest_at="00:00")
    chat = await office.gateway.chat()
    await chat.say("refund, please")
    await chat.until("status", status="awaiting_approval")
    await asyncio.gather(*(keep_cards(desk) for _ in range(4)), *(keep_digest(desk) for _ in range(4)))
    await office.slack.card("refund, please")
    told = await office.slack.card("What waits today", channel=SUPPORT.id)
    assert "1 approval waits for a decision." in json.dumps(told["blocks"])
    await keep_digest(desk)
    assert (len(office.slack.messages()), len(office.slack.messages(SUPPORT.id))) == (1, 1)
    assert await office.count("desk_cards") == 2


async def test_the_ladder_reminds_in_the_thread(office: Office) -> None:
    await office.waiting()
    await office.gateway.database.fetchval(
        "UPDATE approvals SET document = jsonb_set(document, '{rungs_done}', '2') WHERE state = 'open'"
    )
    threads = await seen(lambda: office.slack.in_threads()[1:])
    assert [one.split(":")[0] for one in office.slack.in_threads()] == ["Reminder 1", "Reminder 2"]
    assert threads
    await office.slack.card("reminded 2 times")


async def test_while_slack_is_away_nothing_is_lost(office: Office) -> None:
    office.slack.stand_in.faults.add(
        Fault(kind="fail", path="chat.postMessage", status=429, headers={"Retry-After": "1"})
    )
    await office.waiting()
    assert len(office.slack.messages()) == 1


async def test_clicks_come_by_socket_mode_as_well(
    options: GatewayOptions, database: Database, temporal_client: Client, slack: Workplace
) -> None:
    await link(database, ANNA.id, "anna", "approver")
    async with opened(options, database, temporal_client, slack, slack.by_socket()) as office:
        await seen(lambda: list(slack.stand_in.interactions.sockets))
        response = await office.gateway.http.post("/webhooks/desk/slack", content=b"{}")
        assert response.status_code == 401
