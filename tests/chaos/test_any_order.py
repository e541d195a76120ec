"""Anything at any time: Hypothesis makes up lives of two conversations, and what must hold is looked at as they go.

Real Temporal, real PostgreSQL, the real activities. Workers keep no workflow in memory, so each task replays all of it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment

from domain.conversation.messages import CustomerMessage
from domain.conversation.requests import (
    ChangeMode,
    HandBack,
    Reopen,
    Resolve,
    SendHumanReply,
    Snooze,
    StartConversation,
    TakeOver,
)
from domain.errors import UnavailableError
from domain.specification.organisation import Mode
from gateway.metrics import GatewayMetrics
from gateway.signals import ConversationSignals
from storage.database import Database
from tests.chaos.faults import Faults
from tests.chaos.lives import PATIENCE_SECONDS, Crew, Life, StumblingPigeons, World
from tests.e2e.bikeshop import DELIVERY, PASSWORD, PERSON, REFUND
from tests.e2e.gates import Moment
from tests.e2e.house import ANNA, BEN, House
from tests.e2e.loft import Loft

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]

SETTINGS = settings(
    max_examples=10,
    stateful_step_count=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
    verbosity=Verbosity.quiet,
    suppress_health_check=list(HealthCheck),
)
"""The same lives at each run. One that fails is not made smaller: it takes real time, and its steps are printed."""

WHICH = st.integers(0, 1)
BY = st.sampled_from((ANNA, BEN))
TIMES = st.integers(1, 3)
MOMENT = st.sampled_from(("before", "after"))
BY_PIGEON = st.sampled_from((1, 1, 0))
EARLY = st.sampled_from(("before", "before", "after"))
OFTEN_HELD = st.sampled_from(("deliver_message", "deliver_message", "generate_reply"))
HELD = ("open_conversation", "generate_reply", "deliver_message", "generate_reply")
STEPS = (
    "open_conversation", "fetch_customer_context", "generate_reply", "deliver_message", "request_approval",
    "record_decision", "record_messages", "change_ownership", "change_status", "escalate_conversation",
)  # fmt: skip


Plant = Callable[[World], Coroutine[Any, Any, Life]]


class Swallowing(ConversationSignals):
    """Says "received" of every message but the first, and keeps it nowhere."""

    taken = 0

    async def receive(self, start: StartConversation, message: CustomerMessage) -> None:
        self.taken += 1
        if self.taken == 1:
            await super().receive(start, message)


async def nobody_compares_revisions(world: World) -> Life:
    life = Life(world, by_pigeon=True)
    await world.house.store.database.fetchval(
        "CREATE OR REPLACE FUNCTION refusal_of(c conversations, step jsonb) RETURNS text LANGUAGE sql STABLE "
        "AS $$ SELECT NULL::text $$"
    )
    await life.comes_to("before", "deliver_message", PASSWORD, within_seconds=PATIENCE_SECONDS)
    await life.writes(DELIVERY, 1)
    await life.is_heard()
    return life


async def nobody_can_ask_the_vendor(world: World) -> Life:
    life = Life(world, by_pigeon=True)
    world.pigeons.forgets, world.pigeons.silent = True, 1
    await life.writes(PASSWORD, 1)
    await life.gets(1)
    return life


async def received_before_it_is_durable(world: World) -> Life:
    life = Life(world, by_pigeon=False)
    world.house.way_in = Swallowing(world.house.client, GatewayMetrics())
    for text in (PASSWORD, DELIVERY):
        await life.writes(text, 1)
    world.patience_seconds = 8
    return life


PLANTED: dict[Plant, str] = {
    nobody_compares_revisions: "was never answered|answered 2 times",
    nobody_can_ask_the_vendor: "was sent 2 times",
    received_before_it_is_durable: "waited in vain .*what does shipping cost 2",
}
"""A fault of ours each, on the test's side only, and how it shows."""
DEEDS = ("writes", "writes", "takes_over", "hands_back", "resolves")
"""Rules of the machine."""


class AnyOrder(RuleBasedStateMachine):
    """Its rules run in a thread of their own; what they ask for runs in the loop of the test."""

    world: ClassVar[World]
    loop: ClassVar[asyncio.AbstractEventLoop]

    def run(self, doing: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(doing, self.loop).result()

    @initialize()
    def begin(self) -> None:
        self.lives = [Life(self.world, by_pigeon=False), Life(self.world, by_pigeon=True)]
        for life in self.lives:
            self.run(life.writes(PASSWORD, 1))

    @rule(which=WHICH, text=st.sampled_from((PASSWORD, DELIVERY, REFUND, PERSON)), times=TIMES)
    def writes(self, which: int, text: str, times: int) -> None:
        self.run(self.lives[which].writes(text, times))

    @rule(
        which=BY_PIGEON, moment=EARLY, step=OFTEN_HELD, deeds=st.lists(st.sampled_from(DEEDS), min_size=1, max_size=2)
    )
    def a_message_and_more_while_a_step_stands_still(
        self, which: int, moment: Moment, step: str, deeds: list[str]
    ) -> None:
        self.run(self.lives[which].comes_to(moment, step, PASSWORD))
        for deed in deeds:
            getattr(self, deed)(which, *((PASSWORD, 2) if deed == "writes" else (BEN,)))
        self.run(self.world.go_on())

    @rule(which=WHICH, action=st.sampled_from(("approve", "edit", "reject", "take_over")), by=BY, times=TIMES)
    def decides(self, which: int, action: str, by: Any, times: int) -> None:
        self.run(self.lives[which].decide(action, by, times, stale=False))

    @rule(which=WHICH, by=BY)
    def decides_on_a_stale_one(self, which: int, by: Any) -> None:
        self.run(self.lives[which].decide("approve", by, 1, stale=True))

    @rule(which=WHICH, by=BY)
    def takes_over(self, which: int, by: Any) -> None:
        self.run(self.lives[which].take_over(TakeOver(request_id=uuid4().hex, by=by)))

    @rule(which=WHICH, by=BY)
    def hands_back(self, which: int, by: Any) -> None:
        self.lives[which].owned_since = None
        self.run(self.lives[which].ask(HandBack(request_id=uuid4().hex, by=by)))

    @rule(which=WHICH, by=BY, times=TIMES)
    def a_person_answers(self, which: int, by: Any, times: int) -> None:
        request_id = uuid4().hex
        self.run(
            self.lives[which].ask(SendHumanReply(request_id=request_id, by=by, text=f"{by.id} {request_id}"), times)
        )

    @rule(which=WHICH, by=BY)
    def resolves(self, which: int, by: Any) -> None:
        self.run(self.lives[which].ask(Resolve(request_id=uuid4().hex, by=by)))

    @rule(which=WHICH, by=BY)
    def reopens(self, which: int, by: Any) -> None:
        self.run(self.lives[which].ask(Reopen(request_id=uuid4().hex, by=by)))

    @rule(which=WHICH, by=BY, hours=st.sampled_from((1, 24)))
    def snoozes(self, which: int, by: Any, hours: int) -> None:
        self.run(
            self.lives[which].ask(
                Snooze(request_id=uuid4().hex, by=by, until=datetime.now(UTC) + timedelta(hours=hours))
            )
        )

    @rule(which=WHICH, by=BY, mode=st.sampled_from(Mode))
    def changes_the_mode(self, which: int, by: Any, mode: Mode) -> None:
        self.run(self.lives[which].ask(ChangeMode(request_id=uuid4().hex, by=by, mode=mode)))

    @rule(which=WHICH, hours=st.sampled_from((2, 80)))
    def time_passes(self, which: int, hours: int) -> None:
        self.run(self.lives[which].pass_time(timedelta(hours=hours)))

    @rule(moment=MOMENT, step=st.sampled_from(STEPS))
    def a_step_fails(self, moment: Moment, step: str) -> None:
        self.world.faults.fail(moment, step)

    @rule(moment=MOMENT, step=st.sampled_from(HELD))
    def a_step_stands_still(self, moment: Moment, step: str) -> None:
        self.run(self.world.hold(moment, step))

    @rule()
    def what_stood_still_goes_on(self) -> None:
        self.run(self.world.go_on())

    @rule(taken=st.booleans())
    def the_vendor_stumbles(self, taken: bool) -> None:
        self.world.pigeons.silent = int(taken)
        self.world.pigeons.failures[:] = [] if taken else [UnavailableError("not now")]

    @rule()
    def workers_change(self) -> None:
        self.run(self.world.crew.stop())
        self.run(self.world.crew.start())

    @rule(which=WHICH)
    def rests(self, which: int) -> None:
        self.run(self.lives[which].check())

    def teardown(self) -> None:
        self.run(self.world.be_kind())
        for life in self.lives:
            self.run(life.check())
            self.run(life.end())


@pytest.fixture
async def world(environment: WorkflowEnvironment, database: Database, database_url: str) -> AsyncIterator[World]:
    faults, pigeons = Faults(), StumblingPigeons()
    config = environment.client.config()
    config["interceptors"] = [*config["interceptors"], faults]
    async with House(Client(**config), database, database_url) as house:
        crew, way = Crew(house, pigeons), Loft(house)
        forwarding = asyncio.create_task(way.forwarder.run())
        await crew.start()
        try:
            yield World(house, way, pigeons, crew, faults, environment)
        finally:
            await crew.stop()
            forwarding.cancel()


async def test_anything_at_any_time(world: World) -> None:
    AnyOrder.world, AnyOrder.loop = world, asyncio.get_running_loop()
    await asyncio.to_thread(run_state_machine_as_test, AnyOrder, settings=SETTINGS)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
async def test_a_planted_fault_is_found(world: World, plant: Plant) -> None:
    life = await plant(world)
    with pytest.raises(AssertionError, match=PLANTED[plant]):
        await life.check()
