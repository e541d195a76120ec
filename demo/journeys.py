"""A journey as it is played: who looks on, what the customer reads at each step, and what people and systems do."""

import asyncio
from collections.abc import Callable

from cast.customer import Customer
from cast.staff import Staff
from demo.actions import ConfirmStep, EnterJourney, FollowJourney, ScenarioError, TellEvent
from domain.specification.journeys import MessageStep, QuestionStep
from domain.specification.organisation import Journey
from gateway.api.journeys import JourneyDetails
from invariants.records import Travelled

LOOK_SECONDS = 0.5


class Journeying:
    """One customer on one journey. `tell` hears of each step that has ended, with its owner."""

    def __init__(self, staff: Staff, customer: Customer, journey: Journey, tell: Callable[[str], None]) -> None:
        self._staff = staff
        self._customer = customer
        self._journey = journey
        self._tell = tell
        self._run_id = ""
        self._told: set[tuple[str, int]] = set()

    async def enter(self, action: EnterJourney) -> None:
        self._tell(f"{action.by} begins the journey {action.journey}")
        await self._staff.enter_journey(action.by, self._customer.conversation_id, action.journey)

    async def follow(self, action: FollowJourney) -> None:
        """Raises ScenarioError when the journey ends before the step, or otherwise than at its end."""
        while True:
            details = await self._staff.journey(action.by, self._customer.conversation_id, self._journey.id)
            if details is not None and self._is_there(details, action.to):
                break
            await asyncio.sleep(LOOK_SECONDS)
        words = self._words_of(action.to)
        await self._customer.until(lambda: not words or any(heard.text == words for heard in self._customer.heard))

    async def event(self, action: TellEvent) -> None:
        self._tell(f"{action.by} tells the event {action.event}")
        await self._staff.tell_event(action.by, self._run_id, action.event)

    async def confirm(self, action: ConfirmStep) -> None:
        await self._staff.confirm_step(action.by, self._run_id, action.step, action.note)
        self._tell(f"{action.by} confirms {action.step}: “{action.note}”")

    def travelled(self, steps: tuple[str, ...]) -> Travelled:
        """What must have come of the way that leads over these steps."""
        said = tuple(filter(None, map(self._words_of, steps)))
        return Travelled(journey=self._journey.id, steps=steps, said=said)

    def _is_there(self, details: JourneyDetails, to: str | None) -> bool:
        self._run_id = details.journey.run_id
        for step in details.steps:
            if step.outcome and (step.step, step.visit) not in self._told:
                self._told.add((step.step, step.visit))
                self._tell(f"{self._journey.id}: {step.step} {step.outcome} · {step.owner}")
        if details.journey.ended_at is None:
            return any(step.step == to and step.outcome is None for step in details.steps)
        if to is not None or details.journey.state != "completed":
            raise ScenarioError(f"the journey is {details.journey.state} before {to or 'its end'}")
        self._tell(f"the journey {self._journey.id} is completed")
        return True

    def _words_of(self, step: str | None) -> str:
        found = next((one for one in self._journey.steps if one.id == step), None)
        return found.text if isinstance(found, MessageStep | QuestionStep) else ""
