"""The measurements, each on the one platform of the run."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from time import perf_counter

from bench.costs import cost_of, turns_of, typical
from bench.customers import Customer, at_full_speed, each, run_load
from bench.figures import Messages, Percentiles, Rates, TurnCost
from bench.organisation import VALIDATED
from bench.plan import Load, Plan
from bench.slopes import worker_kb
from bench.testbed import Testbed

THINKING_SECONDS = 0.3
SETTLING_SECONDS = 3.0


@dataclass(frozen=True)
class TurnCosts:
    """Each kind of turn, once the conversation is in its steady state; and the first turn, which opens it."""

    first: TurnCost
    plain: TurnCost
    validated: TurnCost
    vendor: TurnCost
    approval: TurnCost


async def turn_costs(bed: Testbed, turns: int) -> TurnCosts:
    """One conversation for each kind of turn, idle between its turns."""
    (plain,), (validated,), (approving,) = (bed.new_customers(1), bed.new_customers(1, VALIDATED), bed.new_customers(1))
    by_vendor = await bed.new_customer_by_vendor()
    several = [_turns(customer, turns) for customer in (plain, validated, by_vendor)]
    await asyncio.gather(*several, _turns(approving, 2))
    await approving.asks_for_approval()
    await asyncio.sleep(THINKING_SECONDS)
    await approving.is_approved()
    await asyncio.sleep(THINKING_SECONDS)
    await approving.says()
    # The last turn of a history may still be under way.
    first, *plain_turns, _ = turns_of(await bed.history(plain))
    _, *validated_turns, _ = turns_of(await bed.history(validated))
    _, *vendor_turns, _ = turns_of(await bed.history(by_vendor))
    *_, approval_turn, _ = turns_of(await bed.history(approving))
    plain_cost, validated_cost, vendor_cost = (typical(one) for one in (plain_turns, validated_turns, vendor_turns))
    return TurnCosts(cost_of(first), plain_cost, validated_cost, vendor_cost, cost_of(approval_turn))


async def _turns(customer: Customer, number: int) -> None:
    for _ in range(number):
        await customer.says()
        await asyncio.sleep(THINKING_SECONDS)


async def overhead(bed: Testbed, load: Load) -> Percentiles:
    """From the signal until the reply is announced, in conversations that are open already."""
    customers = bed.new_customers(load.conversations)
    await each(customers, Customer.says)
    return Percentiles.of(await run_load(customers, load.seconds, load.pause_seconds))


async def rates(bed: Testbed, plan: Plan) -> tuple[Rates, Percentiles]:
    """Rounds without any pause, bare and real in turn; with the milliseconds of the real turns."""
    customers = bed.new_customers(plan.saturating)
    await each(customers, Customer.says)
    bare, holdfast, milliseconds = [], [], []
    async with bed.bare_clients(plan.saturating) as clients:
        await asyncio.gather(*(client.says() for client in clients))
        for _ in range(plan.pairs_of_rounds):
            rate, _ = await at_full_speed(clients, plan.round_seconds)
            bare.append(rate)
            rate, turns = await at_full_speed(customers, plan.round_seconds)
            holdfast.append(rate)
            milliseconds += turns
    ratios = [ours / theirs for ours, theirs in zip(holdfast, bare, strict=True)]
    return Rates(
        holdfast=round(median(holdfast), 1),
        bare=round(median(bare), 1),
        ratio=round(median(ratios), 3),
        ratios=[round(ratio, 3) for ratio in ratios],
    ), Percentiles.of(milliseconds)


async def memory_per_conversation(bed: Testbed, plan: Plan) -> float:
    """KB that each open conversation adds to a fresh worker that has seen some already."""
    await bed.kill_worker()
    await bed.start_worker()
    await each(bed.new_customers(plan.warm_up), Customer.says)
    before = await worker_kb(bed)
    await each(bed.new_customers(plan.weighed), Customer.says)
    return round((await worker_kb(bed) - before) / plan.weighed, 1)


async def recovery(bed: Testbed, plan: Plan) -> float:
    """Seconds from the start of a new worker until the last of so many conversations is answered.

    All are open, were answered before, and are in the memory of the only worker when it is killed, idle. Each
    customer writes while there is none.
    """
    await each(bed.new_customers(plan.recovered - plan.warm_up - plan.weighed), Customer.says)
    customers = bed.customers[-plan.recovered :]
    await asyncio.sleep(SETTLING_SECONDS)
    await bed.kill_worker()
    await each(customers, Customer.writes)
    started = perf_counter()
    answered = asyncio.gather(*(customer.is_answered() for customer in customers))
    await bed.start_worker()
    await answered
    return round(perf_counter() - started, 1)


async def messages(bed: Testbed) -> Messages:
    """Compare what customers wrote with the transcripts."""
    total = Messages(written=0, recorded=0, answered=0, lost=0, doubled=0)
    for customer in bed.customers:
        total += compared(customer.written, await customer.transcript())
    return total


def compared(written: int, kinds: Sequence[str]) -> Messages:
    """Of one conversation, whose customer writes when he is answered: each message has its reply right behind it."""
    said = [kind for kind in kinds if kind in {"customer", "reply"}]
    recorded = said.count("customer")
    answered = sum(pair == ("customer", "reply") for pair in pairwise(said))
    return Messages(
        written=written,
        recorded=recorded,
        answered=answered,
        lost=max(written - answered, 0),
        doubled=max(recorded - written, 0) + said.count("reply") - answered,
    )
