"""What holds for every conversation at rest, whatever happened to it."""

from domain.conversation.requests import workflow_id
from invariants.conversations import problems_at_rest
from invariants.records import ClaimedSend, Recorded, WorkflowRecord
from tests.e2e.house import Seen, Talk


async def check_promises(talk: Talk) -> Seen:
    """Recorded once, sent once, on record, and never two owners. Returns what was seen."""
    seen = await talk.seen()
    assert seen is not None
    problems = problems_at_rest(await recorded(talk, seen))
    assert not problems, (problems, seen.told())
    return seen


async def recorded(talk: Talk, seen: Seen) -> Recorded:
    rows = await talk.house.store.database.fetch(
        "SELECT message_key, state, text FROM deliveries WHERE conversation_id = $1", talk.id
    )
    return Recorded(
        workflow=WorkflowRecord(workflow_id=workflow_id(talk.id)),
        conversation=seen.row,
        messages=tuple(seen.messages),
        turns=tuple(seen.turns),
        approvals=tuple(seen.approvals),
        decisions=tuple(seen.decisions),
        audit=tuple(seen.events),
        claims=tuple(ClaimedSend.model_validate(dict(row)) for row in rows),
    )
