"""Inputs and results of the activities of journeys."""

from datetime import datetime
from typing import Literal

from domain.conversation.messages import ConversationId
from domain.journeys.plan import Plan
from domain.journeys.progress import JourneyNote, StepRecord
from domain.journeys.run import StartJourney
from domain.model import Frozen
from domain.specification.model import Key

JourneyState = Literal["under_way", "paused", "completed", "left", "refused"]


class OpenJourneyInput(Frozen):
    """The first thing that the workflow of a journey does."""

    start: StartJourney


class OpenedJourney(Frozen):
    """Without a plan the specification of the conversation has no such journey, or only in words."""

    plan: Plan | None


class ReadFactsInput(Frozen):
    """`names` are customer facts."""

    organisation: Key
    conversation_id: ConversationId
    names: tuple[str, ...]


class CustomerFacts(Frozen):
    """Those that are known, of a customer who was recognised without doubt."""

    facts: dict[str, str]


class RecordJourneyInput(Frozen):
    """Where a journey stands, with what has happened since the last time. Recorded again, it changes nothing."""

    start: StartJourney
    state: JourneyState
    at: datetime
    records: tuple[StepRecord, ...] = ()
    notes: tuple[JourneyNote, ...] = ()
