"""Many interleavings, each from a seed: whatever comes first, the promises hold."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from random import Random

import pytest

from domain.conversation.ownership import Person, Status
from domain.conversation.requests import AnyRequest, DecideApproval, HandBack, SendHumanReply, TakeOver
from tests.e2e.bikeshop import DELIVERY, PASSWORD, REFUND
from tests.e2e.house import ANNA, BEN, House
from tests.e2e.promises import check_promises

pytestmark = [pytest.mark.chaos]
SEEDS = range(24)
MAX_PAUSE_SECONDS = 0.15

Send = Callable[[], Awaitable[object]]


async def _at_random_moments(random: Random, *sends: Send) -> None:
    """Each once to three times, in any order."""

    async def one(send: Send, pause: float) -> None:
        await asyncio.sleep(pause)
        await send()

    copies = [send for send in sends for _ in range(random.randint(1, 3))]
    await asyncio.gather(*(one(send, random.uniform(0, MAX_PAUSE_SECONDS)) for send in copies))


def _decision(random: Random, approval_id: str, by: Person) -> DecideApproval:
    action = random.choice(["approve", "edit", "reject", "take_over"])
    fields = {"request_id": f"d-{by.id}", "by": by, "approval_id": approval_id, "action": action}
    return DecideApproval.model_validate({**fields, "text": f"{by.id} edited.", "reason": f"{by.id} rejects."})


async def test_of_two_decisions_one_counts(served: House) -> None:
    async def race(seed: int) -> None:
        random, talk = Random(seed), served.talk()
        await talk.says(REFUND)
        approval_id = (await talk.asked()).approval.approval_id
        decisions = [_decision(random, approval_id, person) for person in (ANNA, BEN)]
        await _at_random_moments(random, *(partial(talk.ask, one) for one in decisions))
        seen = await talk.until(lambda seen: len(seen.decisions) == 2)
        assert seen.effects.count("refused") == 1, f"seed {seed}: {seen.told()}"
        await talk.rests()
        await check_promises(talk)

    await asyncio.gather(*(race(seed) for seed in SEEDS))


async def test_a_decision_against_a_new_message(served: House) -> None:
    """Sent or refused, and told so; the new message is never taken for answered by an older draft."""

    async def race(seed: int) -> None:
        random, talk = Random(seed), served.talk()
        await talk.says(REFUND)
        approval_id = (await talk.asked()).approval.approval_id
        approve = DecideApproval(request_id="d1", by=ANNA, approval_id=approval_id, action="approve")
        await _at_random_moments(random, partial(talk.ask, approve), partial(talk.says, DELIVERY, "m2"))
        seen = await talk.until(
            lambda seen: len(seen.decisions) == 1 and any(m.message_id == "m2" for m in seen.messages)
        )
        await talk.rests()
        seen = await check_promises(talk)
        assert sum(text == f"You asked: {REFUND}" for text in seen.replies) == (seen.effects == ["send"]), seen.told()
        assert seen.answered or seen.open_approval, f"seed {seed}: {seen.told()}"

    await asyncio.gather(*(race(seed) for seed in SEEDS))


async def test_a_takeover_against_a_reply(served: House) -> None:
    async def race(seed: int) -> None:
        random, talk = Random(seed), served.talk()
        await talk.says(PASSWORD)
        await _at_random_moments(random, partial(talk.ask, TakeOver(request_id="t1", by=ANNA)))
        await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
        await talk.rests()
        seen = await check_promises(talk)
        assert len(seen.replies) <= 1, f"seed {seed}: {seen.told()}"

    await asyncio.gather(*(race(seed) for seed in SEEDS))


async def test_signals_in_any_order_and_number(served: House) -> None:
    async def race(seed: int) -> None:
        random, talk = Random(seed), served.talk()
        texts = {f"m{number}": text for number, text in enumerate((PASSWORD, DELIVERY, REFUND, "thanks"))}
        await talk.says("hello", "m")
        requests: list[AnyRequest] = [
            TakeOver(request_id="t1", by=ANNA),
            SendHumanReply(request_id="r1", by=ANNA, text="I am on it."),
            HandBack(request_id="h1", by=ANNA),
        ]
        says = [partial(talk.says, text, key) for key, text in texts.items()]
        asks = [partial(talk.ask, request) for request in requests]
        await _at_random_moments(random, *says, *asks)
        await talk.until(lambda seen: {m.message_id for m in seen.messages} >= texts.keys())
        await talk.until(lambda seen: seen.kinds.count("ownership_changed") >= 2)
        await talk.rests()
        seen = await check_promises(talk)
        assert seen.answered or seen.open_approval or seen.row.owner.kind == "human_agent", (
            f"seed {seed}: {seen.told()}"
        )
        assert seen.replies.count("I am on it.") <= 1

    await asyncio.gather(*(race(seed) for seed in SEEDS))
