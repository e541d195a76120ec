"""Writing back: notes to the CRM, notes and status to the help desk's ticket."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from temporalio import activity

from answering.organisations import Organisations
from domain.delivery.write_back import RecordUnwrittenInput, TicketNote, UpdateTicketInput, WriteCrmNoteInput
from domain.errors import InvalidInputError, NotFoundError
from domain.specification.organisation import ChannelKind
from integrations.channels.base import TicketKeeper
from integrations.crm.base import CrmNote, CustomerReference, NoteKeeper
from storage.conversations import ConversationRepository
from storage.customers import CustomerRepository
from storage.turns import TurnRepository
from storage.views import StoredMessage

NoteKeepers = Callable[[str], NoteKeeper | None]
"""The CRM of a kind, where it keeps notes."""
TicketKeepers = Callable[[ChannelKind], TicketKeeper | None]
"""The channel of a kind, where its messages stand in tickets."""

SPEAKERS = {"customer": "Customer", "ai_agent": "AI agent", "human_agent": "Colleague", "system": "Notice"}
WAITS = "An AI agent drafted a reply that waits for approval ({why}). It has not been sent."
HANDED_OVER = "Handed over to a person: {why}."
NOT_SENT = "Draft of the AI agent, which was not sent:"


class WriteBackActivities:
    """Each has an idempotency key, so that what was written is not written again."""

    def __init__(
        self,
        conversations: ConversationRepository,
        customers: CustomerRepository,
        turns: TurnRepository,
        organisations: Organisations,
        note_keepers: NoteKeepers,
        ticket_keepers: TicketKeepers,
    ) -> None:
        self._conversations = conversations
        self._customers = customers
        self._turns = turns
        self._organisations = organisations
        self._note_keepers = note_keepers
        self._ticket_keepers = ticket_keepers

    @activity.defn
    async def write_crm_note(self, input: WriteCrmNoteInput) -> None:
        """Note in the CRM what happened, with the last messages. Raises NotFoundError where nobody is known."""
        crm = (await self._organisations.served(input.spec_hash)).specification.crm
        notes = self._note_keepers(crm)
        if notes is None:
            raise InvalidInputError(f"The CRM {crm!r} keeps no notes: leave crm_notes out of the specification.")
        messages = await self._conversations.transcript(input.conversation_id)
        note = CrmNote(
            key=input.note_key,
            subject=f"Conversation {input.event}: {input.why}",
            text=_as_text(input, messages),
            at=input.at,
        )
        await notes.add_note(input.organisation, await self._reference(input), note)

    @activity.defn
    async def update_ticket(self, input: UpdateTicketInput) -> None:
        """Show on the ticket where the conversation stands, after the note about it."""
        ticket = self._ticket_keepers(input.channel)
        if ticket is None:
            raise InvalidInputError(f"The channel {input.channel!r} has no tickets.")
        address = await self._conversations.address(input.conversation_id, input.channel)
        if input.note:
            await ticket.add_internal_note(address, input.note.key, await self._told(input.note))
        await ticket.set_status(address, input.status)

    @activity.defn
    async def record_unwritten(self, input: RecordUnwrittenInput) -> None:
        """Say in the audit trail what a system of record was not told, and why."""
        await self._conversations.record_unwritten(input, datetime.now(UTC))

    async def _reference(self, input: WriteCrmNoteInput) -> CustomerReference:
        customer = None
        if input.customer_id:
            customer = await self._customers.proved(input.conversation_id, input.channel, input.customer_id)
        if customer is None:
            raise NotFoundError("No note was written: nobody knows who the customer is.")
        return CustomerReference(
            contact_id=customer.contact_id, email=customer.email, phone=customer.phone, verified=customer.verified
        )

    async def _told(self, note: TicketNote) -> str:
        why = note.why.replace("_", " ")
        basis = await self._turns.read_draft(note.draft_id) if note.draft_id else None
        draft = basis.draft.text if basis and basis.draft else ""
        if note.kind == "draft":
            return f"{WAITS.format(why=why)}\n\n{draft}"
        return f"{HANDED_OVER.format(why=why)}\n\n{NOT_SENT}\n\n{draft}" if draft else HANDED_OVER.format(why=why)


def _as_text(input: WriteCrmNoteInput, messages: Iterable[StoredMessage]) -> str:
    said = [f"{SPEAKERS[message.author.value]}: {message.text}" for message in messages]
    return "\n\n".join([f"Conversation {input.conversation_id} on {input.channel}", *said])
