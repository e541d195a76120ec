"""The fake activities, with systems of record that are told things."""

from temporalio import activity

from domain.conversation.policy import Policy
from domain.conversation.turn import Evidence
from domain.delivery.write_back import RecordUnwrittenInput, UpdateTicketInput, WriteCrmNoteInput
from tests.workflows.fakes import SURE, FakeActivities


class WritingFakes(FakeActivities):
    """What was told, in order."""

    def __init__(self, policy: Policy | None = None, evidence: Evidence = SURE) -> None:
        super().__init__(policy, evidence)
        self.notes: list[WriteCrmNoteInput] = []
        self.tickets: list[UpdateTicketInput] = []
        self.unwritten: list[RecordUnwrittenInput] = []

    @activity.defn
    async def write_crm_note(self, input: WriteCrmNoteInput) -> None:
        await self._enter("write_crm_note")
        self.notes.append(input)

    @activity.defn
    async def update_ticket(self, input: UpdateTicketInput) -> None:
        await self._enter("update_ticket")
        self.tickets.append(input)

    @activity.defn
    async def record_unwritten(self, input: RecordUnwrittenInput) -> None:
        await self._enter("record_unwritten")
        self.unwritten.append(input)

    @property
    def all(self) -> list:  # type: ignore[type-arg]
        return [*super().all, self.write_crm_note, self.update_ticket, self.record_unwritten]
