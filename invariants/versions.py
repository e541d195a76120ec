"""What must hold when versions of the specification change while conversations are open. Rules yield what is wrong."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from domain.specification.publications import SHORT, Publication, periods
from invariants.records import Conversation

PINNED_WITHIN = timedelta(seconds=30)
"""How long it may take from reading which version is active until the conversation stands in the record."""
PLAYED = ["publish", "publish", "rollback"]

Problems = Iterator[str]


def every_conversation_kept_its_version(
    conversations: Sequence[Conversation], publications: Sequence[Publication]
) -> Problems:
    """It is on the version that was active when it began, and never was on another. `publications`: newest first."""
    for found in conversations:
        stands, name = found.recorded.conversation, found.played.conversation_id
        if stands and stands.spec_hash not in _active(publications, stands.created_at):
            yield f"{name}: it is on {stands.spec_hash[:SHORT]}, which was not active when it began"
        if any(event.kind == "spec_changed" for event in found.recorded.audit):
            yield f"{name}: it went over to another version"


def publish_and_rollback_took_effect(
    conversations: Sequence[Conversation], publications: Sequence[Publication]
) -> Problems:
    """Whoever came was decided by the version that was active, and whoever was there already by the one before."""
    oldest_first = publications[::-1]
    if [one.kind for one in oldest_first] != PLAYED or oldest_first[0].content_hash != oldest_first[2].content_hash:
        yield f"the publications were {', '.join(f'{one.kind} {one.content_hash[:SHORT]}' for one in oldest_first)}"
        return
    first, second, back = oldest_first
    on_old = [found for found in conversations if _is_on(found, first.content_hash)]
    on_new = [found for found in conversations if _is_on(found, second.content_hash)]
    if not any(_began(found) < second.at and _decided(found, second.at, back.at) for found in on_old):
        yield "no conversation that was open was decided by its own version after the publish"
    if not any(_decided(found) for found in on_new):
        yield "nothing was decided by the new version"
    elif not (asked := _asked(on_new)) or asked & _asked(on_old):
        yield f"approvals were asked for by {sorted(asked)} on the new version, {sorted(_asked(on_old))} on the old one"
    if not any(_began(found) > back.at and _decided(found) for found in on_old):
        yield "nothing was decided by the old version after the rollback"


def _active(publications: Sequence[Publication], began_at: datetime) -> set[str]:
    """What was active at some time while the conversation began."""
    earliest = began_at - PINNED_WITHIN
    return {
        one.publication.content_hash
        for one in periods(publications)
        if one.publication.at <= began_at and (one.until is None or one.until >= earliest)
    }


def _is_on(found: Conversation, content_hash: str) -> bool:
    stands = found.recorded.conversation
    return stands is not None and stands.spec_hash == content_hash


def _began(found: Conversation) -> datetime:
    stands = found.recorded.conversation
    if stands is None:
        raise ValueError("a conversation that was never recorded is on no version")
    return stands.created_at


def _decided(found: Conversation, after: datetime | None = None, before: datetime | None = None) -> bool:
    times = [turn.record.decided_at for turn in found.recorded.turns if turn.record]
    return any((after is None or after < at) and (before is None or at < before) for at in times)


def _asked(conversations: Sequence[Conversation]) -> set[str]:
    """By which approval rules people were asked, and how many of them."""
    approvals = (view.approval for found in conversations for view in found.recorded.approvals)
    return {f"{approval.rule} ({approval.approvers_needed})" for approval in approvals}
