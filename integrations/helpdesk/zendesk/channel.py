"""Tickets worked in place: replies are public comments, notes internal ones; the customer's comments are messages."""

import asyncio
from collections.abc import AsyncIterator, Callable, Container, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from pydantic import ValidationError

from domain.conversation.ownership import Status
from domain.delivery.inbound import Address, ColleagueReply, CustomerRating, InboundFile, InboundMessage, Unreadable
from domain.errors import HoldfastError, InvalidInputError, NotFoundError, PermanentError
from domain.model import Frozen
from integrations.channels.base import (
    Batch,
    Cursor,
    OutboundMessage,
    Received,
    SendReceipt,
    UnreadableRequestError,
    WebhookRequest,
)
from integrations.checks import Finding
from integrations.helpdesk.zendesk.client import Raw, ZendeskApi, ZendeskSettings
from integrations.helpdesk.zendesk.tickets import (
    COMMENT_EVENTS,
    KEY_NAME,
    Attachment,
    Comment,
    Ticket,
    TicketAddress,
    TicketStatus,
    User,
    changed_ticket,
    comment_event,
    comment_id,
    concerns_us,
    inbound_file,
    is_merge_notice,
    rating_event,
    readable,
    sent_comment,
    verify_signature,
)
from integrations.settings import VendorSettings

OVERLAP = timedelta(hours=1)
"""How far back comments are read again: a ticket that changes all the time is late in the export."""
WEBHOOK_OVERLAP = timedelta(minutes=1)
EXPORT_LAG = timedelta(seconds=90)
"""Zendesk's export refuses to start within the last minute."""
TICKETS_IN_A_BATCH = 5

Event = InboundMessage | ColleagueReply | CustomerRating


class Position(Frozen):
    """Where the reader stands in the incremental export.

    `after` is Zendesk's cursor, None before the first page, which begins at `since`. Tickets of the page that changed
    before `done` are dealt with. Comments before `floor` were read when the export was last at its end. All but the
    cursor are seconds since 1970.
    """

    since: int
    after: str | None = None
    done: int = 0
    floor: int

    @property
    def floor_at(self) -> datetime:
        return datetime.fromtimestamp(self.floor, UTC)

    def behind(self, after: str | None, tickets: Iterable[Ticket], *, ended: bool) -> "Position":
        """The position behind a page. The floor moves where no page is left: a ticket may have moved to a later one."""
        reached = max((ticket.generated_timestamp for ticket in tickets), default=0) - int(OVERLAP.total_seconds())
        floor = max(self.floor, reached) if ended else self.floor
        done = 0 if after and after != self.after else self.done
        return self.model_copy(update={"after": after or self.after, "done": done, "floor": floor})


def _utc_now() -> datetime:
    return datetime.now(UTC)


class ZendeskChannel:
    """Our key travels in the metadata of a ticket's audit, where only the API sees it."""

    settings_class: ClassVar[type[VendorSettings] | None] = ZendeskSettings

    def __init__(self, settings: ZendeskSettings, now: Callable[[], datetime] = _utc_now) -> None:
        self._settings = settings
        self._api = ZendeskApi(settings)
        self._now = now
        self._our_id: int | None = None

    # Out.

    async def send(self, message: OutboundMessage) -> SendReceipt:
        """A public comment, which Zendesk brings to the customer; any answer but a notice sets the ticket's status."""
        return await self.send_with_files(message, ())

    async def send_with_files(self, message: OutboundMessage, files: Sequence[InboundFile]) -> SendReceipt:
        """The same with files, which stand below the text."""
        status = "unchanged" if message.kind == "notice" else self._settings.reply_status
        changes = {} if status == "unchanged" else await self._to_status(_ticket_id(message.address), status)
        return await self._comment(
            message.address, message.idempotency_key, message.text, public=True, files=files, **changes
        )

    async def find_sent(self, message: OutboundMessage) -> SendReceipt | None:
        return await self._find(_ticket_id(message.address), message.idempotency_key)

    async def add_internal_note(self, address: Address, key: str, text: str) -> SendReceipt:
        """A comment that only colleagues see: a draft, a handoff. The same key is noted once."""
        found = await self._find(_ticket_id(address), key)
        return found or await self._comment(address, key, text, public=False)

    async def set_status(self, address: Address, status: Status, tags: Iterable[str] = ()) -> None:
        """Bring a ticket's status, custom field and tags in line with the conversation; `tags` are added for good."""
        ticket_id, settings = _ticket_id(address), self._settings
        changes: dict[str, Any] = {}
        if status in settings.ticket_statuses:
            changes |= await self._to_status(ticket_id, settings.ticket_statuses[status])
        if settings.status_field is not None:
            changes["custom_fields"] = [{"id": settings.status_field, "value": status.value}]
        if changes:
            await self._api.change(ticket_id, **changes)
        now = settings.status_tags.get(status)
        others = sorted(set(settings.status_tags.values()) - {now})
        await self._api.change_tags(ticket_id, add=sorted({*tags, *([now] if now else [])}), remove=others)

    async def _to_status(self, ticket_id: int, status: TicketStatus) -> dict[str, Any]:
        """Zendesk lets nobody solve a ticket that nobody is assigned to, so then we are."""
        if status != "solved" or (await self._api.ticket(ticket_id)).get("assignee_id"):
            return {"status": status}
        return {"status": status, "assignee_id": await self._know_ourselves()}

    async def _comment(
        self,
        address: Address,
        key: str,
        text: str,
        *,
        public: bool,
        files: Sequence[InboundFile] = (),
        **changes: Any,
    ) -> SendReceipt:
        audit = await self._api.comment(
            _ticket_id(address), text, public=public, files=files, metadata={KEY_NAME: key}, **changes
        )
        return SendReceipt(provider_message_id=comment_id(audit))

    async def _find(self, ticket_id: int, key: str) -> SendReceipt | None:
        found = sent_comment(await self._api.audits(ticket_id), key)
        return SendReceipt(provider_message_id=found) if found else None

    # In.

    def verify(self, request: WebhookRequest) -> None:
        verify_signature(self._settings.webhook_secret.get_secret_value(), request)

    async def read(self, request: WebhookRequest) -> Received:
        """The ticket's comments since the event. What cannot be understood is left to the export."""
        changed = changed_ticket(request.body)
        if changed is None:
            return Received()
        try:
            ticket = Ticket.model_validate(await self._api.ticket(changed.ticket_id))
            events, _ = await self._read_comments(ticket, changed.at - WEBHOOK_OVERLAP)
        except NotFoundError:
            return Received()
        except ValidationError:
            raise UnreadableRequestError("The ticket of this event is not as documented.") from None
        return Received(events=tuple(events))

    async def read_from(self, cursor: Cursor | None) -> AsyncIterator[Batch]:
        position = Position.model_validate(cursor) if cursor else self._from_now_on()
        recent: dict[str, datetime] = {}
        while True:
            page = await self._api.changed_tickets(since=position.since, after=position.after)
            tickets, unreadable = readable(Ticket, page.tickets, self._now())
            tickets.sort(key=lambda ticket: ticket.generated_timestamp)
            waiting = [ticket for ticket in tickets if ticket.generated_timestamp >= position.done]
            for start in range(0, len(waiting), TICKETS_IN_A_BATCH):
                part = waiting[start : start + TICKETS_IN_A_BATCH]
                batch = await self._read_tickets(part, position, recent)
                position = position.model_copy(update={"done": part[-1].generated_timestamp})
                yield batch.model_copy(update={"cursor": position.model_dump()})
            position = position.behind(page.after, tickets, ended=page.ended)
            recent = {event_id: at for event_id, at in recent.items() if at >= position.floor_at}
            yield Batch(unreadable=tuple(unreadable), cursor=position.model_dump())
            if page.ended:
                await asyncio.sleep(self._settings.poll_seconds)

    def _from_now_on(self) -> Position:
        now = self._now()
        return Position(since=int((now - EXPORT_LAG).timestamp()), floor=int(now.timestamp()))

    async def _read_tickets(self, tickets: Iterable[Ticket], position: Position, recent: dict[str, datetime]) -> Batch:
        """What is new in tickets; `recent` remembers what this reader gave out already."""
        events, unreadable = list[Event](), list[Unreadable]()
        for ticket in tickets:
            with suppress(NotFoundError):
                found, broken = await self._read_comments(ticket, position.floor_at, seen=recent)
                events += found
                unreadable += broken
            rating = rating_event(ticket)
            events += [rating] if rating and rating.event_id not in recent else []
        for event in events:
            recent[event.event_id] = event.at
        return Batch(events=tuple(events), unreadable=tuple(unreadable), cursor=position.model_dump())

    async def _read_comments(
        self, ticket: Ticket, since: datetime, seen: Container[str] = ()
    ) -> tuple[list[Event], list[Unreadable]]:
        """The comments of a ticket that are for us and not seen yet, as events, and those that cannot be understood."""
        if ticket.is_deleted:
            return [], []
        comments, unreadable = readable(Comment, await self._api.comments(ticket.id), ticket.updated_at)
        comments.sort(key=lambda comment: (comment.created_at, comment.id))
        our_id = await self._know_ourselves()
        new = [
            comment
            for comment in comments
            if comment.created_at >= since and comment.event_id not in seen and concerns_us(comment, our_id)
        ]
        authors = await self._read_authors(new)
        events: list[Event] = [
            comment_event(
                ticket,
                comment,
                authors.get(comment.author_id),
                [await self._fetch(attachment) for attachment in comment.attachments],
                is_first=comment is comments[0],
            )
            for comment in new
            if not is_merge_notice(ticket, comment, authors.get(comment.author_id))
        ]
        return events, [broken for broken in unreadable if broken.event_id not in seen]

    async def _read_authors(self, comments: Iterable[Comment]) -> dict[int, User]:
        ids = sorted({comment.author_id for comment in comments})
        return {user.id: user for user in map(User.model_validate, await self._api.users(ids))}

    async def _know_ourselves(self) -> int:
        if self._our_id is None:
            self._our_id = User.model_validate(await self._api.me()).id
        return self._our_id

    async def _fetch(self, attachment: Attachment) -> Attachment | InboundFile:
        """The file, or its description if it is too large, infected, refused, gone, or kept at another's address."""
        if not attachment.is_fetched or not self._api.is_own(attachment.content_url):
            return attachment
        try:
            return inbound_file(attachment, await self._api.download(attachment.content_url))
        except PermanentError:
            return attachment

    # Check.

    async def check(self) -> Sequence[Finding]:
        """Whether the account answers, our agent may do all we need, and the webhook reaches us with our secret."""
        account = await self._check_account()
        if not account.ok:
            return [account]
        checks = [self._check_export(), self._check_webhook()]
        if self._settings.status_field is not None:
            checks.append(self._check_field(self._settings.status_field))
        return [account, *[await finding for finding in checks]]

    async def _check_account(self) -> Finding:
        try:
            me = await self._api.me()
        except HoldfastError as error:
            return Finding(name="account", ok=False, detail=str(error))
        if me.get("role") != "admin":
            detail = "Holdfast's agent is no administrator: the export and the webhooks need that role."
            return Finding(name="account", ok=False, detail=detail)
        return Finding(name="account", ok=True, detail="The account answers, and our agent is an administrator.")

    async def _check_export(self) -> Finding:
        try:
            await self._api.changed_tickets(since=int((self._now() - EXPORT_LAG).timestamp()))
        except HoldfastError as error:
            return Finding(name="incremental export", ok=False, detail=str(error))
        return Finding(name="incremental export", ok=True, detail="What a lost webhook missed can be read.")

    async def _check_webhook(self) -> Finding:
        name, address = "webhook", self._settings.webhook
        try:
            fitting = [webhook for webhook in await self._api.webhooks() if webhook.get("endpoint") == address]
            if not fitting:
                return Finding(name=name, ok=False, detail=f"No webhook calls {address}: create it (Admin Center).")
            secret = await self._api.webhook_secret(fitting[0]["id"])
        except HoldfastError as error:
            return Finding(name=name, ok=False, detail=str(error))
        return _webhook_finding(fitting[0], is_our_secret=secret == self._settings.webhook_secret.get_secret_value())

    async def _check_field(self, field_id: int) -> Finding:
        name = "status field"
        try:
            field = await self._api.ticket_field(field_id)
        except HoldfastError as error:
            return Finding(name=name, ok=False, detail=f"{error} Check HOLDFAST_ZENDESK_STATUS_FIELD.")
        if not field.get("active") or field.get("type") != "text":
            return Finding(name=name, ok=False, detail="The field is not an active text field: choose another one.")
        return Finding(name=name, ok=True, detail="The field takes the conversation's status.")


def _webhook_finding(webhook: Raw, *, is_our_secret: bool) -> Finding:
    missing = ", ".join(sorted(COMMENT_EVENTS - set(webhook.get("subscriptions") or ())))
    problems = [
        ("It is switched off: activate it.", webhook.get("status") != "active"),
        ("Its method is not POST: change it.", webhook.get("http_method") != "POST"),
        (f"Subscribe it to {missing}.", bool(missing)),
        ("Its signing secret is another: copy it into HOLDFAST_ZENDESK_WEBHOOK_SECRET.", not is_our_secret),
    ]
    found = " ".join(problem for problem, is_there in problems if is_there)
    return Finding(name="webhook", ok=not found, detail=found or "The webhook calls us, signed with our secret.")


def _ticket_id(address: Address) -> int:
    try:
        return TicketAddress.model_validate(address).ticket_id
    except ValidationError:
        raise InvalidInputError("The address names no ticket: it must come from a message of this channel.") from None
