"""What Zendesk's records become as facts, and what may be searched for."""

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.errors import InvalidInputError
from integrations.helpdesk.zendesk.facts import MAX_CHARACTERS, check_fields, context_of, is_customer, search_for

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MIA: dict[str, Any] = {
    "name": "Mia",
    "email": "mia@example.org",
    "tags": ["vip", "beta"],
    "user_fields": {"plan": "Pro"},
}
ACME: dict[str, Any] = {
    "name": "Acme",
    "organization_fields": {"tier": "Gold", "renews": True, "seats": 0, "paid": False},
}


def ticket(number: int, **more: Any) -> dict[str, Any]:
    return {"id": number, "subject": "Bell", "status": "open", "updated_at": "2026-11-02T09:30:00Z", **more}


def facts(
    fields: dict[str, str] | None = None,
    *tickets: dict[str, Any],
    user: dict[str, Any] = MIA,
    organization: dict[str, Any] | None = ACME,
) -> list[tuple[str, str]]:
    context = context_of(user, organization, len(tickets), tickets, fields or {}, NOW)
    assert context.matches == 1
    assert {(fact.source, fact.as_of) for fact in context.facts} == {("zendesk", NOW)}
    return [(fact.name, fact.value) for fact in context.facts]


def test_what_is_known_of_everybody() -> None:
    assert facts() == [
        ("name", "Mia"),
        ("email", "mia@example.org"),
        ("organisation", "Acme"),
        ("tags", "vip, beta"),
        ("open_tickets", "0"),
    ]


def test_what_is_not_known_is_no_fact() -> None:
    nobody: dict[str, Any] = {"name": "Mia", "email": None, "tags": []}
    assert facts(user=nobody, organization=None) == [("name", "Mia"), ("open_tickets", "0")]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("user.user_fields.plan", "Pro"),
        ("organization.organization_fields.tier", "Gold"),
        ("organization.organization_fields.renews", "yes"),
        ("organization.organization_fields.paid", "no"),
        ("organization.organization_fields.seats", "0"),
        ("user.user_fields.unknown", None),
        ("user.user_fields", None),
        ("organization.unknown", None),
        ("user.name", "Mia"),
    ],
)
def test_a_mapped_field(path: str, value: str | None) -> None:
    assert dict(facts({"own": path})).get("own") == value


def test_a_mapped_field_replaces_the_usual_one() -> None:
    assert ("name", "Pro") in facts({"name": "user.user_fields.plan"})


def test_a_field_of_tickets_is_that_of_the_one_that_changed_last() -> None:
    newest = ticket(2, custom_fields=[{"id": 7, "value": "blue"}, {"id": 8, "value": None}])
    older = ticket(1, custom_fields=[{"id": 7, "value": "red"}, {"id": 8, "value": "x"}])
    mapped = {"colour": "ticket.custom_fields.7", "size": "ticket.custom_fields.8"}
    found = dict(facts(mapped, newest, older))
    assert found["colour"] == "blue"
    assert "size" not in found
    assert "colour" not in dict(facts(mapped))
    assert "colour" not in dict(facts(mapped, ticket(3, custom_fields=None)))


def test_tickets_are_told_with_their_day() -> None:
    told = [value for name, value in facts(None, ticket(2), ticket(1, subject=None, status="hold")) if name == "ticket"]
    assert told == ["2: Bell, open, changed 2 November 2026", "1: no subject, hold, changed 2 November 2026"]


def test_a_long_text_is_cut() -> None:
    long = "x" * (MAX_CHARACTERS + 1)
    found = dict(facts({"own": "user.notes"}, ticket(1, subject=long), user=MIA | {"notes": long}))
    assert found["own"] == "x" * MAX_CHARACTERS
    assert found["ticket"].count("x") == MAX_CHARACTERS


@pytest.mark.parametrize(
    "path",
    [
        "user.name",
        "user.user_fields.plan_2",
        "organization.organization_fields.tier",
        "ticket.custom_fields.360001",
    ],
)
def test_a_path_that_leads_somewhere(path: str) -> None:
    check_fields({"own": path})


@pytest.mark.parametrize(
    "path",
    [
        "",
        "user",
        "user.",
        "user.user_fields.",
        "user.user_fields.a.b",
        "ticket.custom_fields.colour",
        "ticket.subject",
        "organisation.name",
        "user.näme",
        "user.name\n",
        "user." + "x" * 81,
        "ticket.custom_fields." + "1" * 21,
    ],
)
def test_one_that_leads_nowhere_is_refused_with_the_facts_name(path: str) -> None:
    with pytest.raises(InvalidInputError, match="maps 'own' to"):
        check_fields({"own": path})


@pytest.mark.parametrize(
    ("email", "phone", "query"),
    [
        ("mia@example.org", None, 'role:end-user email:"mia@example.org"'),
        ("mia@example.org", "+4930", 'role:end-user email:"mia@example.org"'),
        (None, "+4930123456", 'role:end-user phone:"+4930123456"'),
        (None, None, ""),
        ("", "", ""),
        ('mia" role:admin "', None, ""),
        ("*@example.org", None, ""),
        ("mia@example.org role:admin", None, ""),
        ("mia\\@example.org", None, ""),
        (None, "+49 30", ""),
    ],
)
def test_a_search_finds_one_customer_or_is_not_made(email: str | None, phone: str | None, query: str) -> None:
    assert search_for(email=email, phone=phone) == query


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ({"role": "end-user"}, True),
        ({"role": "end-user", "active": True, "suspended": False}, True),
        ({"role": "end-user", "active": False}, False),
        ({"role": "end-user", "suspended": True}, False),
        ({"role": "agent"}, False),
        ({"role": "admin", "active": True}, False),
        ({}, False),
    ],
)
def test_colleagues_and_who_is_shut_out_are_no_customers(user: dict[str, Any], expected: bool) -> None:
    assert is_customer(user) is expected
