"""The parts that are Holdfast itself: workers and the gateway."""

import sys
from pathlib import Path

import httpx
from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from config.settings import Settings, child_environment
from config.temporal import access_of
from domain.queues import CONVERSATIONS
from embedded.launch import tied_to_parent
from embedded.processes import Part, Ready
from embedded.sign_in.local import local_issuer

ROOT = Path(__file__).parents[1]


def worker_part(settings: Settings, number: int) -> Part:
    """A worker process; it is ready when Temporal sees it asking for work."""
    ports = {name: getattr(settings, name) for name in ("worker_metrics_port", "worker_health_port")}
    own_ports = {name: first + number - 1 for name, first in ports.items() if first is not None}
    own = settings.model_copy(update={**own_ports, "worker_queues": ""})

    async def ready(process_id: int) -> bool:
        return await _polls(own, process_id)

    return _python_part(f"worker-{number}", "workers", own, ready)


def gateway_part(settings: Settings) -> Part:
    """The gateway; it is ready when it says so itself."""
    url = f"{gateway_url(settings)}/readyz"

    async def ready(_: int) -> bool:
        return await answers(url)

    return _python_part("gateway", "gateway", settings, ready)


def sign_in_part(settings: Settings) -> Part:
    """The local sign-in; it is ready when it says where everything of it is."""
    url = f"{local_issuer(settings)}/.well-known/openid-configuration"

    async def ready(_: int) -> bool:
        return await answers(url)

    return _python_part("sign-in", "embedded.sign_in", settings, ready)


def gateway_url(settings: Settings) -> str:
    return f"http://{settings.gateway_host}:{settings.gateway_port}"


async def answers(url: str) -> bool:
    """Whether a GET succeeds."""
    async with httpx.AsyncClient(timeout=2, trust_env=False) as http:
        try:
            response = await http.get(url)
        except httpx.HTTPError:
            return False
    return response.is_success


def _python_part(name: str, module: str, settings: Settings, ready: Ready) -> Part:
    return Part(
        name=name,
        command=tied_to_parent([sys.executable, "-m", module]),
        ready=ready,
        environment=child_environment(settings),
        folder=ROOT,
    )


async def _polls(settings: Settings, process_id: int) -> bool:
    """Whether a poller of the conversations queue is this process: the SDK's identities start with the process id."""
    try:
        client = await Client.connect(
            settings.temporal_address or "",
            namespace=settings.temporal_namespace,
            **access_of(settings).options(),
        )
        queue = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=settings.temporal_namespace,
                task_queue=TaskQueue(name=CONVERSATIONS),
                task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
            )
        )
    except (RPCError, RuntimeError):
        return False
    return any(poller.identity.startswith(f"{process_id}@") for poller in queue.pollers)
