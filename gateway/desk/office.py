"""One desk as the gateway works with it: the adapter, and what it needs of the store."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from domain.conversation.ownership import Person
from domain.desk.cards import DeskRecord
from domain.desk.clicks import APPROVAL, DeskPerson, id_in, kind_of
from domain.errors import ForbiddenError
from gateway.auth import Caller, with_contained
from gateway.services import Services
from integrations.desk.base import Desk

HISTORY = 30
UNKNOWN = "This is not known here any more. Look at the newest card of the conversation."


@dataclass(frozen=True)
class Office:
    """`name` is that of the desk in the registry, such as `slack`.

    `clicks` is set when a click was kept, `cards` when what is shown may not be true any more.
    """

    name: str
    desk: Desk
    services: Services
    clicks: asyncio.Event = field(default_factory=asyncio.Event)
    cards: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def organisation(self) -> str:
        return self.services.options.organisation

    def now(self) -> datetime:
        return self.services.now()

    async def caller(self, user: str) -> Caller:
        """Who a user of the desk is with us, with the roles that they have now. Raises ForbiddenError."""
        person = await self.services.store.desk_people.person(self.organisation, self.name, user)
        if person is None:
            raise ForbiddenError(
                "You are not linked with a person of Holdfast yet, so nothing was decided. Ask an administrator to run "
                f"`holdfast desk link {user} PERSON`."
            )
        return _caller(self.organisation, person)

    async def record(self, subject: str) -> DeskRecord | None:
        """All that a card shows; None where the subject is not of this organisation, or not there."""
        if kind_of(subject) == APPROVAL:
            return await self._of_approval(subject)
        return await self._of_escalation(subject)

    async def _of_approval(self, subject: str) -> DeskRecord | None:
        store = self.services.store
        view = await store.approvals.get(id_in(subject))
        if view is None or view.organisation != self.organisation:
            return None
        found = await self._around(subject, view.conversation_id)
        decisions = tuple(await store.records.decisions(view.approval.approval_id))
        return found.model_copy(update={"approval": view, "decisions": decisions}) if found else None

    async def _of_escalation(self, subject: str) -> DeskRecord | None:
        number = subject.rpartition(":")[2]
        found = await self._around(subject, id_in(subject))
        event = (
            await self.services.store.desk_cards.escalation(id_in(subject), int(number)) if number.isdigit() else None
        )
        if found is None or event is None:
            return None
        return found.model_copy(update={"reason": event.reason, "at": event.at, "again": event.again})

    async def _around(self, subject: str, conversation_id: str) -> DeskRecord | None:
        store = self.services.store
        conversation = await store.conversations.get(conversation_id)
        if conversation is None or conversation.organisation != self.organisation:
            return None
        return DeskRecord(
            subject=subject,
            conversation=conversation,
            specification=await self.services.specifications.version(conversation.spec_hash),
            messages=tuple(await store.conversations.transcript(conversation_id, HISTORY)),
            context=await store.desk_cards.context(conversation_id),
            calls=tuple(await store.tool_calls.of(conversation_id)),
            applying=tuple(await store.desk_clicks.under_way(self.organisation, subject)),
        )


def _caller(organisation: str, person: DeskPerson) -> Caller:
    roles = with_contained(person.roles)
    return Caller(organisation=organisation, person=Person(id=person.person_id, roles=roles), via="slack")
