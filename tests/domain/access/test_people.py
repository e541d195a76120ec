from collections.abc import Mapping
from typing import Any

import pytest

from domain.access.people import (
    Account,
    Asserted,
    ClaimNames,
    Member,
    Refused,
    claim,
    entering,
    person_id_of,
    provided,
    read_claims,
    refusal_of_change,
)

ISSUER = "https://login.example.com"
ACCOUNT = Account(issuer=ISSUER, subject="00u1")


def member(*roles: str, organisation: str = "shop", active: bool = True, name: str = "Mia") -> Member:
    return Member(organisation=organisation, person_id="p_mia", name=name, roles=roles, account=ACCOUNT, active=active)


def asserted(*roles: str, name: str = "") -> Asserted:
    return Asserted(account=ACCOUNT, name=name, roles=roles)


@pytest.mark.parametrize(
    ("claims", "name", "found"),
    [
        ({"groups": ["a"]}, "groups", ["a"]),
        ({"https://example.com/roles": "a"}, "https://example.com/roles", "a"),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ["a"]),
        ({"realm_access": "a"}, "realm_access.roles", None),
        ({}, "groups", None),
    ],
)
def test_a_claim_is_found_by_its_name_or_its_path(claims: Mapping[str, Any], name: str, found: object) -> None:
    assert claim(claims, name) == found


@pytest.mark.parametrize(
    ("claims", "names", "roles"),
    [
        ({"groups": ["lead", "skittles", "integration"]}, ClaimNames(roles="groups"), ("lead",)),
        ({"groups": "lead viewer lead"}, ClaimNames(roles="groups"), ("lead", "viewer")),
        ({"groups": ["bosses", "lead"]}, ClaimNames(roles="groups", role_of={"bosses": "lead"}), ("lead",)),
        ({"groups": 7}, ClaimNames(roles="groups"), ()),
        ({}, ClaimNames(roles="groups"), ()),
        ({"groups": ["lead"]}, ClaimNames(), None),
    ],
)
def test_roles_come_from_the_claim_that_is_named(
    claims: dict[str, Any], names: ClaimNames, roles: tuple[str, ...] | None
) -> None:
    found = read_claims({"sub": "00u1"} | claims, ISSUER, names)
    assert found is not None
    assert (found.account, found.roles, found.organisations) == (ACCOUNT, roles, None)


def test_organisations_and_the_name_are_read() -> None:
    claims = {"sub": "00u1", "name": "Mia" * 100, "orgs": ["shop", 3, "hotel"]}
    found = read_claims(claims, ISSUER, ClaimNames(organisation="orgs"))
    assert found is not None
    assert found.organisations == ("shop", "hotel")
    assert len(found.name) == 100


@pytest.mark.parametrize(
    ("claims", "person", "subject"),
    [
        ({"email": "m@x.example", "email_verified": True}, "email", "m@x.example"),
        ({"email": "m@x.example", "email_verified": "true"}, "email", None),
        ({"email": "m@x.example"}, "email", None),
        ({"oid": "1"}, "oid", "1"),
        ({"oid": 1}, "oid", None),
        ({"oid": ""}, "oid", None),
        ({"oid": "1" * 256}, "oid", None),
        ({}, "sub", None),
    ],
)
def test_who_it_is_must_be_said_and_an_address_verified(
    claims: dict[str, Any], person: str, subject: str | None
) -> None:
    found = read_claims(claims, ISSUER, ClaimNames(person=person))
    assert (found and found.account.subject) == subject


@pytest.mark.parametrize(
    ("said", "known", "roles"),
    [
        (Asserted(account=ACCOUNT), member("viewer"), None),
        (asserted("viewer"), member("viewer"), None),
        (asserted("lead"), member("viewer"), ("lead",)),
        (asserted(), member("viewer"), ()),
        (asserted("lead", "auditor"), member("viewer"), ()),
        (asserted("viewer", name="Mia B"), member("viewer"), ("viewer",)),
        (asserted("lead"), None, ("lead",)),
        (asserted(), None, None),
        (asserted("tax_expert"), None, None),
    ],
)
def test_the_provider_gives_roles_and_takes_them(
    said: Asserted, known: Member | None, roles: tuple[str, ...] | None
) -> None:
    changed = provided(said, "shop", known)
    assert (changed and changed.roles) == roles


def test_whoever_comes_in_by_the_provider_has_an_opaque_id() -> None:
    new = provided(asserted("lead", name="Mia"), "shop", None)
    assert new is not None
    assert new.person_id == person_id_of(ACCOUNT)
    assert (new.account, new.name, new.active) == (ACCOUNT, "Mia", True)
    assert "00u1" not in new.person_id


@pytest.mark.parametrize(
    ("members", "within", "organisation"),
    [
        ([member("viewer", organisation="hotel"), member("viewer")], None, "shop"),
        ([member("viewer", organisation="hotel"), member("tax_expert")], None, "hotel"),
        ([member("viewer", organisation="hotel"), member("viewer")], ("hotel",), "hotel"),
    ],
)
def test_somebody_comes_into_the_organisation_that_is_served_where_they_may(
    members: list[Member], within: tuple[str, ...] | None, organisation: str
) -> None:
    found = entering(members, within, "shop")
    assert isinstance(found, Member)
    assert found.organisation == organisation


@pytest.mark.parametrize(
    ("members", "within", "title"),
    [
        ([], None, "You are not known here"),
        ([member("viewer")], (), "You are not known here"),
        ([member("viewer", active=False)], None, "Your access has ended"),
        ([member("tax_expert"), member("viewer", organisation="hotel", active=False)], None, "You have no role here"),
        ([member("integration")], None, "You have no role here"),
    ],
)
def test_whoever_does_not_come_in_hears_why(members: list[Member], within: tuple[str, ...] | None, title: str) -> None:
    found = entering(members, within, "shop")
    assert isinstance(found, Refused)
    assert found.title == title


@pytest.mark.parametrize(
    ("acting", "before", "after", "refused"),
    [
        ("p_mia", member("admin"), member("lead"), True),
        ("p_mia", member("admin"), member("admin", active=False), True),
        ("p_mia", member("admin"), member("admin", name="Mia B"), False),
        ("p_mia", member("lead"), member("viewer"), False),
        ("p_mia", None, member("viewer"), False),
        ("operator", member("admin"), member("viewer", active=False), False),
    ],
)
def test_nobody_ends_their_own_administration(acting: str, before: Member | None, after: Member, refused: bool) -> None:
    assert (refusal_of_change(acting, before, after) is not None) is refused
