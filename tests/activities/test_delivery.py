"""Delivering through a vendor, with a real database."""

import asyncio
from datetime import datetime

import pytest
from temporalio.testing import ActivityEnvironment

from activities import delivery
from activities.delivery import DeliveryActivities
from domain.errors import UnavailableError
from domain.steps import DeliverMessageInput
from integrations.channels.base import OutboundMessage, SendReceipt
from storage.deliveries import DeliveryRepository
from storage.views import Claim
from tests.pigeons import KIND, PigeonChannel
from tests.storage.conftest import database, stage
from tests.storage.stage import Stage, reply

__all__ = ["database", "stage"]

ATTEMPT = 0.2


class SlowRepository(DeliveryRepository):
    """The answer to a claim is under way for longer than an attempt may take."""

    async def claim(self, input: DeliverMessageInput, now: datetime) -> Claim:
        claim = await super().claim(input, now)
        await asyncio.sleep(2 * ATTEMPT)
        return claim


class DistantPigeons(PigeonChannel):
    async def send(self, message: OutboundMessage) -> SendReceipt:
        await asyncio.sleep(0)
        return await super().send(message)


async def test_an_attempt_ends_before_its_lease_however_long_the_claim_took(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A takeover waits for the lease alone, so nothing may leave after it."""
    monkeypatch.setattr(delivery, "ATTEMPT_SECONDS", ATTEMPT)
    await stage.drafted()
    channel = DistantPigeons()
    activities = DeliveryActivities(SlowRepository(stage.database), {KIND: channel})
    with pytest.raises(UnavailableError, match="in time"):
        await ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND))
    assert channel.sent == []
