"""A namespace made fit on a real server."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
    RemoveSearchAttributesRequest,
)
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from domain.errors import ConflictError
from domain.search_attributes import SEARCH_ATTRIBUTES
from embedded.ports import free_port
from embedded.processes import Supervisor
from embedded.temporal_server import TemporalServer
from workers.namespace import TYPES, prepare_namespace

MONTH = timedelta(days=30)


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TemporalServer]:
    folder = tmp_path_factory.mktemp("temporal")
    server = TemporalServer(None, port=free_port(), ui_port=None)
    async with Supervisor(Path(folder) / "logs", lambda *_: None) as parts:
        await parts.start(server.part())
        yield server


@pytest.fixture
async def client(server: TemporalServer) -> Client:
    """Of a namespace that nobody has made."""
    return await Client.connect(server.address, namespace=f"support-{uuid4().hex[:8]}")


async def _attributes(client: Client) -> dict[str, IndexedValueType.ValueType]:
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return dict(answer.custom_attributes)


async def test_a_namespace_is_made_once_with_every_search_attribute(client: Client) -> None:
    assert await prepare_namespace(client, MONTH) == (True, list(SEARCH_ATTRIBUTES))
    wanted = {name: TYPES[attribute.kind] for name, attribute in SEARCH_ATTRIBUTES.items()}
    assert wanted.items() <= (await _attributes(client)).items()
    assert await prepare_namespace(client, timedelta(days=7)) == (False, [])
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    assert described.config.workflow_execution_retention_ttl.ToTimedelta() == MONTH


async def test_only_what_is_missing_is_added(client: Client) -> None:
    await prepare_namespace(client, MONTH)
    await client.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=["Channel"])
    )
    assert await prepare_namespace(client, MONTH) == (False, ["Channel"])


async def test_an_attribute_of_another_type_is_named_and_left(client: Client) -> None:
    await prepare_namespace(client, MONTH)
    await client.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=["Channel", "AiAgent"])
    )
    wrong = {"Channel": IndexedValueType.INDEXED_VALUE_TYPE_INT}
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(namespace=client.namespace, search_attributes=wrong)
    )
    with pytest.raises(ConflictError, match="of another type: Channel"):
        await prepare_namespace(client, MONTH)
    assert "AiAgent" not in await _attributes(client)
