"""Both sides of every conversation: what the players saw, and what was recorded once everything is at rest."""

import asyncio
from collections.abc import Sequence

from cast.recording import recorded, workflow_facts
from demo.playing import Player
from demo.stage import Stage
from invariants.records import Conversation
from storage.approvals import ApprovalRepository
from storage.conversations import ConversationRepository
from storage.views import ApprovalView

SETTLED_WITHIN_SECONDS = 90.0
LOOK_SECONDS = 0.25
MANY = 10_000


async def settle(stage: Stage, players: Sequence[Player]) -> None:
    """Wait until no activity is pending and every client has heard everything; give up after a while.

    Whatever is still missing then is for the checks to find.
    """
    try:
        async with asyncio.timeout(SETTLED_WITHIN_SECONDS):
            for player in players:
                while not await _is_settled(stage, player):  # noqa: ASYNC110 - other processes decide when
                    await asyncio.sleep(LOOK_SECONDS)
    except TimeoutError:
        return


async def _is_settled(stage: Stage, player: Player) -> bool:
    if player.client is None:
        return True
    view = await ConversationRepository(stage.database).get(player.client.conversation_id)
    if view is None or view.last_seq != player.client.last_seq:
        return False
    workflow = await workflow_facts(stage.temporal, player.client.conversation_id)
    return workflow.record.pending_activities == 0


async def collect(stage: Stage, players: Sequence[Player]) -> list[Conversation]:
    """Both sides of every conversation."""
    approvals = await ApprovalRepository(stage.database).list(stage.organisation, limit=MANY)
    return [await _conversation(stage, player, approvals) for player in players]


async def _conversation(stage: Stage, player: Player, approvals: Sequence[ApprovalView]) -> Conversation:
    played = player.played()
    workflow = await workflow_facts(stage.temporal, played.conversation_id)
    found = await recorded(stage.database, workflow.record, played.conversation_id, approvals)
    return Conversation(played=played, recorded=found)
