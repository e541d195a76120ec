import pytest

from domain.rooms.room import Room, RoomKind, conversations_named, mentioned_in, pair
from tests.storage.stage import NOW

KNOWN = frozenset({"anna", "bo", "bo.b", "l-1"})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@anna please look", ("anna",)),
        ("ask @bo, @anna. And @bo again", ("bo", "anna")),
        ("thanks @bo.b.", ("bo.b",)),
        ("(@l-1)", ("l-1",)),
        ("mail anna@anna.example or a@bo", ()),
        ("@nobody knows @", ()),
        ("@@anna", ()),
        ("", ()),
    ],
)
def test_people_are_named_by_their_id(text: str, named: tuple[str, ...]) -> None:
    assert mentioned_in(text, KNOWN) == named


@pytest.mark.parametrize(
    ("text", "linked", "named"),
    [
        ("see https://desk.example/console/conversations/cv_12345678", None, ("cv_12345678",)),
        ("/v1/conversations/cv_12345678/notes", "cv_87654321", ("cv_87654321", "cv_12345678")),
        ("conversations/cv_12345678 conversations/cv_12345678", "cv_12345678", ("cv_12345678",)),
        ("conversations/short", None, ()),
        ("cv_12345678", None, ()),
    ],
)
def test_conversations_are_named_by_their_address(text: str, linked: str | None, named: tuple[str, ...]) -> None:
    assert conversations_named(text, linked) == named


@pytest.mark.parametrize(
    ("kind", "person", "organisation", "reads"),
    [
        ("team", "anna", "acme", True),
        ("conversation", "anna", "acme", True),
        ("direct", "bo", "acme", True),
        ("direct", "anna", "acme", False),
        ("team", "anna", "other", False),
        ("direct", "bo", "other", False),
    ],
)
def test_who_reads_a_room(kind: RoomKind, person: str, organisation: str, reads: bool) -> None:
    room = Room(
        room_id="r",
        organisation="acme",
        kind=kind,
        people=("bo", "lea"),
        created_by="bo",
        created_at=NOW,
        updated_at=NOW,
    )
    assert room.is_open_to(organisation, person) is reads


def test_two_people_are_a_pair_whoever_begins() -> None:
    assert pair("bo", "anna") == pair("anna", "bo") == ("anna", "bo")
