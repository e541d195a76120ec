"""A Temporal namespace made fit for Holdfast: there, and with every search attribute of the one list."""

import asyncio
from datetime import timedelta

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.errors import ConflictError, UnavailableError
from domain.search_attributes import SEARCH_ATTRIBUTES, Kind

TYPES: dict[Kind, IndexedValueType.ValueType] = {
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}
KNOWN_WITHIN = timedelta(minutes=1)
"""How long a cluster's servers may take to see a namespace that one of them has just made."""
LOOK_EVERY = timedelta(seconds=1)


async def prepare_namespace(client: Client, retention: timedelta) -> tuple[bool, list[str]]:
    """Make the client's namespace unless it is there, and add the search attributes that it lacks.

    Returns whether it was made, and what was added. A second call changes nothing; an existing namespace keeps its
    retention. Raises ConflictError for a search attribute of another type, UnavailableError when the cluster is slow to
    know its new namespace, and RPCError when it refuses.
    """
    made = not await _is_there(client)
    if made:
        request = RegisterNamespaceRequest(namespace=client.namespace)
        request.workflow_execution_retention_period.FromTimedelta(retention)
        await client.workflow_service.register_namespace(request)
        await _known(client)
    return made, await register_search_attributes(client)


async def register_search_attributes(client: Client) -> list[str]:
    """Add what the namespace lacks and return its names. Raises ConflictError for one of another type."""
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    known = answer.custom_attributes
    wanted = {name: TYPES[attribute.kind] for name, attribute in SEARCH_ATTRIBUTES.items()}
    clashing = [name for name, kind in wanted.items() if known.get(name, kind) != kind]
    if clashing:
        raise ConflictError(
            f"Namespace {client.namespace} has search attributes of another type: {', '.join(clashing)}. "
            "Remove them there, or use a namespace of its own."
        )
    missing = {name: kind for name, kind in wanted.items() if name not in known}
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
    return list(missing)


async def _is_there(client: Client) -> bool:
    try:
        await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True


async def _known(client: Client) -> None:
    """Until the search attributes of the new namespace can be asked for."""
    try:
        async with asyncio.timeout(KNOWN_WITHIN.total_seconds()):
            while True:
                if await _lists_search_attributes(client):
                    return
                await asyncio.sleep(LOOK_EVERY.total_seconds())
    except TimeoutError:
        raise UnavailableError(
            f"Temporal made {client.namespace} and does not know it yet. Do the same again."
        ) from None


async def _lists_search_attributes(client: Client) -> bool:
    try:
        await client.operator_service.list_search_attributes(ListSearchAttributesRequest(namespace=client.namespace))
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return False
        raise
    return True
