"""Starting the workflow that holds a call until people agree, and reading what came of it."""

import json
from dataclasses import replace
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import DataConverter
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError

from domain.guarding.calls import GuardedCall, GuardedOutcome, GuardedRun, guarded_workflow_id
from domain.queues import CONVERSATIONS
from workflows.guarding.workflow import GuardedCallWorkflow

NOT_JSON = "Arguments of an activity that people approve must be JSON, so that they can read what they approve."


async def start(client: Client, call: GuardedCall) -> bool:
    """Ask for a call, once for its id. False when it has ended before."""
    try:
        await _speaking_ours(client).start_workflow(
            GuardedCallWorkflow.run,
            GuardedRun(call=call),
            id=guarded_workflow_id(call.call_id),
            task_queue=CONVERSATIONS,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            static_summary=f"Call of {call.activity}, rule {call.rule}",
        )
    except WorkflowAlreadyStartedError:
        return False
    return True


async def outcome_of(client: Client, call_id: str) -> GuardedOutcome:
    """What came of a call, as soon as it has ended."""
    handle: WorkflowHandle[GuardedCallWorkflow, GuardedOutcome] = _speaking_ours(client).get_workflow_handle_for(
        GuardedCallWorkflow.run, guarded_workflow_id(call_id)
    )
    return await handle.result()


def result_of(ended: GuardedOutcome) -> Any:
    """The result, as JSON. Raises ApplicationError, which is not retried, where there is none."""
    if ended.state != "done":
        raise ApplicationError(ended.message, type=ended.error, non_retryable=True)
    return ended.result


def as_json(arguments: tuple[Any, ...], converter: DataConverter) -> tuple[Any, ...]:
    """The arguments as the company's own converter writes them. Raises ApplicationError for what is no JSON."""
    try:
        payloads = converter.payload_converter.to_payloads(arguments)
        return tuple(json.loads(payload.data) if payload.data else None for payload in payloads)
    except (ValueError, TypeError) as error:
        raise ApplicationError(NOT_JSON, type="GuardedCallNotJson", non_retryable=True) from error


def _speaking_ours(client: Client) -> Client:
    """The same connection with the same codec: our workflow understands Pydantic's JSON, whatever the company has."""
    config = client.config()
    config["data_converter"] = replace(client.data_converter, payload_converter_class=PydanticPayloadConverter)
    return Client(**config)
