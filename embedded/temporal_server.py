"""The embedded Temporal development server with its web UI; its state is one file."""

import asyncio
import shutil
import sys
from datetime import timedelta
from pathlib import Path

from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from config.temporal import TemporalAccess
from domain.errors import UnavailableError
from domain.search_attributes import SEARCH_ATTRIBUTES
from embedded.launch import tied_to_parent
from embedded.processes import Part
from workers.namespace import register_search_attributes

ADDRESS = "127.0.0.1"
RETENTION = timedelta(days=90)
PROBE_LIMIT = timedelta(seconds=2)

PRAGMAS = ["--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL"]
"""A killed server loses nothing; a flush at every commit, against loss of power, would make it seven times slower."""


class TemporalServer:
    """The server whose state is in `file`; None keeps it in memory. `ui_port=None` starts no web UI."""

    def __init__(self, file: Path | None, *, port: int, ui_port: int | None, namespace: str = "default") -> None:
        self._file = file
        self._port = port
        self._ui_port = ui_port
        self._namespace = namespace

    @property
    def address(self) -> str:
        return f"{ADDRESS}:{self._port}"

    def part(self) -> Part:
        return Part(name="temporal", command=tied_to_parent(self._command()), ready=self._ready)

    async def prepare_namespace(self) -> None:
        """Register the search attributes and keep closed runs for long; done again at each start, it changes nothing.

        The server's own flag registers search attributes only when it creates its file.
        """
        client = await Client.connect(self.address, namespace=self._namespace)
        await _keep_closed_runs(client)
        await register_search_attributes(client)

    def _command(self) -> list[str]:
        command = [_binary(), "server", "start-dev", "--log-level", "warn", "--ip", ADDRESS, "--port", str(self._port)]
        command += ["--namespace", self._namespace]
        if self._file is not None:
            command += ["--db-filename", str(self._file), *PRAGMAS]
        if self._ui_port is None:
            return [*command, "--headless"]
        return [*command, "--ui-port", str(self._ui_port), "--ui-disable-news-fetch"]

    async def _ready(self, _: int) -> bool:
        try:
            async with asyncio.timeout(PROBE_LIMIT.total_seconds()):
                client = await Client.connect(self.address)
                await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=self._namespace))
        except (RPCError, RuntimeError, TimeoutError):
            return False
        return True


async def prepare_service(address: str, namespace: str, access: TemporalAccess | None = None) -> None:
    """Check that a Temporal service that is not ours answers, and register the search attributes that it lacks.

    Raises UnavailableError when it does not answer, or does not let us register them.
    """
    try:
        options = (access or TemporalAccess()).options()
        client = await Client.connect(address, namespace=namespace, **options)
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
        await register_search_attributes(client)
    except RPCError as error:
        raise UnavailableError(
            f"The Temporal service at {address} refuses namespace {namespace} or its search attributes"
            f" ({', '.join(SEARCH_ATTRIBUTES)}): {error.status.name}. Create them there, or unset"
            " HOLDFAST_TEMPORAL_ADDRESS."
        ) from error
    except RuntimeError as error:
        raise UnavailableError(
            f"No Temporal service answers at {address}. Start it, or correct or unset HOLDFAST_TEMPORAL_ADDRESS."
        ) from error


async def _keep_closed_runs(client: Client) -> None:
    config = NamespaceConfig()
    config.workflow_execution_retention_ttl.FromTimedelta(RETENTION)
    await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=client.namespace, config=config))


def _binary() -> str:
    """The pinned one beside this interpreter, otherwise the one on the PATH."""
    beside = Path(sys.executable).with_name("temporal")
    found = str(beside) if beside.exists() else shutil.which("temporal")
    if found is None:
        raise UnavailableError("`temporal` is not installed. Run `make setup`, or set HOLDFAST_TEMPORAL_ADDRESS.")
    return found
