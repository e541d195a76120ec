import pytest

from gateway.auth import with_contained


@pytest.mark.parametrize(
    ("roles", "contained"),
    [
        (("viewer",), ("viewer",)),
        (("approver",), ("viewer", "human_agent", "approver")),
        (("human_agent", "admin"), ("viewer", "human_agent", "approver", "lead", "admin")),
        (("human_agent", "tax_expert"), ("viewer", "human_agent", "tax_expert")),
        (("integration",), ("integration",)),
        ((), ()),
    ],
)
def test_a_role_contains_the_ones_below_it(roles: tuple[str, ...], contained: tuple[str, ...]) -> None:
    assert with_contained(roles) == contained
