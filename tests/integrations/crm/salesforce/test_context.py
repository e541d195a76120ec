"""Queries and facts of Salesforce, without a connection."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.conversation.turn import ContactIdentity
from domain.errors import UnavailableError
from integrations.crm.base import CustomerReference
from integrations.crm.salesforce.api import SalesforceSettings
from integrations.crm.salesforce.context import Answers, context_of, context_queries, wanted, who_query
from integrations.crm.salesforce.identity import addresses_of, holders_query
from sandbox.soql import Compare, Condition, In, Joined, Query, parse

AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
SETTINGS = SalesforceSettings.model_validate(
    {
        "consumer_key": "key",
        "consumer_secret": "secret",
        "base_url": "https://example.my.salesforce.com",
        "external_id_field": "Customer_Number__c",
        "phone_region": "DE",
    }
)
ANYTHING = st.text(min_size=1) | st.sampled_from(
    [
        "' OR Id != '",
        "x' OR Email LIKE '%",
        "\\' OR Name != \\'",
        "\\",
        "\\\\'",
        "a'); SELECT Id FROM User --",
        "{} {0} {x:literal}",
        "%",
        '_%\n\r\t\b\f"',
        "003000000000001' OR Name != '",
    ]
)
CONTACT = {
    "Id": "003000000000001AAA",
    "AccountId": "001000000000001AAA",
    "Email": None,
    "Phone": None,
    "MobilePhone": None,
    "Name": "Erika",
    "Title": None,
    "Account": None,
}

WHO = ContactIdentity(contact_id="003000000000001AAA")


def queries_for(reference: CustomerReference) -> list[Query]:
    sought = wanted(reference, SETTINGS)
    assert sought is not None
    return [parse(soql) for soql in (who_query(sought), *context_queries(sought, {}, SETTINGS).values())]


def comparisons(condition: Condition | None) -> Iterator[Compare]:
    match condition:
        case Joined(_, parts):
            for part in parts:
                yield from comparisons(part)
        case In(_, _, Query() as inner):
            yield from comparisons(inner.where)
        case Compare():
            yield condition


def shape(condition: Condition | None) -> Any:
    """A condition without its values."""
    match condition:
        case Joined(word, parts):
            return word, [shape(part) for part in parts]
        case In(path, _, Query() as inner):
            return path, inner.kind, shape(inner.where)
        case Compare(path, operator, _):
            return path, operator
    return condition


class TestInjection:
    @given(ANYTHING)
    def test_whatever_an_email_says_it_is_one_value(self, text: str) -> None:
        harmless = queries_for(CustomerReference(email="erika@bikes.example"))
        for query, usual in zip(queries_for(CustomerReference(email=text)), harmless, strict=True):
            assert shape(query.where) == shape(usual.where)
            assert [one.value for one in comparisons(query.where) if one.path == "Email"] == [text]

    @given(ANYTHING)
    def test_whatever_an_id_says_it_is_one_value(self, text: str) -> None:
        harmless = queries_for(CustomerReference(contact_id="c-1"))
        for query, usual in zip(queries_for(CustomerReference(contact_id=text)), harmless, strict=True):
            assert shape(query.where) == shape(usual.where)
            assert [one.value for one in comparisons(query.where) if one.path == "Customer_Number__c"] == [text]

    @given(ANYTHING | st.from_regex(r"\+[0-9 ()/.'-]{5,20}"))
    def test_of_a_phone_number_only_digits_are_asked_for(self, text: str) -> None:
        reference = CustomerReference(phone=text)
        if wanted(reference, SETTINGS) is None:
            return
        for query in queries_for(reference):
            patterns = [str(one.value) for one in comparisons(query.where) if one.path in {"Phone", "MobilePhone"}]
            assert len(patterns) == 2
            assert all(set(pattern) <= set("%0123456789") for pattern in patterns)

    @given(ANYTHING, ANYTHING | st.from_regex(r"\\+[0-9 ()/.'-]{5,20}"))
    def test_whatever_an_address_says_its_holders_are_asked_for_by_one_value_each(self, email: str, phone: str) -> None:
        asked = holders_query(addresses_of([ContactIdentity(email=email, phone=phone)], "DE"))
        values = [(one.path, str(one.value)) for one in comparisons(parse(asked["holders"]).where)]
        assert values[0] == ("Email", email.lower())
        assert [path for path, _ in values[1:]] in ([], ["Phone", "MobilePhone"])
        assert all(set(pattern) <= set("%0123456789") for _, pattern in values[1:])


class TestFacts:
    @pytest.mark.parametrize(
        ("value", "told"),
        [
            ("Gold", ["Gold"]),
            ("2026-12-05", ["5 December 2026"]),
            ("2026-12-05T23:30:00.000+0000", ["5 December 2026"]),
            ("2026-12-05 or later", ["2026-12-05 or later"]),
            (14.0, ["14"]),
            (14, ["14"]),
            (0.25, ["0.25"]),
            (True, ["yes"]),
            (False, ["no"]),
            ("one\r\n\r\n two ", ["one", "two"]),
            ("x" * 600, ["x" * 500]),
            ("\n".join("abcdefghijklmnopqrstuvwxyz"), list("abcdefghijklmnopqrst")),
            ({"street": "Ring 1", "city": "Berlin"}, []),
            (None, []),
            ("", []),
        ],
    )
    def test_a_field_says(self, value: object, told: list[str]) -> None:
        assert self.facts({**CONTACT, "Tier__c": value}, {"tier": "Tier__c"})["tier"] == told

    def test_a_balance_is_money(self) -> None:
        facts = self.facts({**CONTACT, "Account": {"Open__c": 98.0}}, {"balance": "Account.Open__c"})
        assert facts["balance"] == ["98.00"]

    def test_a_field_of_a_parent_that_is_missing_says_nothing(self) -> None:
        assert self.facts(CONTACT, {"csm": "Account.Owner.Name"})["csm"] == []

    def test_records_of_others_say_nothing(self) -> None:
        case = {"CaseNumber": "1", "Subject": "S", "Status": "New", "CreatedDate": "2026-11-02T09:30:00.000+0000"}
        answers: Answers = {
            "cases": [{**case, "ContactId": "003000000000002AAA"}, {**case, "ContactId": CONTACT["Id"]}],
            "opportunities": UnavailableError("later"),
        }
        context = context_of(CONTACT, answers, {}, WHO, AS_OF)
        assert [fact.value for fact in context.facts if fact.name == "open_case"] == [
            "1: S, New, opened 2 November 2026"
        ]
        assert context.missing == ("salesforce opportunities",)

    def facts(self, contact: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, list[str]]:
        facts = context_of(contact, {}, fields, WHO, AS_OF).facts
        return {name: [fact.value for fact in facts if fact.name == name] for name in fields}
