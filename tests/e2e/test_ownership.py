"""One owner at a time, against the clock of a real database."""

import asyncpg

from domain.conversation.ownership import Status
from domain.conversation.requests import ChangeMode, HandBack, SendHumanReply, TakeOver
from domain.specification.organisation import Mode
from tests.e2e.bikeshop import DELIVERY, PASSWORD
from tests.e2e.house import ANNA, House, ScriptedWriter, Talk, scripted
from tests.e2e.promises import check_promises
from tests.workflows.fakes import Gate


async def test_a_takeover_while_the_reply_waits_for_the_row_of_the_conversation(
    served: House, database_url: str
) -> None:
    """Both stand behind a lock; whichever of draft and takeover gets it first, nothing leaves afterwards."""
    talk = served.talk()
    gate = served.gates.hold("before", "generate_reply")
    await talk.says(PASSWORD)
    await gate.reached.wait()
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("SELECT FROM conversations WHERE conversation_id = $1 FOR UPDATE", talk.id)
        await talk.ask(TakeOver(request_id="t1", by=ANNA))
        await _waiting_for_a_lock(connection, 1)
        gate.opened.set()
        await _waiting_for_a_lock(connection, 2)
    await connection.close()
    seen = await talk.until(lambda seen: "delivery_refused" in seen.kinds)
    assert seen.row.status is Status.WITH_HUMAN
    assert seen.replies == []
    await check_promises(talk)


async def _waiting_for_a_lock(connection: "asyncpg.Connection[asyncpg.Record]", backends: int) -> None:
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    while await connection.fetchval(query) < backends:
        await connection.execute("SELECT pg_stat_clear_snapshot()")


async def test_after_an_acknowledged_takeover_no_ai_message_leaves(served: House) -> None:
    talk = served.talk()
    gate = served.gates.hold("before", "generate_reply")
    await talk.says(PASSWORD)
    await gate.reached.wait()
    await talk.ask(TakeOver(request_id="t1", by=ANNA))
    await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    gate.opened.set()
    await talk.ask(SendHumanReply(request_id="r1", by=ANNA, text="I am on it."))
    seen = await talk.answered(1)
    assert seen.said == [("customer", PASSWORD), ("human_agent", "I am on it.")]
    await check_promises(talk)


async def test_a_reply_that_left_before_the_takeover_counts(served: House) -> None:
    talk = served.talk()
    gate = served.gates.hold("after", "generate_reply")
    await talk.says(PASSWORD)
    await gate.reached.wait()
    await talk.ask(TakeOver(request_id="t1", by=ANNA))
    await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    gate.opened.set()
    seen = await check_promises(talk)
    assert seen.kinds[-2:] == ["message_delivered", "ownership_changed"]


async def test_handing_back_carries_an_instruction_and_answers_what_waits(served: House) -> None:
    talk = served.talk()
    await talk.says(PASSWORD)
    await talk.answered(1)
    await talk.ask(TakeOver(request_id="t1", by=ANNA, note="an old friend"))
    await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    await talk.says(DELIVERY)
    await talk.until(lambda seen: len(seen.messages) == 3)
    await talk.ask(HandBack(request_id="h1", by=ANNA, instruction="offer free shipping"))
    seen = await talk.answered(2)
    assert seen.replies[-1] == f"You asked: {DELIVERY} (offer free shipping)"
    assert seen.row.status is Status.OPEN
    notes = await served.store.conversations.notes(talk.id)
    assert [note.text for note in notes] == ["an old friend", "offer free shipping"]
    await check_promises(talk)


async def test_requests_that_come_twice_count_once(served: House) -> None:
    talk = served.talk()
    await talk.says(PASSWORD)
    await talk.answered(1)
    reply = SendHumanReply(request_id="r1", by=ANNA, text="Anything else?")
    for _ in range(3):
        await talk.ask(TakeOver(request_id="t1", by=ANNA))
        await talk.ask(reply)
    await talk.ask(HandBack(request_id="h1", by=ANNA))
    seen = await talk.until(lambda seen: seen.kinds.count("ownership_changed") == 2)
    assert seen.replies == [f"You asked: {PASSWORD}", "Anything else?"]
    await check_promises(talk)


async def _with_co_pilot(house: House) -> Talk:
    talk = house.talk()
    await talk.says(PASSWORD)
    await talk.answered(1)
    await talk.ask(TakeOver(request_id="t1", by=ANNA))
    await talk.ask(ChangeMode(request_id="c1", by=ANNA, mode=Mode.CO_PILOT))
    await talk.until(lambda seen: seen.row.mode is Mode.CO_PILOT)
    return talk


async def test_a_co_pilot_suggests_and_never_sends(served: House) -> None:
    talk = await _with_co_pilot(served)
    await talk.says(DELIVERY)
    seen = await talk.until(lambda seen: len(seen.turns) == 2)
    assert seen.turns[-1].suggestion
    assert seen.turns[-1].draft.text == f"You asked: {DELIVERY}"
    assert len(seen.replies) == 1
    await check_promises(talk)


async def test_a_co_pilot_suggests_anew_when_the_customer_adds_something(house: House) -> None:
    writer = ScriptedWriter()
    async with house.workers(scripted(writer)):
        talk = await _with_co_pilot(house)
        slow = writer.gate = Gate()
        await talk.says(DELIVERY)
        await slow.reached.wait()
        writer.gate = None
        await talk.says("to France")
        await talk.until(lambda seen: len(seen.messages) == 4)
        suggested = f"You asked: {DELIVERY}\nto France"
        await talk.until(lambda seen: seen.turns[-1].draft.text == suggested, within_seconds=10)
        slow.opened.set()
