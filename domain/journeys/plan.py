"""A journey with those that are parts of it, as one version of the specification has them."""

from collections.abc import Iterable
from typing import Self

from domain.model import Frozen
from domain.specification.journeys import Journey, RunStep, SubJourneyStep


class Plan(Frozen):
    """Steps by their paths. A step within another one has the path `<other>/<id>`, as `tour/ask`."""

    journey: Journey
    parts: tuple[Journey, ...] = ()

    @classmethod
    def of(cls, journey: Journey, journeys: Iterable[Journey]) -> Self:
        """The journey, and whatever it consists of. Raises KeyError for a part that there is not."""
        by_id = {one.id: one for one in journeys}
        parts: dict[str, Journey] = {}
        waiting = [journey]
        while waiting:
            for step in waiting.pop().steps:
                if isinstance(step, SubJourneyStep) and step.journey not in parts:
                    parts[step.journey] = by_id[step.journey]
                    waiting.append(by_id[step.journey])
        return cls(journey=journey, parts=tuple(parts.values()))

    @property
    def runs(self) -> bool:
        """All of it is carried out; where anything is in words only, it is for people to read."""
        return all(one.runs for one in (self.journey, *self.parts))

    def step(self, path: str) -> RunStep:
        """Raises StopIteration for a path that there is not."""
        first, *others = path.split("/")
        journey, found = self.journey, self.journey.step(first)
        for key in others:
            journey = self.journey_of(found, journey)
            found = journey.step(key)
        return found

    def journey_of(self, step: RunStep, around: Journey) -> Journey:
        """Whose steps are within the step: another journey's, or those of the journey around it."""
        if isinstance(step, SubJourneyStep):
            return self.part(step.journey)
        return around

    def part(self, key: str) -> Journey:
        """Another journey that this one consists of."""
        return next(part for part in self.parts if part.id == key)

    def has(self, path: str) -> bool:
        """Whether there is such a step."""
        try:
            self.step(path)
        except StopIteration:
            return False
        return True


def container_of(path: str) -> str:
    """The path of the step that this one is within; empty for a step of the journey itself."""
    return path.rpartition("/")[0]


def beside(path: str, key: str) -> str:
    """The path of a step of the same journey, gone in the same way."""
    return within(container_of(path), key)


def within(container: str, key: str) -> str:
    return f"{container}/{key}" if container else key
