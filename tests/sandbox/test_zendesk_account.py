"""The rules of an account at the Zendesk stand-in, below its HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.zendesk_account import STATUSES, Account, Record, RefusedError, stamp

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
FIRST: Record = {"subject": "Seats", "comment": {"body": "How do I add a seat?"}}


@pytest.fixture
def account() -> Account:
    return Account(lambda: "https://desk.example")


@pytest.fixture
def us(account: Account) -> Record:
    return account.add_user("Holdfast", "us@desk.example", role="admin")


@pytest.fixture
def mia(account: Account) -> Record:
    company = account.add_organization("Bikes")
    return account.add_user("Mia", "mia@example.org", organization_id=company["id"])


@pytest.fixture
def ticket(account: Account, us: Record, mia: Record) -> Record:
    return account.create(mia, FIRST, NOW)


def refusal(caught: pytest.ExceptionInfo[RefusedError]) -> tuple[int, str]:
    return caught.value.status, str(caught.value.body)


def everything(account: Account, number: int) -> tuple[Record, int, int]:
    """A ticket as it is, and how many comments and audits it has."""
    return dict(account.tickets[number]), len(account.comments[number]), len(account.audits[number])


class TestCreating:
    def test_a_ticket_belongs_to_who_wrote_and_their_company(self, ticket: Record, mia: Record) -> None:
        assert (ticket["requester_id"], ticket["submitter_id"]) == (mia["id"], mia["id"])
        assert ticket["organization_id"] == mia["organization_id"]
        assert (ticket["status"], ticket["description"]) == ("new", "How do I add a seat?")
        assert ticket["created_at"] == ticket["updated_at"] == "2026-11-21T12:00:00Z"
        assert ticket["url"] == f"https://desk.example/api/v2/tickets/{ticket['id']}.json"

    def test_it_is_somebody_elses_if_we_say_so(self, account: Account, us: Record, mia: Record) -> None:
        made = account.create(us, {**FIRST, "requester_id": mia["id"]}, NOW)
        assert (made["requester_id"], made["submitter_id"]) == (mia["id"], us["id"])
        assert made["organization_id"] == mia["organization_id"]

    def test_without_a_subject_the_text_stands_for_it(self, account: Account, us: Record) -> None:
        made = account.create(us, {"comment": {"body": "x" * 100}}, NOW)
        assert made["subject"] == "x" * 80

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            ({}, "Comment: cannot be blank"),
            ({"comment": {}}, "Comment: cannot be blank"),
            ({"comment": {"body": "\n "}}, "Comment: cannot be blank"),
            ({"comment": "text"}, "Comment: cannot be blank"),
            ({**FIRST, "requester_id": 7}, "Requester: is not valid"),
            ({**FIRST, "status": "closed"}, "Status: is not valid"),
            ({**FIRST, "status": "solved"}, "Assignee: is required when solving a ticket"),
            ({**FIRST, "colour": "red"}, "colour"),
            ({**FIRST, "custom_fields": [{"id": 7, "value": "x"}]}, "Custom field 7 does not exist"),
            ({"comment": {"body": "x", "uploads": ["unknown"]}}, "Upload token is invalid"),
        ],
    )
    def test_a_ticket_that_is_refused_is_not_there(
        self, account: Account, us: Record, asked: dict[str, Any], words: str
    ) -> None:
        with pytest.raises(RefusedError) as caught:
            account.create(us, asked, NOW)
        assert words in refusal(caught)[1]
        assert (account.tickets, account.comments, account.audits, account.changed) == ({}, {}, {}, {})


class TestUpdating:
    def test_only_what_differs_is_an_event(self, account: Account, us: Record, ticket: Record) -> None:
        asked = {"status": "open", "subject": "Seats", "priority": "high", "assignee_id": us["id"]}
        audit = account.update(ticket["id"], us, asked, LATER)
        changes = [(one["field_name"], one["previous_value"], one["value"]) for one in audit["events"]]
        assert changes == [("status", "new", "open"), ("assignee_id", None, us["id"]), ("priority", None, "high")]
        assert ticket["updated_at"] == stamp(LATER)
        assert account.update(ticket["id"], us, asked, LATER)["events"] == []

    @pytest.mark.parametrize("status", STATUSES)
    def test_statuses(self, account: Account, us: Record, ticket: Record, status: str) -> None:
        if status == "closed":
            with pytest.raises(RefusedError, match="422"):
                account.update(ticket["id"], us, {"status": status}, NOW)
            return
        account.update(ticket["id"], us, {"status": status, "assignee_id": us["id"]}, NOW)
        assert ticket["status"] == status

    def test_an_assignee_of_before_is_enough_to_solve(self, account: Account, us: Record, ticket: Record) -> None:
        account.update(ticket["id"], us, {"assignee_id": us["id"]}, NOW)
        account.update(ticket["id"], us, {"status": "solved"}, NOW)
        with pytest.raises(RefusedError):
            account.update(ticket["id"], us, {"status": "solved", "assignee_id": None}, NOW)

    def test_a_field_that_is_younger_than_the_ticket(self, account: Account, us: Record, ticket: Record) -> None:
        field = account.add_field("Plan")
        audit = account.update(ticket["id"], us, {"custom_fields": [{"id": field["id"], "value": "Team"}]}, NOW)
        assert ticket["custom_fields"] == [{"id": field["id"], "value": "Team"}]
        assert audit["events"][0]["field_name"] == str(field["id"])
        account.update(ticket["id"], us, {"custom_fields": [{"id": field["id"], "value": "Solo"}]}, NOW)
        assert ticket["custom_fields"] == [{"id": field["id"], "value": "Solo"}]

    def test_several_uploads_come_with_one_comment(self, account: Account, us: Record, ticket: Record) -> None:
        first, _ = account.upload("a.txt", "text/plain", b"a")
        account.upload("b.txt", "text/plain", b"b", first)
        second, _ = account.upload("c.txt", "text/plain", b"c")
        comment = {"body": "See.", "uploads": [first, second]}
        account.update(ticket["id"], us, {"comment": comment}, NOW)
        names = [file["file_name"] for file in account.comments[ticket["id"]][-1]["attachments"]]
        assert names == ["a.txt", "b.txt", "c.txt"]

    @pytest.mark.parametrize("second", ["unknown", "the same"])
    def test_a_wrong_token_leaves_the_good_one_unused(
        self, account: Account, us: Record, ticket: Record, second: str
    ) -> None:
        good, _ = account.upload("a.txt", "text/plain", b"a")
        tokens = [good, good if second == "the same" else second]
        before = everything(account, ticket["id"])
        with pytest.raises(RefusedError) as caught:
            account.update(ticket["id"], us, {"comment": {"body": "x", "uploads": tokens}, "status": "open"}, NOW)
        assert "Upload token is invalid" in refusal(caught)[1]
        assert everything(account, ticket["id"]) == before
        account.update(ticket["id"], us, {"comment": {"body": "x", "uploads": [good]}}, NOW)

    @pytest.mark.parametrize(("size", "is_taken"), [(1000, True), (1100, False)])
    def test_metadata_has_its_limit(
        self, account: Account, us: Record, ticket: Record, size: int, is_taken: bool
    ) -> None:
        asked = {"comment": {"body": "x"}, "metadata": {"key": "k" * size}}
        if is_taken:
            audit = account.update(ticket["id"], us, asked, NOW)
            assert audit["metadata"]["custom"] == asked["metadata"]
            return
        with pytest.raises(RefusedError, match="422"):
            account.update(ticket["id"], us, asked, NOW)

    def test_a_comment_says_who_wrote_it_and_for_whom(
        self, account: Account, us: Record, mia: Record, ticket: Record
    ) -> None:
        account.update(ticket["id"], us, {"comment": {"body": "<b>", "public": False, "author_id": mia["id"]}}, NOW)
        comment = account.comments[ticket["id"]][-1]
        assert (comment["author_id"], comment["public"], comment["plain_body"]) == (mia["id"], False, "<b>")

    def test_a_ticket_that_is_not_there(self, account: Account, us: Record) -> None:
        for wrong in (
            lambda: account.update(7, us, {}, NOW),
            lambda: account.change_tags(7, ["x"], NOW, add=True),
            lambda: account.rate(7, "good", "", NOW),
            lambda: account.ticket(7),
            lambda: account.user(7),
        ):
            with pytest.raises(RefusedError) as caught:
                wrong()
            assert refusal(caught) == (404, "{'error': 'RecordNotFound', 'description': 'Not found'}")


class TestTagsAndRatings:
    def test_tags_are_added_once_and_taken_out(self, account: Account, ticket: Record) -> None:
        assert account.change_tags(ticket["id"], ["b", "a", "b"], LATER, add=True) == ["a", "b"]
        assert account.change_tags(ticket["id"], ["b", "unknown"], LATER, add=False) == ["a"]
        assert ticket["updated_at"] == stamp(LATER)

    @pytest.mark.parametrize("status", ["new", "open", "pending", "hold"])
    def test_a_ticket_that_is_not_solved_is_not_rated(self, account: Account, ticket: Record, status: str) -> None:
        ticket["status"] = status
        with pytest.raises(RefusedError, match="422"):
            account.rate(ticket["id"], "good", "", NOW)
        assert ticket["satisfaction_rating"] == {"score": "unoffered"}

    def test_a_closed_one_is_rated_but_gets_no_tags(self, account: Account, ticket: Record) -> None:
        ticket["status"] = "closed"
        account.rate(ticket["id"], "bad", "Slow", LATER)
        assert ticket["satisfaction_rating"]["score"] == "bad"
        for add in (True, False):
            with pytest.raises(RefusedError, match="422"):
                account.change_tags(ticket["id"], ["x"], LATER, add=add)


class TestExport:
    @pytest.fixture
    def tickets(self, account: Account, mia: Record) -> list[int]:
        return [account.create(mia, FIRST, NOW + timedelta(seconds=second))["id"] for second in (0, 0, 1)]

    def test_pages_are_by_change_and_number(self, account: Account, tickets: list[int]) -> None:
        place, found = (NOW.timestamp(), -1), []
        for _ in range(3):
            page, place, ended = account.export(place, LATER, 1)
            found.append(([one["id"] for one in page], ended))
        assert found == [([tickets[0]], False), ([tickets[1]], False), ([tickets[2]], True)]
        assert account.export(place, LATER, 1) == ([], place, True)

    def test_a_change_brings_a_ticket_again_behind_the_others(
        self, account: Account, us: Record, tickets: list[int]
    ) -> None:
        _, place, _ = account.export((0.0, -1), LATER, 10)
        account.update(tickets[0], us, {"status": "open"}, LATER)
        page, _, _ = account.export(place, LATER, 10)
        assert [(one["id"], one["status"]) for one in page] == [(tickets[0], "open")]
        assert page[0]["generated_timestamp"] == int(LATER.timestamp())

    def test_what_changed_too_lately_is_held_back(self, account: Account, tickets: list[int]) -> None:
        page, _, ended = account.export((0.0, -1), NOW, 10)
        assert ([one["id"] for one in page], ended) == (tickets[:2], True)


def test_unsolved_tickets_are_those_of_one_person_the_newest_first(account: Account, mia: Record) -> None:
    other = account.add_user("Max", "max@example.org")
    mine = [account.create(mia, FIRST, NOW + timedelta(minutes=minute))["id"] for minute in range(3)]
    account.create(other, FIRST, NOW)
    account.tickets[mine[1]]["status"] = "solved"
    assert [one["id"] for one in account.unsolved_of(mia["id"])] == [mine[2], mine[0]]


def test_an_article_stands_in_its_section(account: Account) -> None:
    section = account.add_section("Billing")
    article = account.add_article(section, "Seats", "<p>Add them.</p>", NOW, draft=True)
    assert (article["section_id"], article["draft"], article["locale"]) == (section["id"], True, "en-us")
    assert article["html_url"].startswith("https://desk.example/hc/en-us/articles/")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOW, "2026-11-21T12:00:00Z"),
        (datetime.fromisoformat("2026-11-21T13:00:00.999+01:00"), "2026-11-21T12:00:00Z"),
    ],
)
def test_times_are_whole_seconds_of_utc(moment: datetime, expected: str) -> None:
    assert stamp(moment) == expected
