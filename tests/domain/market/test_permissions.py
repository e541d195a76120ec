"""What a package may not take by itself."""

import pytest

from domain.errors import InvalidInputError
from domain.market.manifest import Manifest
from domain.market.permissions import BROUGHT, as_allowed, checked_grants, permissions_of, tools_named
from domain.specification.organisation import AiAgentSpec, Mode
from tests.domain.market.test_manifest import MINIMAL

CARD = AiAgentSpec.model_validate(
    {
        "id": "returns",
        "name": "Rita",
        "role": "Takes back.",
        "mode": "delegation",
        "can_do": ["Take back"],
        "customer_facts": ["plan", "balance"],
        "tools": [
            {"server": "shop", "tool": "orders", "access": "read", "personal": False},
            {"server": "shop", "tool": "refund", "access": "write", "approval": "never"},
            {"server": "shop", "tool": "gift", "access": "write", "approval": {"argument": "amount", "above": 1000}},
        ],
    }
)
ALL = ("tool:shop/orders", "write:shop/refund", "write:shop/gift", "fact:plan", "fact:balance")
ASKS = Manifest.model_validate(
    {
        **MINIMAL,
        "needs": {
            "tools": [
                {"server": "shop", "tool": "orders", "access": "read"},
                {"server": "shop", "tool": "refund", "access": "write"},
            ],
            "customer_facts": ["plan"],
        },
    }
)


def test_what_a_card_would_use() -> None:
    assert permissions_of(CARD) == ALL


@pytest.mark.parametrize("granted", [(), *((one,) for one in ALL), ALL])
def test_it_gets_what_was_granted_and_nothing_else(granted: tuple[str, ...]) -> None:
    assert permissions_of(as_allowed(CARD, granted, Mode.CO_PILOT)) == granted


@pytest.mark.parametrize("mode", list(Mode))
def test_the_mode_is_that_of_the_person(mode: Mode) -> None:
    assert as_allowed(CARD, (), mode).mode is mode


def test_writing_waits_for_people_and_reading_is_for_proved_customers() -> None:
    orders, refund, gift = as_allowed(CARD, ALL, Mode.CO_PILOT).tools
    assert (orders.model_dump()["personal"], refund.model_dump()["approval"]) == (True, "always")
    assert gift.model_dump()["approval"] == "always"


def test_everything_else_stays() -> None:
    kept = {"tools", "customer_facts", "mode"}
    assert as_allowed(CARD, (), Mode.CO_PILOT).model_dump(exclude=kept) == CARD.model_dump(exclude=kept)


def test_what_may_be_granted() -> None:
    assert checked_grants(ASKS, ("fact:plan", "tool:shop/orders")) == {"fact:plan", "tool:shop/orders"}
    assert checked_grants(ASKS, ()) == frozenset()


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        ("fact:plans", "Did you mean 'fact:plan'?"),
        ("tool:shop/refund", "allow it as write:shop/refund"),
        ("everything", "It asks for tool:shop/orders, write:shop/refund, fact:plan."),
        ("mode:delegation", "does not ask for 'mode:delegation'"),
        ("", "does not ask for ''"),
    ],
)
def test_what_was_not_asked_for_cannot_be_granted(allowed: str, told: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        checked_grants(ASKS, (allowed,))
    assert told in str(caught.value)


def test_a_package_that_asks_for_nothing() -> None:
    with pytest.raises(InvalidInputError, match="It asks for nothing"):
        checked_grants(Manifest.model_validate(MINIMAL), ("fact:plan",))


def test_tools_are_found_however_deep_and_count_as_writing() -> None:
    steps = [
        {"id": "pay", "kind": "tool", "server": "shop", "tool": "refund"},
        {"id": "look", "inside": {"deeper": [{"server": "shop", "tool": "orders", "access": "read"}]}},
        {"id": "told", "server": "shop", "tool": 4},
    ]
    assert list(tools_named({"steps": steps})) == ["write:shop/refund", "tool:shop/orders"]


def test_every_field_of_a_card_that_a_package_may_bring_is_there() -> None:
    assert set(AiAgentSpec.model_fields) >= BROUGHT
