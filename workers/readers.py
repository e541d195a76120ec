"""Starting the workflows that read channels whose vendor does not post."""

from collections.abc import Mapping

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from domain.conversation.activity_models import ReadChannelInput
from domain.errors import HoldfastError
from domain.queues import CONVERSATIONS
from domain.specification.organisation import ChannelKind, OrganisationSpec
from integrations.channels.base import Channel, MessageReader
from workflows.reading import ReadChannelWorkflow, reader_id

log = structlog.get_logger()


async def start_readers(
    client: Client, channels: Mapping[ChannelKind, Channel], specification: OrganisationSpec
) -> None:
    """One for each channel of the specification that is read; those that run already go on.

    The reader of a channel that was taken out finds that out itself, and ends.
    """
    for kind in specification.channels:
        try:
            adapter = channels[kind]
        except HoldfastError as error:
            log.warning("channel_not_set_up", channel=kind, reason=str(error))
            continue
        if isinstance(adapter, MessageReader):
            await _start(client, ReadChannelInput(organisation=specification.organisation, channel=kind))


async def _start(client: Client, input: ReadChannelInput) -> None:
    """Signal-with-start: a reader that is about to end hears that it is wanted."""
    await client.start_workflow(
        ReadChannelWorkflow.run,
        input,
        id=reader_id(input),
        task_queue=CONVERSATIONS,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        start_signal=ReadChannelWorkflow.go_on.__name__,
        static_summary=f"Reads {input.channel} for {input.organisation}",
    )
