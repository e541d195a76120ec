"""Starting the workflows that read channels whose vendor does not post."""

from collections.abc import Mapping

import structlog
from temporalio.client import Client
from temporalio.common import WorkflowIDConflictPolicy

from activities.organisations import Organisations
from domain.errors import HoldfastError, UnavailableError
from domain.queues import CONVERSATIONS
from domain.spec import ChannelKind
from domain.steps import ReadChannelInput
from integrations.channels.base import Channel, MessageReader
from workflows.reading import ReadChannelWorkflow, reader_id

log = structlog.get_logger()


async def start_readers(
    client: Client, organisation: str, organisations: Organisations, channels: Mapping[ChannelKind, Channel]
) -> None:
    """One for each channel of the published specification that is read; those that run already go on."""
    try:
        active = await organisations.active_version(organisation)
    except UnavailableError:
        log.warning("no_channel_is_read", reason="nothing is published yet")
        return
    specification = (await organisations.served(active)).specification
    for kind in specification.channels:
        try:
            adapter = channels[kind]
        except HoldfastError as error:
            log.warning("channel_not_set_up", channel=kind, reason=str(error))
            continue
        if isinstance(adapter, MessageReader):
            await _start(client, ReadChannelInput(organisation=organisation, channel=kind))


async def _start(client: Client, input: ReadChannelInput) -> None:
    await client.start_workflow(
        ReadChannelWorkflow.run,
        input,
        id=reader_id(input),
        task_queue=CONVERSATIONS,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        static_summary=f"Reads {input.channel} for {input.organisation}",
    )
