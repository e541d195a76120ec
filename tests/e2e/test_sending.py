"""A channel whose transport is not our database: claim, send, complete; and a crash between any two of them."""

import pytest

from domain.conversation.ownership import Status
from domain.conversation.requests import TakeOver
from domain.errors import InvalidInputError, RateLimitedError
from integrations.channels.base import OutboundMessage, SendReceipt
from tests.e2e.bikeshop import PASSWORD
from tests.e2e.house import ANNA, House
from tests.e2e.promises import check_promises
from tests.workflows.fakes import Gate


class PostOffice:
    """A provider that remembers what it has sent, and can fail before or after it took a message."""

    def __init__(self) -> None:
        self.sent: list[OutboundMessage] = []
        self.failures: list[tuple[str, Exception]] = []
        self.gate: Gate | None = None

    async def send(self, message: OutboundMessage) -> SendReceipt:
        moment, failure = self.failures.pop(0) if self.failures else ("", None)
        if failure and moment == "before":
            raise failure
        if self.gate:
            await self.gate.pass_through()
        self.sent.append(message)
        if failure:
            raise failure
        return _receipt(message.idempotency_key)

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        key = message.idempotency_key
        return _receipt(key) if any(sent.idempotency_key == key for sent in self.sent) else None


def _receipt(key: str) -> SendReceipt:
    return SendReceipt(provider_message_id=f"post-{key}")


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_send_that_broke_off_is_looked_up_and_made_once(house: House, moment: str) -> None:
    office = PostOffice()
    office.failures = [(moment, RateLimitedError("Too many."))]
    async with house.workers(channel=office):
        talk = house.talk()
        await talk.says(PASSWORD)
        seen = await talk.answered(1)
    assert [message.text for message in office.sent] == seen.replies
    assert seen.kinds.count("delivery_claimed") == 1
    await check_promises(talk)


async def test_a_channel_that_refuses_for_good_gives_the_conversation_to_a_person(house: House) -> None:
    office = PostOffice()
    office.failures = [("before", InvalidInputError("No such address."))]
    async with house.workers(channel=office):
        talk = house.talk()
        await talk.says(PASSWORD)
        seen = await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
    assert office.sent == []
    assert seen.row.escalation_reason == "delivery_failed"


async def test_a_takeover_before_the_claim_stops_the_send(house: House) -> None:
    office = PostOffice()
    async with house.workers(channel=office):
        talk = house.talk()
        gate = house.gates.hold("before", "deliver_message")
        await talk.says(PASSWORD)
        await gate.reached.wait()
        await talk.ask(TakeOver(request_id="t1", by=ANNA))
        await talk.until(lambda seen: seen.row.status is Status.WITH_HUMAN)
        gate.opened.set()
        await talk.until(lambda seen: "delivery_refused" in seen.kinds)
    assert office.sent == []
    await check_promises(talk)
