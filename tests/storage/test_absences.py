"""Who is away: one absence a person, told to nobody else's organisation, and in the audit trail."""

from datetime import timedelta

from domain.approvals.absence import Absence
from storage.absences import AbsenceRepository
from tests.storage.stage import NOW, ORGANISATION, Stage, later

MONDAY = NOW + timedelta(days=3)
ANNA = Absence(person_id="anna", until=MONDAY, deputy="ben")
CY = Absence(person_id="cy", until=later(60))


async def test_who_is_away_until_when(stage: Stage) -> None:
    absences = AbsenceRepository(stage.database)
    for one in (ANNA, CY):
        await absences.put(ORGANISATION, one, "lea", "api", NOW)
    assert await absences.list(ORGANISATION, NOW) == [CY, ANNA]
    assert await absences.list(ORGANISATION, later(60)) == [ANNA]
    assert await absences.of(ORGANISATION, "anna", NOW) == ANNA
    assert await absences.of(ORGANISATION, "anna", MONDAY) is None
    assert await absences.of("another", "anna", NOW) is None
    assert await absences.list("another", NOW) == []


async def test_a_later_word_takes_the_place_of_the_earlier_one(stage: Stage) -> None:
    absences = AbsenceRepository(stage.database)
    await absences.put(ORGANISATION, ANNA, "lea", "api", NOW)
    longer = Absence(person_id="anna", until=MONDAY + timedelta(days=1))
    await absences.put(ORGANISATION, longer, "anna", "console", later(5))
    assert await absences.list(ORGANISATION, NOW) == [longer]


async def test_who_is_back_is_away_no_more(stage: Stage) -> None:
    absences = AbsenceRepository(stage.database)
    await absences.put(ORGANISATION, ANNA, "lea", "api", NOW)
    assert await absences.end("another", "anna", "eve", "api", NOW) is False
    assert await absences.end(ORGANISATION, "anna", "anna", "cli", later(5)) is True
    assert await absences.end(ORGANISATION, "anna", "anna", "cli", later(6)) is False
    assert await absences.list(ORGANISATION, NOW) == []
    told = "SELECT kind, actor, data FROM audit_events WHERE kind LIKE 'person_%' ORDER BY 1"
    rows = await stage.database.fetch(told)
    assert [(row["kind"], row["actor"], row["data"]["via"]) for row in rows] == [
        ("person_away", "lea", "api"),
        ("person_back", "anna", "cli"),
    ]
