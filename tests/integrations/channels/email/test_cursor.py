"""The reader's place: resumed, renewed, and how often somebody wrote."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInputError
from integrations.channels.email.cursor import OVERLAP, Folder, MailboxCursor, resumed
from integrations.channels.email.filter import MAX_MAILS_PER_HOUR

NOW = datetime(2025, 11, 3, 12, tzinfo=UTC)
FOLDER = Folder(uidvalidity=7, uidnext=11, newest=NOW)


def test_a_first_reader_begins_with_what_comes() -> None:
    place = resumed(None, FOLDER)
    assert (place.uidvalidity, place.last_uid, place.started) == (7, 10, NOW)


def test_an_empty_folder_has_nothing_before_the_reader() -> None:
    assert resumed(None, Folder(7, 1)).started == datetime.fromtimestamp(0, UTC)


def test_a_place_goes_through_json_and_on() -> None:
    place = resumed(None, FOLDER).passed(11, NOW + timedelta(minutes=1))
    assert resumed(place.cursor(), Folder(7, 12)) == place
    assert place.wants(NOW - timedelta(days=365))


@pytest.mark.parametrize("folder", [Folder(8, 11), Folder(7, 5)])
def test_renumbered_mail_is_read_again_from_a_little_before(folder: Folder) -> None:
    later = NOW + timedelta(days=30)
    place = resumed(resumed(None, FOLDER).passed(11, later).cursor(), folder)
    assert (place.uidvalidity, place.last_uid) == (folder.uidvalidity, 0)
    assert place.wants(later - OVERLAP + timedelta(seconds=1))
    assert not place.wants(later - OVERLAP)
    assert place.settled().wants(NOW)


def test_renumbered_mail_from_before_the_first_reader_stays_unread() -> None:
    place = resumed(resumed(None, FOLDER).cursor(), Folder(8, 11))
    assert not place.wants(NOW)
    assert place.wants(NOW + timedelta(seconds=1))


def test_a_cursor_of_something_else_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="cannot be read"):
        resumed({"position": 3}, FOLDER)


def test_one_mail_too_many_is_noticed_and_the_sender_is_not_named() -> None:
    place = resumed(None, FOLDER)
    noticed = []
    for second in range(MAX_MAILS_PER_HOUR + 1):
        place, floods = place.heard_from("erika@customer.example", NOW + timedelta(seconds=second))
        noticed.append(floods)
    assert noticed == [False] * MAX_MAILS_PER_HOUR + [True]
    assert "erika" not in str(place.cursor())
    assert not place.heard_from("max@customer.example", NOW)[1]
    assert not place.heard_from("erika@customer.example", NOW + timedelta(hours=2))[1]


@given(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 9000)), max_size=80))
def test_the_place_stays_small(heard: list[tuple[int, int]]) -> None:
    place: MailboxCursor = resumed(None, FOLDER)
    for sender, second in sorted(heard, key=lambda one: one[1]):
        place, _ = place.heard_from(f"{sender}@x.example", NOW + timedelta(seconds=second))
    last = max((second for _, second in heard), default=0)
    times = [time for times in place.recent.values() for time in times]
    assert all(int(NOW.timestamp()) + last - 3600 < time for time in times)
