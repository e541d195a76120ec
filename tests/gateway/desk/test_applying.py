"""Clicks at a desk become decisions: once, by those who may, whatever fails meanwhile."""

from tests.gateway.desk.conftest import Office
from tests.slack_desk import ANNA, BO, STRANGER, SUPPORT, actions


async def test_an_approval_is_sent_and_its_card_says_by_whom(office: Office) -> None:
    chat, card = await office.waiting()
    assert (await office.slack.press(card, "approve"))[0] == 200
    assert (await chat.until("message", kind="reply"))["text"] == "You asked: refund, please"
    closed = await office.slack.card("Approved by Anna")
    assert (closed["ts"], actions(closed)) == (card["ts"], [])


async def test_an_edit_is_sent_instead(office: Office) -> None:
    chat, card = await office.waiting()
    await office.slack.press(card, "edit")
    view = await office.slack.view()
    assert view["blocks"][0]["element"]["initial_value"] == "You asked: refund, please"
    assert await office.slack.answer("You get 10 EUR.") == (200, {})
    assert (await chat.until("message", kind="reply"))["text"] == "You get 10 EUR."
    await office.slack.card("Edited and approved by Anna")


async def test_a_rejection_has_a_reason_and_a_new_card_follows(office: Office) -> None:
    _, card = await office.waiting()
    await office.slack.press(card, "reject")
    assert (await office.slack.answer("  "))[1]["errors"] == {"answer": "Write something."}
    await office.slack.answer("Name the date.")
    await office.slack.card("Rejected by Anna", "Name the date.", number=0)
    await office.slack.card("(Name the date.)", "Approve", number=1)


async def test_who_is_too_late_is_told_who_decided(office: Office) -> None:
    chat, card = await office.waiting()
    await office.slack.press(card, "approve")
    await chat.until("message", kind="reply")
    await office.slack.press(card, "take_over", by=BO)
    assert "decided already" in await office.slack.whispered(BO) or "not open any more" in await office.slack.whispered(
        BO
    )


async def test_whoever_is_not_linked_hears_what_to_do_and_it_is_audited(office: Office) -> None:
    _, card = await office.waiting()
    await office.slack.press(card, "approve", by=STRANGER)
    assert "holdfast desk link U0STRANGER" in await office.slack.whispered(STRANGER)
    event = await office.gateway.database.fetchrow("SELECT actor, data FROM audit_events WHERE kind = 'desk_refused'")
    assert event is not None
    assert (event["actor"], event["data"]["action"]) == ("slack:U0STRANGER", "approve")
    assert "approve" in actions(await office.slack.card("Waits for a decision"))


async def test_an_escalation_is_taken_over_answered_and_resolved(office: Office) -> None:
    chat = await office.gateway.chat()
    await chat.say("a person, please")
    card = await office.slack.card("With nobody yet", "a person, please", channel=SUPPORT.id)
    await office.slack.press(card, "take_over", channel=SUPPORT.id)
    card = await office.slack.card("With Anna", "Hand back", channel=SUPPORT.id)
    await office.slack.press(card, "answer", by=ANNA, channel=SUPPORT.id)
    await office.slack.answer("I looked: it arrives today.")
    assert (await chat.until("message", kind="human_reply"))["text"] == "I looked: it arrives today."
    await office.slack.press(card, "resolve", channel=SUPPORT.id)
    assert actions(await office.slack.card("Resolved", channel=SUPPORT.id)) == []
