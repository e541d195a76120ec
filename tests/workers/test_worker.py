"""Which activities are served where."""

import inspect
from dataclasses import fields
from typing import Any

import pytest
from temporalio.client import Client
from temporalio.worker import Worker

from activities.options import ACTIVITIES
from domain.queues import QUEUES
from embedded.temporal_server import TemporalServer
from storage.database import connect
from tests.e2e.house import scripted
from workers.composition import compose
from workers.worker import Activities, Limits, build_workers

LIMITED = {
    "fetch_customer_context": "crm",
    "generate_reply": "llm",
    "score_confidence": "llm",
    "deliver_message": "delivery",
    "fetch_knowledge": "reading",
    "publish_knowledge": "publishing",
    "call_tool": "delivery",
}
"""Activities that an external system limits, and the queue on which they are limited."""


@pytest.fixture
async def client(temporal_server: TemporalServer) -> Client:
    """One of its own: workers that are built and never run keep their queues on their client."""
    return await Client.connect(temporal_server.address)


@pytest.fixture
async def activities(database_url: str) -> Activities:
    database = await connect(database_url)
    made = compose(database, scripted())
    await database.close()
    return made


def _names(of: object) -> list[str]:
    definition = "__temporal_activity_definition"
    return [name for name, _ in inspect.getmembers(type(of), lambda member: hasattr(member, definition))]


def _served(worker: Worker) -> list[str]:
    served: Any = worker.config()["activities"]
    return [activity.__name__ for activity in served]


async def test_each_queue_serves_what_the_table_puts_on_it(client: Client, activities: Activities) -> None:
    workers = build_workers(client, activities, Limits())
    served = {worker.task_queue: _served(worker) for worker in workers}
    assert {queue: set(names) for queue, names in served.items()} == {
        queue: {row.name for row in ACTIVITIES if row.queue == queue} for queue in QUEUES
    }
    assert all(len(names) == len(set(names)) for names in served.values())
    assert all(name in served[queue] for name, queue in LIMITED.items())


async def test_every_activity_of_a_worker_is_in_the_table(activities: Activities) -> None:
    defined = [name for field in fields(activities) for name in _names(getattr(activities, field.name))]
    assert set(defined) == {row.name for row in ACTIVITIES}
    assert len(set(defined)) == len(defined)


async def test_limits_reach_every_worker(client: Client, activities: Activities) -> None:
    workers = build_workers(client, activities, Limits(cached_workflows=7, concurrent_activities=3))
    assert workers[0].config()["max_cached_workflows"] == 7
    at_once = {worker.task_queue: worker.config()["max_concurrent_activities"] for worker in workers}
    assert at_once.pop("publishing") == 1
    assert set(at_once.values()) == {3}


async def test_the_rate_of_models_is_limited_for_all_workers_together(client: Client, activities: Activities) -> None:
    workers = build_workers(client, activities, Limits(model_requests_per_second=2.5))
    rates = {worker.task_queue: worker.config()["max_task_queue_activities_per_second"] for worker in workers}
    assert {queue: rate for queue, rate in rates.items() if rate} == {"llm": 2.5}


@pytest.mark.parametrize("queues", [("llm",), ("conversations", "delivery"), QUEUES])
async def test_only_the_named_queues_are_served(
    client: Client, activities: Activities, queues: tuple[str, ...]
) -> None:
    workers = build_workers(client, activities, Limits(), queues)
    assert [worker.task_queue for worker in workers] == list(queues)
    has_workflows = [worker.task_queue for worker in workers if worker.config()["workflows"]]
    assert has_workflows == [queue for queue in queues if queue == "conversations"]
