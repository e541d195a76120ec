from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest, RemoveSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

from domain.errors import UnavailableError
from domain.search_attributes import SEARCH_ATTRIBUTES
from embedded.ports import free_port
from embedded.processes import Supervisor
from embedded.temporal_server import TemporalServer, prepare_service
from tests.embedded.parts import Recorder

STATUS = SearchAttributeKey.for_keyword("ConversationStatus")


async def test_a_workflow_and_its_signals_survive_kill_9(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path / "temporal.db", port=free_port(), ui_port=None)
    async with Supervisor(tmp_path / "logs", Recorder()) as parts:
        await parts.start(server.part())
        await server.prepare_namespace()
        client = await Client.connect(server.address)
        handle = await client.start_workflow(
            "Waiting",
            id="waiting",
            task_queue="nobody",
            search_attributes=TypedSearchAttributes([SearchAttributePair(STATUS, "open")]),
        )
        await handle.signal("message", "hello")
        parts.kill("temporal")
        await parts.ready("temporal")

        assert (await handle.describe()).status == WorkflowExecutionStatus.RUNNING
        history = await handle.fetch_history()
        assert [event.HasField("workflow_execution_signaled_event_attributes") for event in history.events].count(True)


@pytest.mark.parametrize("namespace", ["default", "support"])
async def test_a_second_start_on_the_same_file_adds_what_is_missing(tmp_path: Path, namespace: str) -> None:
    for _ in range(2):
        server = TemporalServer(tmp_path / "temporal.db", port=free_port(), ui_port=None, namespace=namespace)
        async with Supervisor(tmp_path / "logs", Recorder()) as parts:
            await parts.start(server.part())
            await server.prepare_namespace()
            client = await Client.connect(server.address, namespace=namespace)
            assert set(SEARCH_ATTRIBUTES) <= await _search_attributes(client)
            assert await _retention(client) == timedelta(days=90)
            await _forget(client, "ConversationStatus")


async def test_a_service_that_is_not_ours_gets_the_search_attributes(tmp_path: Path) -> None:
    server = TemporalServer(tmp_path / "temporal.db", port=free_port(), ui_port=None)
    async with Supervisor(tmp_path / "logs", Recorder()) as parts:
        await parts.start(server.part())
        await prepare_service(server.address, "default")
        client = await Client.connect(server.address)

        assert set(SEARCH_ATTRIBUTES) <= await _search_attributes(client)
        assert await _retention(client) == timedelta(days=1)
        with pytest.raises(UnavailableError, match=r"refuses namespace elsewhere .* NOT_FOUND"):
            await prepare_service(server.address, "elsewhere")


async def test_a_service_that_does_not_answer_is_told_with_its_setting() -> None:
    with pytest.raises(UnavailableError, match="correct or unset HOLDFAST_TEMPORAL_ADDRESS"):
        await prepare_service(f"127.0.0.1:{free_port()}", "default")


async def _search_attributes(client: Client) -> set[str]:
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    return set(answer.custom_attributes)


async def _retention(client: Client) -> timedelta:
    answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    return answer.config.workflow_execution_retention_ttl.ToTimedelta()


async def _forget(client: Client, name: str) -> None:
    await client.operator_service.remove_search_attributes(
        RemoveSearchAttributesRequest(namespace=client.namespace, search_attributes=[name])
    )
