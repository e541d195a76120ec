"""Delivering through a vendor, with a real database."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from temporalio.testing import ActivityEnvironment

from activities import delivery
from activities.delivery import DeliveryActivities
from domain.conversation.activity_models import DeliverMessageInput
from domain.conversation.messages import Author
from domain.delivery.channels import ChannelTraits
from domain.errors import (
    CredentialsError,
    ForbiddenError,
    HoldfastError,
    RateLimitedError,
    RetryableError,
    StoreUnavailableError,
    UnavailableError,
)
from integrations.channels.base import OutboundMessage, SendReceipt
from storage.attachments import AttachmentRepository
from storage.conversations import ConversationRepository
from storage.deliveries import DeliveryRepository
from storage.views import Claim
from tests.pigeons import KIND, PigeonChannel
from tests.storage.conftest import database, stage
from tests.storage.stage import CONVERSATION, NOW, Stage, human_reply, ownership, reply

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


class UnsurePigeons(PigeonChannel):
    """The first bird does not say whether it arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.attempts = 0

    async def send(self, message: OutboundMessage) -> SendReceipt:
        self.attempts += 1
        if self.attempts == 1:
            raise UnavailableError("The loft does not answer.")
        return await super().send(message)


async def test_after_an_attempt_that_failed_another_one_begins_at_once(stage: Stage) -> None:
    await stage.drafted()
    channel = UnsurePigeons()
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel})
    with pytest.raises(UnavailableError, match="loft"):
        await ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND))
    delivered = await ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND))
    assert (delivered.status, len(channel.sent)) == ("delivered", 1)


async def test_an_attempt_waits_for_the_one_of_a_worker_that_only_lost_temporal(stage: Stage) -> None:
    await stage.drafted()
    leaving, sent = asyncio.Event(), asyncio.Event()

    class SlowPigeons(PigeonChannel):
        async def send(self, message: OutboundMessage) -> SendReceipt:
            leaving.set()
            await sent.wait()
            return await super().send(message)

    channel = SlowPigeons()
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel})
    first = asyncio.create_task(ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND)))
    await leaving.wait()
    with pytest.raises(UnavailableError, match="leaving"):
        await ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND))
    sent.set()
    assert (await first).status == "delivered"
    assert len(channel.sent) == 1


async def test_a_message_that_may_have_left_is_not_withdrawn_because_nobody_may_look(stage: Stage) -> None:
    class LockedLoft(UnsurePigeons):
        async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
            raise CredentialsError("The key of the loft is refused.")

    await stage.drafted()
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: LockedLoft()})
    for reason in ("does not answer", "It is not known .* The key of the loft is refused"):
        with pytest.raises(UnavailableError, match=reason):
            await ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND))
    assert await stage.database.fetchval("SELECT state FROM deliveries") == "claimed"


class ReadingPigeons(PigeonChannel):
    """Know a note by what it says. The word of the second one gets lost; did it leave?"""

    def __init__(self, *, took: bool) -> None:
        super().__init__()
        self.took = took
        self.flights = 0

    async def send(self, message: OutboundMessage) -> SendReceipt:
        self.flights += 1
        if self.flights != 2:
            return await super().send(message)
        if self.took:
            await super().send(message)
        raise UnavailableError("The loft does not answer.")

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        rings = {f"ring-{number}": sent.text for number, sent in enumerate(self.sent, 1)}
        found = [ring for ring, text in rings.items() if text == message.text and ring not in message.others]
        return SendReceipt(provider_message_id=found[0]) if found else None


@pytest.mark.parametrize("took", [True, False], ids=["taken", "not taken"])
async def test_of_two_messages_with_the_same_text_each_is_itself(stage: Stage, took: bool) -> None:
    await stage.conversations.change_ownership(ownership(), NOW)
    channel = ReadingPigeons(took=took)
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel})
    first, second = (human_reply(key).model_copy(update={"channel": KIND}) for key in ("human-1", "human-2"))
    await ActivityEnvironment().run(activities.deliver_message, first)
    with pytest.raises(UnavailableError, match="loft"):
        await ActivityEnvironment().run(activities.deliver_message, second)
    await ActivityEnvironment().run(activities.deliver_message, second)
    rows = await stage.database.fetch("SELECT provider_message_id FROM deliveries ORDER BY message_key")
    assert [row["provider_message_id"] for row in rows] == ["ring-1", "ring-2"]
    assert len(channel.sent) == 2


class DeafPigeons(PigeonChannel):
    """Takes no message; with `took`, it took the first one all the same."""

    def __init__(self, *, took: bool = False, looking: Exception | None = None) -> None:
        super().__init__()
        self.took = took
        self.looking = looking

    async def send(self, message: OutboundMessage) -> SendReceipt:
        if self.took:
            await super().send(message)
        raise UnavailableError("The loft does not answer.")

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        if self.looking:
            raise self.looking
        return await super().find_sent(message)


def at_attempt(number: int) -> ActivityEnvironment:
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, attempt=number)
    return environment


async def gave_up(stage: Stage, channel: PigeonChannel) -> tuple[str, str]:
    """A person's reply that a channel did not take: how it ended, and what a worker hears that comes too late."""
    await stage.conversations.change_ownership(ownership(), NOW)
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel})
    input = human_reply().model_copy(update={"channel": KIND})
    with pytest.raises(UnavailableError, match="loft"):
        await ActivityEnvironment().run(activities.deliver_message, input)
    await stage.deliveries.end_lease(input.message_key)
    ended = await at_attempt(delivery.SILENT_LOOKS).run(activities.give_up_delivery, input)
    late = DeliveryActivities(DeliveryRepository(stage.database), {KIND: PigeonChannel()})
    return ended.status, (await ActivityEnvironment().run(late.deliver_message, input)).status


@pytest.mark.parametrize(
    "looking", [None, UnavailableError("Nobody there."), CredentialsError("The key is refused."), TimeoutError()]
)
async def test_what_is_given_up_is_never_sent_later(stage: Stage, looking: Exception | None) -> None:
    assert await gave_up(stage, DeafPigeons(looking=looking)) == ("refused", "refused")
    assert await stage.database.fetchval("SELECT state FROM deliveries") == "withdrawn"
    assert [kind for _, kind, _ in await stage.said()] == []


async def test_what_left_after_all_is_recorded_when_it_is_given_up(stage: Stage) -> None:
    channel = DeafPigeons(took=True)
    assert await gave_up(stage, channel) == ("delivered", "delivered")
    assert len(channel.sent) == 1
    assert await stage.said() == [(1, "human_reply", "I looked: it arrives today.")]


@pytest.mark.parametrize("silent", [UnavailableError("The loft does not answer."), RateLimitedError("Slower.")])
async def test_a_channel_that_does_not_answer_is_asked_again(stage: Stage, silent: HoldfastError) -> None:
    """It may come back, and say that it has the message."""
    await stage.conversations.change_ownership(ownership(), NOW)
    channel = DeafPigeons(took=True, looking=silent)
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel})
    input = human_reply().model_copy(update={"channel": KIND})
    with pytest.raises(UnavailableError, match="loft"):
        await ActivityEnvironment().run(activities.deliver_message, input)
    await stage.deliveries.end_lease(input.message_key)
    with pytest.raises(type(silent)):
        await at_attempt(delivery.SILENT_LOOKS - 1).run(activities.give_up_delivery, input)
    channel.looking = None
    assert (await at_attempt(delivery.SILENT_LOOKS).run(activities.give_up_delivery, input)).status == "delivered"


async def test_who_cannot_look_gives_up_in_the_end(stage: Stage) -> None:
    """A mistake in an adapter must not hold a conversation up for ever."""
    await stage.conversations.change_ownership(ownership(), NOW)
    channel = DeafPigeons(looking=KeyError("a mistake of ours"))
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel})
    input = human_reply().model_copy(update={"channel": KIND})
    await stage.deliveries.claim(input, NOW)
    await stage.deliveries.end_lease(input.message_key)
    with pytest.raises(KeyError):
        await ActivityEnvironment().run(activities.give_up_delivery, input)
    assert (await at_attempt(delivery.LOOKS + 1).run(activities.give_up_delivery, input)).status == "refused"


@pytest.mark.parametrize("error", [UnavailableError("The loft does not answer."), RateLimitedError("Slower.")])
async def test_who_could_not_look_does_not_end_the_attempt_of_another(stage: Stage, error: RetryableError) -> None:
    await stage.drafted()
    repository, input = DeliveryRepository(stage.database), reply(channel=KIND)

    class BusyLoft(PigeonChannel):
        async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
            assert await repository.claim_again(input, datetime.now(UTC))
            raise error

    await repository.claim(input, datetime.now(UTC))
    await repository.end_attempt(input.message_key)
    with pytest.raises(type(error), match=str(error)):
        await ActivityEnvironment().run(DeliveryActivities(repository, {KIND: BusyLoft()}).deliver_message, input)
    with pytest.raises(UnavailableError, match="leaving"):
        await repository.claim(input, datetime.now(UTC))


class HangingPigeons(PigeonChannel):
    """The bird neither leaves nor comes back, until it is called off."""

    def __init__(self, *, took: bool = False) -> None:
        super().__init__()
        self.took = took
        self.begun = asyncio.Event()
        self.called_off = False

    async def send(self, message: OutboundMessage) -> SendReceipt:
        if self.took:
            await super().send(message)
        self.begun.set()
        try:
            return await asyncio.Future()
        except asyncio.CancelledError:
            self.called_off = True
            raise


STOPPABLE = {KIND: ChannelTraits(stoppable=True)}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UNDISTURBED_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(delivery, name, 0.01)


async def take_over(stage: Stage) -> None:
    """As Temporal does: tried until it is acknowledged."""
    while True:
        try:
            await stage.conversations.change_ownership(ownership(), datetime.now(UTC))
        except UnavailableError:
            await asyncio.sleep(0.05)
        else:
            return


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("took", [True, False], ids=["taken", "not taken"])
async def test_a_takeover_ends_the_attempt_that_a_vendor_holds_up(stage: Stage, took: bool) -> None:
    """When it is acknowledged nothing is being sent, and nothing is sent later; what had left by then is found."""
    await stage.drafted()
    channel = HangingPigeons(took=took)
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel}, STOPPABLE)
    sending = asyncio.create_task(ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND)))
    await channel.begun.wait()
    await take_over(stage)
    assert channel.called_off
    with pytest.raises(UnavailableError, match="takes the conversation over"):
        await sending
    late = await ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND))
    assert late.status == ("delivered" if took else "refused")
    assert len(channel.sent) == took


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("traits", "input"),
    [
        ({}, reply(channel=KIND)),
        (STOPPABLE, reply(channel=KIND, author="system", author_id="platform", kind="notice", text="Please wait.")),
    ],
    ids=["its thread goes on", "no AI agent's"],
)
async def test_what_cannot_or_need_not_be_stopped_is_not(
    stage: Stage, traits: dict[str, ChannelTraits], input: DeliverMessageInput
) -> None:
    await stage.drafted()
    channel = HangingPigeons()
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel}, traits)
    sending = asyncio.create_task(ActivityEnvironment().run(activities.deliver_message, input))
    await channel.begun.wait()
    await stage.database.fetchval("UPDATE deliveries SET stop_asked = true")
    done, _ = await asyncio.wait([sending], timeout=0.3)
    assert not done
    sending.cancel()


@pytest.mark.usefixtures("impatient")
async def test_a_store_that_is_away_stops_nothing(stage: Stage) -> None:
    """Nobody becomes the owner without it; when it is back the attempt hears of the takeover."""
    looks: list[str] = []

    class AwayAtFirst(DeliveryRepository):
        async def is_to_stop(self, message_key: str) -> bool:
            looks.append(message_key)
            if len(looks) < 3:
                raise StoreUnavailableError("PostgreSQL does not answer.")
            return await super().is_to_stop(message_key)

    await stage.drafted()
    channel = HangingPigeons()
    activities = DeliveryActivities(AwayAtFirst(stage.database), {KIND: channel}, STOPPABLE)
    sending = asyncio.create_task(ActivityEnvironment().run(activities.deliver_message, reply(channel=KIND)))
    await channel.begun.wait()
    await take_over(stage)
    assert channel.called_off
    assert len(looks) >= 3
    with pytest.raises(UnavailableError, match="takes the conversation over"):
        await sending


async def _with_a_file(stage: Stage) -> DeliverMessageInput:
    """A person's reply with a file; its customer waits on the channel of the pigeons."""
    await stage.drafted()
    kept = await AttachmentRepository(stage.database).save(
        CONVERSATION, name="map.png", media_type="image/png", content=b"a map", person_id="anna"
    )
    return reply(
        channel=KIND, kind="notice", author=Author.SYSTEM, attachment_ids=(kept.attachment_id,), text="See the map."
    )


async def test_files_go_along_where_the_channel_carries_them(stage: Stage) -> None:
    input, channel = await _with_a_file(stage), UnsurePigeons()
    traits = {KIND: ChannelTraits(carries_files=True)}
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel}, traits)
    with pytest.raises(UnavailableError, match="loft"):
        await ActivityEnvironment().run(activities.deliver_message, input)
    await ActivityEnvironment().run(activities.deliver_message, input)
    assert [file.content for file in channel.sent[0].files] == [b"a map"]
    last = (await ConversationRepository(stage.database).transcript(CONVERSATION))[-1]
    assert [(file.name, file.size_bytes) for file in last.attachments] == [("map.png", 5)]


async def test_elsewhere_nothing_leaves_without_its_files(stage: Stage) -> None:
    input, channel = await _with_a_file(stage), PigeonChannel()
    activities = DeliveryActivities(DeliveryRepository(stage.database), {KIND: channel})
    with pytest.raises(ForbiddenError, match="link"):
        await ActivityEnvironment().run(activities.deliver_message, input)
    assert channel.sent == []
