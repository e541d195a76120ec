"""Writing back to CRM and help desk, in tasks of their own. No turn waits for them."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Literal

from temporalio import workflow
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.options import RECORD_UNWRITTEN, UPDATE_TICKET, WRITE_CRM_NOTE
    from domain.conversation.state import ConversationState
    from domain.delivery.write_back import RecordUnwrittenInput, TicketNote, UpdateTicketInput, WriteCrmNoteInput
    from domain.specification.organisation import NotedEvent
    from workflows.activity_rows import execute_activity


class WriteBack:
    """What the policy asks for, each with bounded patience; what was not told is recorded in the audit trail."""

    def __init__(self, state: ConversationState) -> None:
        self._state = state
        self._running = set[asyncio.Task[None]]()
        self._for_ticket: list[UpdateTicketInput] = []

    @property
    def is_pending(self) -> bool:
        """Something is being told, which would be lost if this run of the workflow ended."""
        return any(not task.done() for task in self._running)

    def note_in_crm(self, event: NotedEvent, why: str) -> None:
        """A note of the customer, where the specification asks for it."""
        state = self._state
        if event not in state.opened_policy.crm_notes:
            return
        input = WriteCrmNoteInput(
            organisation=state.start.organisation,
            conversation_id=state.start.conversation_id,
            spec_hash=state.spec_hash or "",
            customer_id=state.customer_id,
            channel=state.channel,
            note_key=f"{state.start.conversation_id}-{event}-{state.revision}",
            event=event,
            why=why.replace("_", " "),
            at=workflow.now(),
        )
        self._begin(self._write_note(input))

    def note_on_ticket(self, kind: Literal["draft", "handoff"], why: str, draft_id: str | None = None) -> None:
        """An internal note for colleagues who work in the help desk."""
        key = f"{self._state.start.conversation_id}-{kind}-{self._state.revision}"
        self._tell_ticket(TicketNote(kind=kind, key=key, why=why, draft_id=draft_id))

    def show_status(self) -> None:
        """The ticket's status follows the conversation's."""
        self._state.keep_ticket_channel()
        if self._state.ticket.status is not self._state.status:
            self._tell_ticket(None)

    def _tell_ticket(self, note: TicketNote | None) -> None:
        """One after the other, so that the last word is the last."""
        self._state.keep_ticket_channel()
        state = self._state
        if state.ticket.channel is None:
            return
        state.note_on_ticket()
        update = UpdateTicketInput(
            organisation=state.start.organisation,
            conversation_id=state.start.conversation_id,
            channel=state.ticket.channel,
            status=state.status,
            note=note,
        )
        self._for_ticket.append(update)
        if len(self._for_ticket) == 1:
            self._begin(self._update_tickets())

    def _begin(self, telling: Coroutine[Any, Any, None]) -> None:
        self._running = {task for task in self._running if not task.done()}
        self._running.add(asyncio.create_task(telling))

    async def _write_note(self, input: WriteCrmNoteInput) -> None:
        try:
            await execute_activity(WRITE_CRM_NOTE, input, f"note in the CRM: {input.event}")
        except ActivityError as error:
            await self._record("crm", input.note_key, error)

    async def _update_tickets(self) -> None:
        while self._for_ticket:
            update = self._for_ticket[0]
            told = f"{update.note.kind} and status" if update.note else "status"
            try:
                await execute_activity(UPDATE_TICKET, update, f"show on the ticket: {told} {update.status}")
            except ActivityError as error:
                key = f"{update.conversation_id}-ticket-{workflow.now():%Y%m%dT%H%M%S.%f}"
                await self._record("ticket", key, error)
            self._for_ticket.pop(0)

    async def _record(self, system: Literal["crm", "ticket"], key: str, error: ActivityError) -> None:
        input = RecordUnwrittenInput(
            conversation_id=self._state.start.conversation_id, system=system, key=key, error=str(error.cause)
        )
        await execute_activity(RECORD_UNWRITTEN, input, f"record that the {system} was not told")
