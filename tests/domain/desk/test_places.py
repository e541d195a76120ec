import pytest

from domain.approvals.approval import AskedGroup
from domain.desk.places import Places
from tests.domain.desk.records import approval

PLACES = Places(
    approvals="C0ALL",
    escalations="C0SUPPORT",
    digest="C0SUPPORT",
    by_team={"payments": "C0PAY"},
    by_role={"lead": "C0LEADS", "money": "C0MONEY"},
)
PAYMENTS = AskedGroup(roles=("money",), people=("p_anna",), team="payments")
OTHERS = AskedGroup(roles=("money",), people=("p_anna",), team="claims")


@pytest.mark.parametrize(
    ("roles", "groups", "expected"),
    [
        (("approver",), (), ("C0ALL",)),
        (("lead",), (), ("C0LEADS",)),
        (("lead", "approver"), (), ("C0LEADS",)),
        ((), (PAYMENTS,), ("C0PAY",)),
        ((), (OTHERS,), ("C0MONEY",)),
        (("lead",), (PAYMENTS,), ("C0PAY", "C0LEADS")),
        (("money",), (OTHERS,), ("C0MONEY",)),
    ],
)
def test_an_approval_stands_where_those_are_who_decide(
    roles: tuple[str, ...], groups: tuple[AskedGroup, ...], expected: tuple[str, ...]
) -> None:
    assert PLACES.of_approval(approval(roles=roles, groups=groups)) == expected


def test_every_channel_is_named_once() -> None:
    assert PLACES.channels == ("C0SUPPORT", "C0ALL", "C0PAY", "C0LEADS", "C0MONEY")
