"""Customers do what their state says, write as much as they are told to, and mark every message."""

import asyncio
from random import Random
from typing import cast

import pytest

from cast.devices import Device
from chaos.customers import NEXT, PAUSES, Customer, Pace, VendorCustomer
from chaos.facts import Had
from chaos.organisation import PERSON, QUESTIONS
from chaos.outside import OutsideRecord
from chaos.references import references_in
from domain.specification.organisation import ChannelKind


class Talker(Customer):
    """Keeps what it writes."""

    def __init__(self, seed: int) -> None:
        super().__init__(7, OutsideRecord(), Random(seed))
        self.texts: list[str] = []
        self.using: ChannelKind = "sms"

    @property
    def channel(self) -> ChannelKind:
        return self.using

    def switch_channel(self) -> None:
        self.using = "email" if self.using == "sms" else "sms"

    async def write(self, text: str) -> None:
        self.texts.append(text)

    def had(self) -> list[Had]:
        return []

    @property
    def outside(self) -> OutsideRecord:
        return self._outside


async def lived(seed: int, messages: int = 12) -> Talker:
    talker = Talker(seed)
    await talker.live(Pace(messages, 0.0))
    return talker


class Refusing:
    """A device whose vendor refuses every second message."""

    def __init__(self) -> None:
        self.tried: list[str] = []

    async def write(self, text: str) -> None:
        self.tried.append(text)
        if len(self.tried) % 2:
            raise ValueError("The call is over.")


async def test_what_a_vendor_refuses_was_not_written_and_something_else_is() -> None:
    device = cast("Device", Refusing())
    customer = VendorCustomer(7, OutsideRecord(), Random(1), {"sms": device, "email": device}, "sms")
    await customer.live(Pace(5, 0.0))
    assert (len(customer._outside.said), customer.refused) == (5, 5)


@pytest.mark.parametrize("seed", range(10))
async def test_every_message_is_marked_and_noted(seed: int) -> None:
    talker = await lived(seed)
    marks = [references_in(text) for text in talker.texts]
    assert marks == [(f"ref7x{number}",) for number in range(1, 13)]
    assert list(talker.outside.said) == [mark for (mark,) in marks]


async def test_many_customers_do_everything_that_a_customer_may() -> None:
    everybody = await asyncio.gather(*(lived(seed) for seed in range(40)))
    said = [said for talker in everybody for said in talker.outside.said.values()]
    assert {one.kind for one in said} == {"question", "refund", "large_refund", "voucher", "person"}
    assert {one.channel for one in said} == {"sms", "email"}
    texts = [text for talker in everybody for text in talker.texts]
    assert all(any(text.startswith(begins) for text in texts) for begins in ("And one more", "Sorry, I mean", PERSON))


async def test_the_same_seed_says_the_same() -> None:
    assert (await lived(3)).texts == (await lived(3)).texts


def test_every_state_leads_on_and_has_its_pause() -> None:
    assert NEXT.keys() == PAUSES.keys()
    assert all(weights.keys() <= NEXT.keys() for weights in NEXT.values())
    assert QUESTIONS
