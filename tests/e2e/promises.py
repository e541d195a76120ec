"""What holds for every conversation at rest, whatever happened to it."""

from collections import Counter

from tests.e2e.house import Seen, Talk

OWNER_CHANGES = {"ownership_changed", "escalated"}


async def check_promises(talk: Talk) -> Seen:
    """Recorded once, sent once, on record, and never two owners. Returns what was seen."""
    seen = await talk.seen()
    assert seen is not None
    _transcript_has_no_gaps_and_no_doubles(seen)
    _every_ai_message_was_decided(seen)
    _one_owner_at_a_time(seen)
    _one_decision_lets_a_draft_go(seen)
    await _every_claim_was_carried_out_once(talk, seen)
    return seen


def _transcript_has_no_gaps_and_no_doubles(seen: Seen) -> None:
    assert [message.seq for message in seen.messages] == list(range(1, seen.row.last_seq + 1)), seen.told()
    events = Counter(
        event.data.get("seq") for event in seen.events if event.kind in {"message_received", "message_delivered"}
    )
    told = {message.seq: 1 for message in seen.messages if message.kind != "notice"}
    assert events == told, seen.told()


def _every_ai_message_was_decided(seen: Seen) -> None:
    records = {turn.draft_id: turn.record for turn in seen.turns}
    sent = [message.draft_id for message in seen.messages if message.author == "ai_agent"]
    assert len(set(sent)) == len(sent), seen.told()
    assert all(draft_id and records[draft_id] for draft_id in sent), seen.told()
    decided = [
        event.data["draft_id"] for event in seen.events if event.kind == "turn_decided" and "draft_id" in event.data
    ]
    assert sorted(decided) == sorted(draft_id for draft_id, record in records.items() if record), seen.told()


def _one_owner_at_a_time(seen: Seen) -> None:
    """After a person became the owner, no AI message is delivered until the conversation was handed back."""
    owner = "ai_agent"
    for event in seen.events:
        if event.kind in OWNER_CHANGES:
            owner = event.data.get("owner_kind", "human_agent")
        if event.kind == "message_delivered":
            assert event.actor.partition(":")[0] == owner, seen.told()
    assert owner == seen.row.owner.kind, seen.told()


def _one_decision_lets_a_draft_go(seen: Seen) -> None:
    sends = Counter(decision.approval_id for decision in seen.decisions if decision.effect == "send")
    approved = {approval.approval.approval_id: 1 for approval in seen.approvals if approval.state == "approved"}
    assert sends == approved, seen.told()


async def _every_claim_was_carried_out_once(talk: Talk, seen: Seen) -> None:
    rows = await talk.house.store.database.fetch(
        "SELECT message_key, state, text FROM deliveries WHERE conversation_id = $1", talk.id
    )
    claimed = {row["message_key"]: (row["state"], row["text"]) for row in rows}
    out = {m.message_id: ("delivered", m.text) for m in seen.messages if m.author in {"ai_agent", "human_agent"}}
    assert claimed == out, seen.told()
