"""Customer messages and their answers, from the way in to the database."""

import asyncio
from itertools import pairwise

from domain.conversation.ownership import Status
from domain.conversation.requests import Resolve, TakeOver
from domain.specification.organisation import ChannelSpec, ModelSpec
from tests.e2e.bikeshop import DELIVERY, PASSWORD, PERSON, REFUND, publish
from tests.e2e.house import ANNA, House, Talk
from tests.e2e.promises import check_promises
from workers.worker import Limits


async def test_a_plain_turn_is_on_record(served: House) -> None:
    talk = served.talk()
    said = await talk.says(PASSWORD)
    seen = await talk.answered(1)

    assert seen.said == [("customer", PASSWORD), ("ai_agent", f"You asked: {PASSWORD}")]
    assert seen.messages[0].message_id == said.message_id
    assert seen.messages[1].citations[0].source_id == "password"
    (turn,) = seen.turns
    assert turn.record is not None
    assert (turn.record.decision.outcome, turn.confidence) == ("send", turn.record.confidence)
    assert seen.kinds == ["conversation_opened", "message_received", "turn_decided", "message_delivered"]
    await check_promises(talk)


async def test_a_plain_turn_costs_10_events(served: House) -> None:
    assert await _events_per_turn(served.talk(), [PASSWORD, DELIVERY, PASSWORD, DELIVERY]) == {10}


async def test_a_first_turn_costs_at_most_22_events(served: House) -> None:
    """Opened with the customer's context in one activity, where no vendor has to be asked."""
    talk = served.talk()
    await talk.says(PASSWORD)
    seen = await talk.answered(1)
    assert await talk.history_length() <= 22
    assert await served.store.database.fetchval("SELECT count(*) FROM customer_contexts") >= 1
    assert seen.replies


async def test_a_validated_turn_costs_22_events(served: House) -> None:
    await publish(served.store.database, model=ModelSpec(validator="scripted:double"))
    assert await _events_per_turn(served.talk(), [PASSWORD, DELIVERY, PASSWORD]) == {22}


async def test_an_approval_turn_costs_at_most_29_events(served: House) -> None:
    talk, lengths = served.talk(), []
    for number in (1, 2, 3):
        await talk.says(REFUND)
        await talk.decide("approve", f"d{number}", approval_id=(await talk.asked()).approval.approval_id)
        await talk.answered(number)
        lengths.append(await talk.history_length())
    assert max(after - before for before, after in pairwise(lengths)) <= 29


async def _events_per_turn(talk: Talk, questions: list[str]) -> set[int]:
    lengths = []
    for number, question in enumerate(questions, 1):
        await talk.says(question)
        await talk.answered(number)
        lengths.append(await talk.history_length())
    return {after - before for before, after in pairwise(lengths)}


async def test_a_burst_is_answered_once(served: House) -> None:
    await publish(served.store.database, channels={"web_chat": ChannelSpec(burst_window_seconds=1)})
    talk = served.talk()
    for text in ("hello", "are you there", PASSWORD):
        await talk.says(text)
    seen = await talk.answered(1)
    assert seen.replies == [f"You asked: hello\nare you there\n{PASSWORD}"]
    await check_promises(talk)


async def test_a_message_that_comes_many_times_is_one_message(served: House) -> None:
    talk = served.talk()
    said = await talk.says(PASSWORD)
    await asyncio.gather(*(talk.receive(said) for _ in range(10)))
    await talk.answered(1)
    await talk.receive(said)
    await talk.says(DELIVERY)
    seen = await talk.answered(2)
    assert len(seen.messages) == 4
    await check_promises(talk)


async def test_the_database_knows_a_message_that_the_workflow_has_forgotten(served: House) -> None:
    talk = served.talk()
    said = await talk.says(PASSWORD)
    await talk.answered(1)
    await talk.ask(TakeOver(request_id="t1", by=ANNA))
    await asyncio.gather(*(talk.says(f"note {number}") for number in range(300)))
    await talk.until(lambda seen: len(seen.messages) == 302)
    await talk.receive(said)
    await talk.says("last")
    seen = await talk.until(lambda seen: seen.said[-1][1] == "last")
    assert [message.message_id for message in seen.messages].count(said.message_id) == 1
    assert len(seen.messages) == 303


async def test_an_old_message_does_not_reopen_a_resolved_conversation(served: House) -> None:
    talk = served.talk()
    said = await talk.says(PASSWORD)
    await talk.answered(1)
    await talk.ask(Resolve(request_id="r1", by=ANNA))
    await talk.until(lambda seen: seen.row.status is Status.RESOLVED)
    await talk.handle.terminate()
    await talk.receive(said)
    await talk.ask(Resolve(request_id="r2", by=ANNA))
    seen = await talk.until(lambda seen: seen.kinds.count("resolved") == 2)
    assert "reopened" not in seen.kinds
    assert len(seen.messages) == 2


async def test_messages_are_kept_while_no_worker_runs(house: House) -> None:
    talk = house.talk()
    await talk.says(PASSWORD)
    await talk.says(DELIVERY)
    assert await talk.seen() is None
    async with house.workers():
        seen = await talk.answered(1)
    assert seen.replies == [f"You asked: {PASSWORD}\n{DELIVERY}"]


async def test_it_works_without_a_cache(house: House) -> None:
    async with house.workers(limits=Limits(cached_workflows=0)):
        talk = house.talk()
        for number in range(1, 4):
            await talk.says(PASSWORD)
            await talk.answered(number)
        await talk.says(REFUND)
        await talk.decide("approve", "d1")
        await talk.answered(4)
    await check_promises(talk)


async def test_asking_for_a_person_hands_over_with_a_notice(served: House) -> None:
    talk = served.talk()
    await talk.says(PERSON)
    seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert seen.row.escalation_reason == "asked_for_person"
    assert [author for author, _ in seen.said] == ["customer", "system"]
    assert seen.turns[0].record is not None
    assert seen.turns[0].record.decision.outcome == "escalate"
    await talk.says("hello?")
    seen = await talk.until(lambda seen: seen.said[-1] == ("customer", "hello?"))
    assert seen.replies == []


async def test_a_conversation_keeps_the_specification_it_began_with(served: House) -> None:
    old, new = served.talk(), served.talk()
    await old.says(PASSWORD)
    first = (await old.answered(1)).row.spec_hash
    second = await publish(served.store.database, name="Bike Shop with another name")
    await old.says(DELIVERY)
    await new.says(PASSWORD)
    assert (await old.answered(2)).row.spec_hash == first != second
    assert (await new.answered(1)).row.spec_hash == second
    await old.handle.terminate()
    await old.says(PASSWORD)
    assert (await old.answered(3)).row.spec_hash == first
