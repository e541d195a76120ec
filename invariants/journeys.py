"""What must hold of journeys: each ends once, and says everything once and in its order. Rules yield what is wrong."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.conversation.messages import Author
from domain.conversation.record import StoredMessage
from invariants.records import Conversation, JourneyRecord, JourneyStepRecord, Recorded, Travelled

COMPLETED = "completed"
DONE = "done"

Problems = Iterator[str]


def is_said_by_the_letter(said: StoredMessage) -> bool:
    """What a step of a journey says word for word: nothing was drafted, and it answers nothing."""
    return said.author is Author.AI_AGENT and said.kind == "notice"


def written_on_journeys(recorded: Recorded) -> set[int]:
    """Seqs of what AI agents wrote because a step of a journey asked for it, not a customer."""
    steps = [step for journey in recorded.journeys for step in journey.steps]
    return {said.seq for step in steps for said in _written_in(recorded, step)}


def journey_ended_once_in_order(conversations: Sequence[Conversation]) -> Problems:
    """Whoever was led over the steps of a journey went all of them, once, to the end."""
    travellers = [(found, way) for found in conversations if (way := found.played.travelled)]
    if not travellers:
        yield "nobody was on a journey"
    for found, way in travellers:
        for problem in _journey_problems(found.recorded, way):
            yield f"{found.played.conversation_id}: {problem}"


def _journey_problems(recorded: Recorded, way: Travelled) -> Problems:
    begun = [journey for journey in recorded.journeys if journey.journey == way.journey]
    if len(begun) != 1:
        yield f"the journey {way.journey} began {len(begun)} times"
    for journey in begun:
        yield from _step_problems(recorded, journey, way)
    places = []
    for words in way.said:
        seqs = [said.seq for said in recorded.messages if said.author is not Author.CUSTOMER and said.text == words]
        if len(seqs) != 1:
            yield f"“{words[:30]}…” was said {len(seqs)} times"
        places += seqs
    if places != sorted(places):
        yield f"what the journey says stands at the seqs {places}"


def _step_problems(recorded: Recorded, journey: JourneyRecord, way: Travelled) -> Problems:
    if journey.state != COMPLETED:
        yield f"the journey {journey.journey} is {journey.state}"
    went = tuple(step.step for step in journey.steps)
    if went != way.steps:
        yield f"the steps were {', '.join(went)}"
    for step in journey.steps:
        if step.outcome != DONE:
            yield f"the step {step.step} is {step.outcome or 'under way'}"
        written = len(_written_in(recorded, step))
        if step.kind == "ai_agent" and written != 1:
            yield f"in the step {step.step} the AI agent wrote {written} times"


def _written_in(recorded: Recorded, step: JourneyStepRecord) -> list[StoredMessage]:
    """Replies within the time of a step that an AI agent writes: a conversation does one thing at a time."""
    if step.kind != "ai_agent":
        return []
    replies = [said for said in recorded.messages if said.author is Author.AI_AGENT and said.kind == "reply"]
    return [said for said in replies if step.began_at <= said.at <= _end(step, said.at)]


def _end(step: JourneyStepRecord, otherwise: datetime) -> datetime:
    return step.ended_at or otherwise
