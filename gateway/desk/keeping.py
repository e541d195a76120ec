"""Keeps what stands at a desk in step with the record: posts once, updates in place, reminds in the thread."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from domain.approvals.approval import Approval
from domain.conversation.ownership import Status
from domain.desk.card import Card, Content
from domain.desk.cards import DeskRecord, card_of
from domain.desk.clicks import DIGEST, subject_of
from domain.desk.notes import digest, reminder
from domain.errors import HoldfastError, NotFoundError, RetryableError
from gateway.desk.office import Office
from integrations.desk.base import Posted
from storage.desk_cards import CardToKeep, ChangedSubject

log = structlog.get_logger()

PAUSE = timedelta(seconds=15)
LONG_PAUSE = timedelta(minutes=5)
POSTED_ONCE = "posted"
MOST_WAITING = 200


async def keep_cards(office: Office) -> bool:
    """Whether there may be more to do at once. What cannot be shown holds up nothing else."""
    done = 0
    for changed in await office.services.store.desk_cards.changed(office.organisation, office.name, office.now()):
        try:
            done += await _keep_subject(office, changed)
        except RetryableError:
            raise
        except Exception as error:  # noqa: BLE001 (one mistake of ours must not hide the other cards)
            log.error("desk_card_failed", desk=office.name, subject=changed.subject, error=type(error).__name__)
    return done > 0


async def _keep_subject(office: Office, changed: ChangedSubject) -> int:
    """How many cards were worked on; those of which another gateway has the lease are not."""
    record = await office.record(changed.subject)
    if record is None:
        return 0
    card, cards = card_of(record), office.services.store.desk_cards
    places = await _places(office, record) if card.is_open else ()
    claimed = await cards.claim(office.organisation, office.name, changed, places, office.now())
    for kept in claimed:
        try:
            reminders = await _show(office, changed, kept, card, record)
        except NotFoundError:
            await cards.lost(office.organisation, office.name, changed.subject, kept.place)
        except HoldfastError as error:
            await _wait(office, changed.subject, kept.place, error)
        else:
            await cards.shown(
                office.organisation,
                office.name,
                changed,
                kept.place,
                card.digest,
                reminders=reminders,
                is_open=card.is_open,
            )
    return len(claimed)


async def _places(office: Office, record: DeskRecord) -> Sequence[str]:
    """The channels of those who may decide, and a direct message to the one who is asked."""
    if record.approval is None:
        return (office.desk.places.escalations,)
    return (
        *office.desk.places.of_approval(record.approval.approval),
        *await _assignee(office, record.approval.approval),
    )


async def _assignee(office: Office, approval: Approval) -> Sequence[str]:
    if approval.assignee is None:
        return ()
    user = await office.services.store.desk_people.user(office.organisation, office.name, approval.assignee)
    return (user,) if user else ()


async def _show(office: Office, changed: ChangedSubject, kept: CardToKeep, card: Card, record: DeskRecord) -> int:
    """Post it or bring it up to date, and say in its thread how often was reminded."""
    key = f"{changed.subject}@{kept.place}"
    fresh = kept.message is None
    posted = await _posted(office, changed.subject, kept, key, card)
    if not fresh and kept.digest != card.digest:
        await office.desk.update(posted, key, card)
    if record.approval is None or not card.is_open:
        return kept.reminders
    due = record.approval.approval.rungs_done
    for number in range(kept.reminders + 1, due + 1) if not fresh else ():
        note = reminder(record.approval, number, office.now())
        await _post_once(office, posted.channel, f"{key}#{number}", note, kept, posted.message)
    return due


async def _posted(office: Office, subject: str, kept: CardToKeep, key: str, content: Content) -> Posted:
    if kept.channel is not None and kept.message is not None:
        return Posted(channel=kept.channel, message=kept.message)
    posted = await _post_once(office, kept.place, key, content, kept)
    cards = office.services.store.desk_cards
    await cards.posted(office.organisation, office.name, subject, kept.place, posted.channel, posted.message)
    return posted


async def _post_once(
    office: Office, place: str, key: str, content: Content, kept: CardToKeep, thread: str = ""
) -> Posted:
    """Where an earlier attempt did not end, the desk is asked before anything is posted again."""
    if kept.in_doubt:
        found = await office.desk.find_posted(place, key, thread)
        if found is not None:
            if isinstance(content, Card):
                await office.desk.update(found, key, content)
            return found
    return await office.desk.post(place, key, content, thread)


async def _wait(office: Office, subject: str, place: str, error: HoldfastError) -> None:
    """The desk is away, or does not let us: it is tried again, later where only a person can help."""
    log.warning("desk_not_reached", desk=office.name, error=type(error).__name__, reason=str(error))
    hint = error.retry_after if isinstance(error, RetryableError) else LONG_PAUSE
    until = office.now() + (hint or PAUSE)
    await office.services.store.desk_cards.wait(office.organisation, office.name, subject, place, until)


async def keep_digest(office: Office) -> None:
    """Once a day, whichever gateway is first; what was missed while all were down comes later on the same day."""
    specification = await office.services.specifications.of(office.organisation)
    if specification is None or not office.desk.digest_at:
        return
    local = office.now().astimezone(specification.calendar.zone)
    if f"{local:%H:%M}" < office.desk.digest_at:
        return
    subject, place = subject_of(DIGEST, f"{local:%Y-%m-%d}"), office.desk.places.digest
    today = ChangedSubject(subject=subject, conversation_id="", seen=POSTED_ONCE)
    cards = office.services.store.desk_cards
    for kept in await cards.claim(office.organisation, office.name, today, (place,), office.now()):
        try:
            await _posted(office, subject, kept, f"{subject}@{place}", await _digest(office, office.now()))
        except HoldfastError as error:
            await _wait(office, subject, place, error)
        else:
            await cards.shown(office.organisation, office.name, today, place, POSTED_ONCE)


async def _digest(office: Office, now: datetime) -> Content:
    store = office.services.store
    waiting = await store.approvals.list(office.organisation, "open", MOST_WAITING)
    queued = await store.conversations.list(office.organisation, status=Status.WITH_HUMAN, limit=MOST_WAITING)
    return digest(waiting, queued, now)
