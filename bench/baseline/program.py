"""`python program.py OPTIONS`: the workload of one build, on a platform that the build's own benchmark starts.

It runs in the environment of that build, so it imports nothing but what every build since commit 5d3f361 has: the
module `testbed` of its benchmark, and its settings. OPTIONS and everything said are JSON. It says
`{"temporal_server": VERSION}` once its customers are open. Then it reads a line with a number of seconds, lets every
customer write without a pause for so long, and says `{"turns_per_second": RATE}`; and so on until the lines end.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

from pydantic import SecretStr
from temporalio.api.workflowservice.v1 import GetSystemInfoRequest


async def main(options: dict[str, Any]) -> None:
    testbed = import_module(f"{options['benchmark']}.testbed")
    platform = testbed.Platform(
        _settings(testbed, options), application=testbed._parts, prepare=testbed._prepare, report=lambda *_: None
    )
    async with platform, testbed._reached(platform) as bed:
        customers = bed.new_customers(options["conversations"])
        await asyncio.gather(*(customer.says() for customer in customers))
        system = await bed.temporal.workflow_service.get_system_info(GetSystemInfoRequest())
        _say({"temporal_server": system.server_version})
        while line := await asyncio.to_thread(sys.stdin.readline):
            _say({"turns_per_second": await turns_per_second(customers, float(line))})


def _settings(testbed: Any, options: dict[str, Any]) -> Any:
    """State and Temporal server of its own; the PostgreSQL server is that of all builds."""
    own = {
        "home": Path(options["home"]),
        "database_url": SecretStr(options["database_url"]),
        "temporal_address": None,
        "log_level": "warning",
    }
    return testbed.with_free_ports(import_module("config.settings").Settings().model_copy(update=own))


async def turns_per_second(customers: Sequence[Any], seconds: float) -> float:
    """Turns under way at the end are waited for."""
    started = perf_counter()

    async def one(customer: Any) -> int:
        turns = 0
        while perf_counter() - started < seconds:
            await customer.says()
            turns += 1
        return turns

    turns = sum(await asyncio.gather(*map(one, customers)))
    return turns / (perf_counter() - started)


def _say(said: object) -> None:
    sys.stdout.write(f"{json.dumps(said)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
