from datetime import timedelta

import pytest

from storage.presences import LOOKING_FOR, TYPING_FOR, PresenceRepository
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage

OTHER = "conversation-2"


@pytest.fixture
def presences(stage: Stage) -> PresenceRepository:
    return PresenceRepository(stage.database)


async def there(presences: PresenceRepository, after: timedelta = timedelta()) -> list[tuple[str, str]]:
    found = await presences.watchers([CONVERSATION], NOW + after)
    return [(one.person_id, one.state) for one in found.get(CONVERSATION, [])]


async def test_people_are_there_until_they_leave(presences: PresenceRepository) -> None:
    await presences.say(ORGANISATION, CONVERSATION, "bo", "looking", NOW)
    await presences.say(ORGANISATION, CONVERSATION, "anna", "typing", NOW)
    assert await there(presences) == [("anna", "typing"), ("bo", "looking")]
    await presences.leave(ORGANISATION, CONVERSATION, "bo", NOW)
    assert await there(presences) == [("anna", "typing")]


async def test_it_ends_by_itself(presences: PresenceRepository) -> None:
    await presences.say(ORGANISATION, CONVERSATION, "anna", "typing", NOW)
    assert await there(presences, TYPING_FOR) == [("anna", "looking")]
    assert await there(presences, LOOKING_FOR) == []


async def test_who_stops_typing_still_looks(presences: PresenceRepository) -> None:
    await presences.say(ORGANISATION, CONVERSATION, "anna", "typing", NOW)
    await presences.say(ORGANISATION, CONVERSATION, "anna", "looking", NOW)
    assert await there(presences) == [("anna", "looking")]


async def test_what_is_over_elsewhere_is_forgotten(presences: PresenceRepository, stage: Stage) -> None:
    await presences.say(ORGANISATION, CONVERSATION, "anna", "looking", NOW)
    await presences.say(ORGANISATION, OTHER, "anna", "looking", NOW + LOOKING_FOR * 2)
    assert await stage.database.fetchval("SELECT array_agg(conversation_id) FROM presences") == [OTHER]
