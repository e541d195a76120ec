"""Both sides of every conversation, brought together once everything is at rest."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from temporalio.client import Client, WorkflowHistory
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer

from cast.recording import WorkflowFacts, recorded, workflow_facts
from chaos.crowd import Crowd
from chaos.facts import ConversationFacts, DoneAction, Had, RunFacts, Said
from chaos.organisation import ORGANISATION
from chaos.references import references_in
from chaos.stage import Stage
from domain.delivery.channels import WEB_CHAT
from storage.approvals import ApprovalRepository
from storage.conversations import ConversationRepository
from storage.tool_calls import ToolCallRepository
from storage.views import ApprovalView
from workers.sandbox import workflow_runner
from workflows.conversation.workflow import ConversationWorkflow

MANY = 1_000_000
AT_ONCE = 20
READ_WITHIN_SECONDS = 600.0
RESTS_WITHIN_SECONDS = 900.0
LOOK_SECONDS = 1.0
CONVERSATIONS = f'WorkflowType = "{ConversationWorkflow.__name__}"'


async def at_rest(stage: Stage, crowd: Crowd) -> bool:
    """Wait until what vendors have was read, and no step is pending twice in a row; False when that takes too long."""
    with suppress(TimeoutError):  # what is not found by then is for the judge
        async with asyncio.timeout(READ_WITHIN_SECONDS):
            await _everything_read(stage, crowd)
    quiet = 0
    try:
        async with asyncio.timeout(RESTS_WITHIN_SECONDS):
            while quiet < 2:
                await asyncio.sleep(LOOK_SECONDS)
                quiet = 0 if await _is_busy(stage) else quiet + 1
    except TimeoutError:
        return False
    return True


async def _everything_read(stage: Stage, crowd: Crowd) -> None:
    """A message whose webhook nobody acknowledged is found when its vendor is read, which takes a minute and more."""
    conversations = ConversationRepository(stage.database)
    waiting = {said.mark: said for said in stage.outside.messages() if said.counts and said.acknowledged_at is None}
    while True:
        threads = {crowd.thread_of(said) for said in waiting.values()} - {""}
        for conversation_id in threads:
            for message in await conversations.messages_after(conversation_id, 0):
                for mark in references_in(message.text):
                    waiting.pop(mark, None)
        if not waiting:
            return
        await asyncio.sleep(LOOK_SECONDS)


async def _is_busy(stage: Stage) -> bool:
    """Somebody waits for an acknowledgement, or a workflow for an activity."""
    messages = stage.outside.messages()
    if any(said.channel == WEB_CHAT and said.acknowledged_at is None for said in messages):
        return True
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def pending(conversation_id: str) -> bool:
        async with turnstile:
            handle = stage.temporal.get_workflow_handle(f"conversation-{conversation_id}")
            described = await handle.describe()
            raw = described.raw_description
            return bool(raw.pending_activities) or raw.HasField("pending_workflow_task")

    return any(await asyncio.gather(*(pending(one) for one in await _conversation_ids(stage))))


async def _conversation_ids(stage: Stage) -> list[str]:
    views = await ConversationRepository(stage.database).list(ORGANISATION, limit=MANY)
    return [view.conversation_id for view in views]


async def collect(stage: Stage, crowd: Crowd) -> RunFacts:
    """Read everything; the replay of every history, and of the runs before it, is part of it."""
    await crowd.count()
    said, had = _said_by_conversation(stage, crowd), _had_by_conversation(crowd)
    approvals = defaultdict[str, list[ApprovalView]](list)
    for view in await ApprovalRepository(stage.database).list(ORGANISATION, limit=MANY):
        approvals[view.conversation_id].append(view)
    replay, turnstile = await replay_failures(stage.temporal), asyncio.Semaphore(AT_ONCE)

    async def one(conversation_id: str) -> ConversationFacts:
        async with turnstile:
            workflow = await workflow_facts(stage.temporal, conversation_id)
            facts = await _facts(stage, conversation_id, workflow, approvals[conversation_id])
        return facts.model_copy(
            update={
                "said": tuple(said.pop(conversation_id, ())),
                "had": tuple(had.get(conversation_id, ())),
                "replay_failure": replay.get(workflow.record.workflow_id),
            }
        )

    conversations = await asyncio.gather(*(one(name) for name in await _conversation_ids(stage)))
    homeless = tuple(message for messages in said.values() for message in messages)
    return RunFacts(conversations=tuple(conversations), homeless=homeless, done=_done(stage))


async def _facts(
    stage: Stage, conversation_id: str, workflow: WorkflowFacts, approvals: Sequence[ApprovalView]
) -> ConversationFacts:
    outside = stage.outside
    return ConversationFacts(
        recorded=await recorded(stage.database, workflow.record, conversation_id, approvals),
        takeovers=tuple(outside.takeovers[conversation_id]),
        approved_texts=frozenset(outside.approved_texts[conversation_id]),
        mode_changed=conversation_id in outside.mode_changed,
        calls=tuple(await ToolCallRepository(stage.database).of(conversation_id)),
        next_deadline=workflow.next_deadline,
    )


def _said_by_conversation(stage: Stage, crowd: Crowd) -> dict[str, list[Said]]:
    """By the conversation of the thread on which it was said; under no name where none is known."""
    grouped = defaultdict[str, list[Said]](list)
    for said in stage.outside.messages():
        grouped[crowd.thread_of(said)].append(said)
    return grouped


def _had_by_conversation(crowd: Crowd) -> dict[str, list[Had]]:
    grouped = defaultdict[str, list[Had]](list)
    for customer in crowd.customers:
        for had in customer.had():
            grouped[crowd.threads.get((customer.number, had.channel), "")].append(had)
    return grouped


def _done(stage: Stage) -> tuple[DoneAction, ...]:
    book = list(stage.neighbours.shop.shop.book)
    return tuple(DoneAction(tool=done.tool, amount=f"{done.amount:.2f}") for done in book)


async def replay_failures(temporal: Client) -> dict[str, str]:
    """Of every conversation's every run: the workflow's id and why its history does not replay."""
    replayer = Replayer(
        workflows=[ConversationWorkflow], data_converter=pydantic_data_converter, workflow_runner=workflow_runner()
    )
    failures = dict[str, str]()
    async for history in _histories(temporal):
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        if result.replay_failure is not None:
            failures[history.workflow_id] = f"its history does not replay: {type(result.replay_failure).__name__}"
    return failures


async def _histories(temporal: Client) -> AsyncIterator[WorkflowHistory]:
    async for found in temporal.list_workflows(CONVERSATIONS):
        handle = temporal.get_workflow_handle(found.id, run_id=found.run_id)
        yield await handle.fetch_history()
