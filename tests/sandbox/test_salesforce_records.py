"""The records of the Salesforce stand-in: what SOQL finds in them, and the rules of writing."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from simple_salesforce.format import format_soql

from sandbox.salesforce_objects import Field, SObject
from sandbox.salesforce_records import Organisation, Record, WriteError, new_id, stamp
from sandbox.soql import SoqlError, parse

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Clock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def organisation(clock: Clock) -> Organisation:
    return Organisation(clock)


def kind(organisation: Organisation, name: str) -> SObject:
    seen = organisation.visible(name)
    assert seen is not None
    return seen


def found(organisation: Organisation, soql: str) -> list[Record]:
    return organisation.find(parse(soql))


def names(organisation: Organisation, where: str, of: str = "Account") -> list[str]:
    return [record["Name"] for record in found(organisation, f"SELECT Name FROM {of} WHERE {where}")]  # noqa: S608


class TestWriting:
    def test_a_new_record_has_what_salesforce_fills_in(self, organisation: Organisation) -> None:
        made = organisation.create(kind(organisation, "Case"), {"Subject": "Broken"})
        assert made["Id"].startswith("500")
        assert (made["Status"], made["IsClosed"]) == ("New", False)
        assert len(made["CaseNumber"]) == 8
        assert made["CreatedDate"] == made["LastModifiedDate"] == "2026-11-21T12:00:00.000+0000"
        assert made["Description"] is None

    @pytest.mark.parametrize(
        ("name", "values", "missing"),
        [
            ("Contact", {"FirstName": "Mia"}, ("LastName",)),
            ("Contact", {"LastName": None}, ("LastName",)),
            ("Opportunity", {"Name": "Seats"}, ("StageName", "CloseDate")),
            ("Entitlement", {}, ("AccountId", "Name")),
        ],
    )
    def test_what_is_required(
        self, organisation: Organisation, name: str, values: Mapping[str, Any], missing: tuple[str, ...]
    ) -> None:
        with pytest.raises(WriteError, match="Required fields are missing") as caught:
            organisation.create(kind(organisation, name), values)
        assert (caught.value.status, caught.value.code) == (400, "REQUIRED_FIELD_MISSING")
        assert caught.value.fields == missing
        assert name not in organisation.records

    def test_an_update_changes_what_was_given_and_the_time(self, organisation: Organisation, clock: Clock) -> None:
        made = organisation.create(kind(organisation, "Account"), {"Name": "Bikes", "Phone": "1"})
        clock.now += timedelta(hours=1)
        organisation.update(kind(organisation, "Account"), made, {"Phone": "2"})
        assert (made["Name"], made["Phone"]) == ("Bikes", "2")
        assert made["CreatedDate"] == stamp(NOW)
        assert made["LastModifiedDate"] == stamp(NOW + timedelta(hours=1))

    @pytest.mark.parametrize(
        ("name", "values", "change", "field", "before", "after"),
        [
            ("Contact", {"FirstName": "Mia", "LastName": "A"}, {"LastName": "B"}, "Name", "Mia A", "Mia B"),
            ("Contact", {"FirstName": "Mia", "LastName": "A"}, {"FirstName": None}, "Name", "Mia A", "A"),
            ("Case", {"Subject": "x"}, {"Status": "Closed"}, "IsClosed", False, True),
            ("Case", {"Status": "Closed"}, {"Status": "New"}, "IsClosed", True, False),
            (
                "Opportunity",
                {"Name": "n", "StageName": "Closed Won", "CloseDate": "2026-12-24"},
                {"StageName": "Prospecting"},
                "IsClosed",
                True,
                False,
            ),
        ],
    )
    def test_what_follows_from_other_fields_is_kept_true(
        self,
        organisation: Organisation,
        name: str,
        values: Mapping[str, Any],
        change: Mapping[str, Any],
        field: str,
        before: object,
        after: object,
    ) -> None:
        made = organisation.create(kind(organisation, name), values)
        assert made[field] == before
        organisation.update(kind(organisation, name), made, change)
        assert made[field] == after

    def test_what_is_required_cannot_be_taken_out_later(self, organisation: Organisation) -> None:
        made = organisation.create(kind(organisation, "Contact"), {"LastName": "A"})
        with pytest.raises(WriteError, match=r"\[LastName\]"):
            organisation.update(kind(organisation, "Contact"), made, {"LastName": None})
        assert made["LastName"] == "A"

    @pytest.mark.parametrize(
        ("length", "is_taken"), [(80, True), (81, False)], ids=["as long as the field", "one character more"]
    )
    def test_a_text_is_as_long_as_its_field(self, organisation: Organisation, length: int, is_taken: bool) -> None:
        contact = kind(organisation, "Contact")
        if is_taken:
            organisation.check(contact, {"LastName": "x" * length})
            return
        with pytest.raises(WriteError, match=r"LastName: data value too large: \(max length=80\)") as caught:
            organisation.check(contact, {"LastName": "x" * length})
        assert (caught.value.code, caught.value.fields) == ("STRING_TOO_LONG", ("LastName",))

    @pytest.mark.parametrize("day", ["24.12.2026", "2026-02-30", "", 7])
    def test_a_day_is_one_of_the_calendar(self, organisation: Organisation, day: object) -> None:
        with pytest.raises(WriteError, match="Cannot deserialize instance of date"):
            organisation.check(kind(organisation, "Task"), {"ActivityDate": day})
        organisation.check(kind(organisation, "Task"), {"ActivityDate": None})

    def test_a_reference_is_to_a_record_of_its_object(self, organisation: Organisation) -> None:
        account = organisation.add("Account", Name="Bikes")["Id"]
        contact = kind(organisation, "Contact")
        organisation.check(contact, {"AccountId": account})
        organisation.check(contact, {"AccountId": account[:15]})
        organisation.check(contact, {"AccountId": None})
        with pytest.raises(WriteError, match="invalid cross reference id"):
            organisation.check(kind(organisation, "Task"), {"WhoId": account})

    def test_a_hidden_field_is_not_ours_to_write(self, organisation: Organisation) -> None:
        organisation.hidden.add("Contact.Title")
        with pytest.raises(WriteError, match="No such column 'Title'") as caught:
            organisation.check(kind(organisation, "Contact"), {"Title": "owner"})
        assert caught.value.code == "INVALID_FIELD"


class TestFinding:
    @pytest.fixture
    def bikes(self, organisation: Organisation) -> Record:
        organisation.objects["Account"].add(Field("Seats__c", "double"), Field("Renews__c", "date"))
        organisation.add("Account", Name="Apples")
        return organisation.add("Account", Name="Bikes", Seats__c=14, Renews__c="2027-01-31")

    @pytest.mark.parametrize(
        ("where", "expected"),
        [
            ("Seats__c = 14", ["Bikes"]),
            ("Seats__c > 13.5", ["Bikes"]),
            ("Seats__c < 14", []),
            ("Seats__c != 14", ["Apples"]),
            ("Seats__c = null", ["Apples"]),
            ("Seats__c != null", ["Bikes"]),
            ("Seats__c IN (14, 15)", ["Bikes"]),
            ("Renews__c = 2027-01-31", ["Bikes"]),
            ("Renews__c >= 2027-02-01", []),
            ("CreatedDate = 2026-11-21T13:00:00+01:00", ["Apples", "Bikes"]),
            ("CreatedDate > 2026-11-21T12:00:00Z", []),
            ("Name LIKE 'b_k%'", ["Bikes"]),
            ("Name LIKE 'b_k'", []),
            ("Name NOT IN ('BIKES')", ["Apples"]),
            ("Name = 'apples' OR Seats__c = 14", ["Apples", "Bikes"]),
            ("(Name = 'apples' OR Seats__c = 14) AND Seats__c != null", ["Bikes"]),
        ],
    )
    def test_conditions_by_type(
        self, organisation: Organisation, bikes: Record, where: str, expected: list[str]
    ) -> None:
        assert names(organisation, where) == expected

    @pytest.mark.parametrize(
        ("where", "code"),
        [
            ("Seats__c = '14'", "INVALID_FIELD"),
            ("Renews__c = '2027-01-31'", "INVALID_FIELD"),
            ("Renews__c = 2027-01-31T00:00:00Z", "INVALID_FIELD"),
            ("CreatedDate = 2026-11-21", "INVALID_FIELD"),
            ("Name = true", "INVALID_FIELD"),
            ("Id = '001'", "INVALID_QUERY_FILTER_OPERATOR"),
            ("Seats__c LIKE 14", "INVALID_QUERY_FILTER_OPERATOR"),
            ("CreatedDate LIKE 2026-11-21T12:00:00Z", "INVALID_QUERY_FILTER_OPERATOR"),
            ("Id LIKE '001Hf0000000001'", "INVALID_QUERY_FILTER_OPERATOR"),
            ("Name LIKE null", "INVALID_QUERY_FILTER_OPERATOR"),
            ("Seats__c < null", "INVALID_QUERY_FILTER_OPERATOR"),
            ("Renews__c >= null", "INVALID_QUERY_FILTER_OPERATOR"),
            ("Owner.Name = 'x'", "INVALID_FIELD"),
            ("Renews__c = 2027-02-30", "MALFORMED_QUERY"),
        ],
    )
    def test_a_literal_or_an_operator_that_does_not_fit_is_refused(
        self, organisation: Organisation, bikes: Record, where: str, code: str
    ) -> None:
        with pytest.raises(SoqlError) as caught:
            names(organisation, where)
        assert caught.value.code == code

    def test_a_parent_is_followed_and_shown(self, organisation: Organisation, bikes: Record) -> None:
        organisation.add("Contact", LastName="Mia", AccountId=bikes["Id"])
        organisation.add("Contact", LastName="Lone")
        soql = "select lastname, Account.Name, Account.Seats__c from contact order by LastName desc"
        mia, lone = found(organisation, soql)
        assert mia["LastName"] == "Mia"
        assert mia["Account"]["attributes"]["type"] == "Account"
        assert (mia["Account"]["Name"], mia["Account"]["Seats__c"]) == ("Bikes", 14)
        assert lone["Account"] is None
        assert names(organisation, "Account.Name = 'bikes'", "Contact") == ["Mia"]
        assert names(organisation, "Account.Name = null", "Contact") == ["Lone"]

    def test_a_semi_join(self, organisation: Organisation, bikes: Record) -> None:
        organisation.add("Contact", LastName="Mia", AccountId=bikes["Id"])
        assert names(organisation, "Id IN (SELECT AccountId FROM Contact WHERE LastName = 'Mia')") == ["Bikes"]
        assert names(organisation, "Id NOT IN (SELECT AccountId FROM Contact)") == ["Apples"]

    def test_children_are_shown_or_nothing(self, organisation: Organisation) -> None:
        organisation.objects["Account"].children["Contacts"] = ("Contact", "AccountId")
        with_two = organisation.add("Account", Name="Two")["Id"]
        organisation.add("Account", Name="None")
        for name in ("B", "A"):
            organisation.add("Contact", LastName=name, AccountId=with_two)
        soql = "SELECT Name, (SELECT LastName FROM Contacts ORDER BY LastName LIMIT 5) FROM Account ORDER BY Name DESC"
        two, none = found(organisation, soql)
        assert [one["LastName"] for one in two["Contacts"]["records"]] == ["A", "B"]
        assert (two["Contacts"]["totalSize"], two["Contacts"]["done"]) == (2, True)
        assert none["Contacts"] is None

    def test_several_orders_and_nothing_before_anything(self, organisation: Organisation) -> None:
        for first, last in (("B", "x"), ("A", "x"), (None, "a"), ("A", "Y")):
            organisation.add("Contact", FirstName=first, LastName=last)
        ordered = found(organisation, "SELECT FirstName, LastName FROM Contact ORDER BY LastName DESC, FirstName")
        assert [(one["FirstName"], one["LastName"]) for one in ordered] == [
            ("A", "Y"),
            ("A", "x"),
            ("B", "x"),
            (None, "a"),
        ]
        (least,) = found(organisation, "SELECT FirstName FROM Contact ORDER BY FirstName LIMIT 1")
        assert least["FirstName"] is None

    @pytest.mark.parametrize("soql", ["SELECT Id FROM Account LIMIT 0", "SELECT Id FROM Case"])
    def test_nothing_found_is_no_error(self, organisation: Organisation, bikes: Record, soql: str) -> None:
        assert found(organisation, soql) == []

    @pytest.mark.parametrize(
        ("soql", "message"),
        [
            ("SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Nowhere)", "sObject type 'Nowhere'"),
            ("SELECT Id FROM Account WHERE Id IN (SELECT Nothing FROM Contact)", "No such column 'Nothing'"),
            ("SELECT Id FROM Contact ORDER BY Description", "can not be sorted"),
            ("SELECT Id FROM Contact ORDER BY Nothing", "No such column 'Nothing'"),
            ("SELECT Account.Nothing FROM Contact", "No such column 'Nothing' on entity 'Account'"),
            ("SELECT (SELECT Id FROM Contacts) FROM Account", "Didn't understand relationship 'Contacts'"),
        ],
    )
    def test_what_is_not_there_is_refused(self, organisation: Organisation, soql: str, message: str) -> None:
        with pytest.raises(SoqlError, match=message):
            found(organisation, soql)

    def test_what_is_hidden_is_not_there(self, organisation: Organisation, bikes: Record) -> None:
        organisation.hidden |= {"Account.Seats__c", "Case"}
        assert organisation.visible("case") is None
        with pytest.raises(SoqlError, match="No such column"):
            found(organisation, "SELECT Account.Seats__c FROM Contact")

    def test_a_customers_text_cannot_leave_its_literal(self, organisation: Organisation, bikes: Record) -> None:
        text = "x' OR Name != '"
        assert names(organisation, format_soql("Name = {}", text)) == []


@pytest.mark.parametrize(
    ("number", "expected"), [(1, "001Hf0000000001"), (999_999, "001Hf0000999999")], ids=["first", "last"]
)
def test_ids_have_18_characters(number: int, expected: str) -> None:
    made = new_id("001", number)
    assert (len(made), made[:15]) == (18, expected)
    assert made[15:].isupper()


@pytest.mark.parametrize(("prefix", "suffix"), [("001", "I"), ("kA0", "K"), ("ABC", "P")])
def test_the_suffix_of_an_id_keeps_the_case_of_its_letters(prefix: str, suffix: str) -> None:
    """Bit n is set where character n of five is a capital: of `001Hf` the fourth, of `kA0Hf` the second as well."""
    assert new_id(prefix, 1)[15:] == f"{suffix}AA"


def test_times_are_told_in_utc() -> None:
    berlin = datetime.fromisoformat("2026-11-21T13:00:00.500+01:00")
    assert stamp(berlin) == "2026-11-21T12:00:00.000+0000"
