"""What holds for the record of every conversation at rest, whatever happened to it. Each rule yields what is wrong.

At rest: nobody waits for a reply that is being written, and nothing is being sent.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from domain.conversation.messages import Author
from invariants.records import Recorded

SAID = frozenset({"message_received", "message_delivered"})
SENDERS = frozenset({Author.AI_AGENT, Author.HUMAN_AGENT})

Problems = Iterator[str]


def transcript_has_no_gaps(recorded: Recorded) -> Problems:
    """`seq` counts from 1 to the last one that the conversation knows."""
    stands = recorded.conversation
    seqs = [said.seq for said in recorded.messages]
    if seqs != list(range(1, (stands.last_seq if stands else 0) + 1)):
        yield f"the record has the seqs {seqs}"


def every_message_is_in_the_audit_trail_once(recorded: Recorded) -> Problems:
    """Notices apart, which tell where things stand; only those that leave by a vendor are delivered."""
    said_once = [event for event in recorded.audit if event.kind in SAID and event.data.get("kind") != "notice"]
    trail = Counter(int(event.data.get("seq", 0)) for event in said_once)
    said = Counter(message.seq for message in recorded.messages if message.kind != "notice")
    for seq in trail | said:
        if trail[seq] != said[seq]:
            yield f"seq {seq} is {said[seq]} times in the transcript and {trail[seq]} times in the audit trail"


def every_ai_message_was_decided_once(recorded: Recorded) -> Problems:
    """One draft, one message; each has a decision record, and the audit trail has each record once.

    What a journey says word by word is a notice without a draft.
    """
    records = {turn.draft_id: turn.record for turn in recorded.turns}
    by_ai = (said for said in recorded.messages if said.author is Author.AI_AGENT)
    sent = Counter(said.draft_id or "" for said in by_ai if said.draft_id or said.kind != "notice")
    for draft_id, count in sent.items():
        if count > 1:
            yield f"draft {draft_id} was sent {count} times"
        if not records.get(draft_id):
            yield f"draft {draft_id} was sent without a decision record"
    trail = Counter(str(event.data["draft_id"]) for event in recorded.audit if _decides_a_draft(event.kind, event.data))
    decided = Counter(draft_id for draft_id, record in records.items() if record)
    for draft_id in trail | decided:
        if trail[draft_id] != decided[draft_id]:
            yield f"draft {draft_id} has {decided[draft_id]} records and {trail[draft_id]} in the audit trail"


def one_owner_at_a_time(recorded: Recorded) -> Problems:
    """After a person became the owner, no AI message leaves until the conversation was handed back.

    What a vendor took under a claim from before may be on record later: when a vendor that was away can be asked again.
    The platform's own notices leave whoever owns it.
    """
    owner, claimed_under = "ai_agent", dict[object, str]()
    for event in recorded.audit:
        key = event.data.get("message_key")
        if event.kind in {"ownership_changed", "escalated"}:
            owner = str(event.data.get("owner_kind", "human_agent"))
        elif event.kind == "delivery_claimed":
            claimed_under[key] = owner
        author = event.actor.partition(":")[0]
        if event.kind == "message_delivered" and author not in {claimed_under.get(key, owner), Author.SYSTEM}:
            yield f"seq {event.data.get('seq')} is from {event.actor}, the owner was {owner}"
    stands = recorded.conversation
    if stands and stands.owner.kind != owner:
        yield f"the owner is {stands.owner}, by the audit trail {owner}"


def one_decision_lets_a_draft_go(recorded: Recorded) -> Problems:
    """An approval is approved by exactly one decision that sends; one that was called back was, if it was claimed."""
    back = {view.approval.approval_id for view in recorded.approvals if view.state == "revoked"}
    sends = Counter(decision.approval_id for decision in recorded.decisions if decision.effect == "send")
    approved = Counter(view.approval.approval_id for view in recorded.approvals if view.state == "approved")
    for approval_id in sends | approved:
        if sends[approval_id] != approved[approval_id] and not (approval_id in back and sends[approval_id] == 1):
            yield f"approval {approval_id} was sent {sends[approval_id]} times, approved {approved[approval_id]} times"


def every_claim_was_carried_out_once(recorded: Recorded) -> Problems:
    """What was claimed to be sent is in the transcript with the same text, or was refused; nothing else is there."""
    claims = Counter((claim.message_key, claim.text) for claim in recorded.claims if claim.state == "delivered")
    out = Counter((said.message_id, said.text) for said in recorded.messages if said.author in SENDERS)
    for key, text in claims | out:
        if claims[key, text] != out[key, text]:
            yield f"the message {key} is {out[key, text]} times in the transcript, claimed {claims[key, text]} times"
    refused = {str(event.data.get("message_key")) for event in recorded.audit if event.kind == "delivery_refused"}
    for one in recorded.claims:
        if one.state == "claimed" or (one.state == "withdrawn" and one.message_key not in refused):
            yield f"the message {one.message_key} is {one.state}"


AT_REST: tuple[Callable[[Recorded], Problems], ...] = (
    transcript_has_no_gaps,
    every_message_is_in_the_audit_trail_once,
    every_ai_message_was_decided_once,
    one_owner_at_a_time,
    one_decision_lets_a_draft_go,
    every_claim_was_carried_out_once,
)


def problems_at_rest(recorded: Recorded) -> list[str]:
    """What is wrong with the record of one conversation, each with the name of its rule."""
    return [f"{rule.__name__}: {problem}" for rule in AT_REST for problem in rule(recorded)]


def _decides_a_draft(kind: str, data: dict[str, object]) -> bool:
    return kind == "turn_decided" and "draft_id" in data
