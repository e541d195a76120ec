import pytest

from domain.access.roles import FOR_PEOPLE, KNOWN, refusal_of_roles, with_contained


@pytest.mark.parametrize(
    ("roles", "contained"),
    [
        (("viewer",), ("viewer",)),
        (("approver",), ("viewer", "human_agent", "approver")),
        (("human_agent", "admin"), ("viewer", "human_agent", "approver", "lead", "admin")),
        (("human_agent", "tax_expert"), ("viewer", "human_agent", "tax_expert")),
        (("integration",), ("integration",)),
        (("auditor",), ("auditor",)),
        ((), ()),
    ],
)
def test_a_role_contains_the_ones_below_it(roles: tuple[str, ...], contained: tuple[str, ...]) -> None:
    assert with_contained(roles) == contained


@pytest.mark.parametrize(
    ("roles", "known", "told"),
    [
        (("viewer",), KNOWN, None),
        (("approver", "tax_expert"), FOR_PEOPLE, None),
        (("integration",), KNOWN, None),
        (("auditor",), FOR_PEOPLE, None),
        (("auditor", "auditor"), FOR_PEOPLE, None),
        ((), KNOWN, "At least one"),
        (("tax_expert",), KNOWN, "At least one"),
        (("integration",), FOR_PEOPLE, "At least one"),
        (("auditor", "admin"), FOR_PEOPLE, "no other one"),
        (("auditor", "tax_expert"), FOR_PEOPLE, "no other one"),
    ],
)
def test_which_roles_somebody_may_have_together(
    roles: tuple[str, ...], known: tuple[str, ...], told: str | None
) -> None:
    refusal = refusal_of_roles(roles, known)
    assert refusal is None if told is None else refusal is not None and told in refusal
