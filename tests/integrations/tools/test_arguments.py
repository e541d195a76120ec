import json
from typing import Any

import pytest

from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.errors import InvalidInputError
from integrations.tools.arguments import check_arguments, own_arguments, read_arguments, usable_schema, without
from tests.organisation import known_customer

REFUND: dict[str, Any] = {
    "type": "object",
    "properties": {"order_id": {"type": "string", "maxLength": 10}, "amount": {"type": "number", "minimum": 0}},
    "required": ["order_id", "amount"],
    "additionalProperties": False,
}


def test_arguments_that_fit_are_read() -> None:
    assert read_arguments('{"order_id": "A-1", "amount": 5}', REFUND) == {"order_id": "A-1", "amount": 5}
    assert read_arguments("", {"type": "object"}) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("no json", "one JSON object"),
        ('["A-1", 5]', "one JSON object"),
        ('{"order_id": "A-1"}', "'amount' is a required property"),
        ('{"order_id": "A-1", "amount": "5"}', r"\$.amount: '5' is not of type 'number'"),
        ('{"order_id": "A-1", "amount": -5}', r"\$.amount"),
        ('{"order_id": "A-1", "amount": 5, "to": "me"}', "'to' was unexpected"),
        ('{"order_id": "' + "A" * 30_000 + '", "amount": 5}', "too long"),
    ],
)
def test_arguments_that_do_not_fit_are_told_what_is_wrong(text: str, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem) as raised:
        read_arguments(text, REFUND)
    assert len(str(raised.value)) < 400


def test_what_is_the_customers_own_is_neither_shown_to_a_model_nor_taken_from_it() -> None:
    shown = without(REFUND, {"order_id"})
    assert shown == {**REFUND, "properties": {"amount": REFUND["properties"]["amount"]}, "required": ["amount"]}
    assert without({"type": "object"}, {"order_id"}) == {"type": "object"}
    own = {"order_id": "A-2"}
    expected = {"order_id": "A-2", "amount": 5}
    assert read_arguments('{"amount": 5}', REFUND, own) == expected
    assert read_arguments('{"order_id": "A-1", "amount": 5}', REFUND, own) == expected


@pytest.mark.parametrize("choice", ["anyOf", "oneOf", "allOf"])
def test_a_choice_of_schemas_is_shown_as_one_and_checked_as_it_is(choice: str) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"order_id": {"type": "string"}},
        "required": ["order_id"],
        choice: [{"required": ["email"], "properties": {"email": {"type": "string"}}}, {"required": ["phone"]}],
    }
    shown = without(schema, {"order_id"})
    assert shown == {"type": "object", "properties": {"email": {"type": "string"}}, "required": []}
    with pytest.raises(InvalidInputError):
        read_arguments('{"order_id": "A-1"}', schema)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, {}),
        ({"account": "contact_id", "to": "email"}, {"account": "c-1", "to": "mara@shop.example"}),
        ({"order_id": "order"}, {"order_id": "A-1002"}),
        ({"account": "contact_id", "number": "phone"}, None),
        ({"order_id": "invoice"}, None),
        ({"order_id": "no_such_fact"}, None),
    ],
)
def test_the_customers_record_fills_in_what_it_holds_once(
    wanted: dict[str, str], expected: dict[str, str] | None
) -> None:
    (order,) = known_customer(order="A-1002").facts
    invoices = [order.model_copy(update={"name": "invoice", "value": value}) for value in ("TF-1", "TF-2")]
    contact = ContactIdentity(contact_id="c-1", email="mara@shop.example")
    assert own_arguments(wanted, CustomerContext(facts=(order, *invoices), contact=contact)) == expected


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "string"},
        {"type": "object", "properties": 5},
        {"type": "object", "description": "a" * 30_000},
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(schema: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        usable_schema(schema)


def test_words_in_a_schema_are_made_plain_and_the_rest_stays() -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"description": {"type": "string", "description": "Why\u202e\x00", "enum": ["a\u200bb"]}},
        "anyOf": [{"title": "One\x1b"}, True],
    }
    usable = usable_schema(schema)
    assert usable == {
        "type": "object",
        "properties": {"description": {"type": "string", "description": "Why", "enum": ["a\u200bb"]}},
        "anyOf": [{"title": "One"}, True],
    }


def test_a_schema_fetches_nothing() -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:9/schema.json"}}}
    with pytest.raises(InvalidInputError, match="refers to something"):
        check_arguments({"a": 1}, schema)


OPEN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "order_id": {"type": "string"},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "reason": {"type": ["string", "null"]},
        "other": {"$ref": "#/$defs/other"},
        "free": {},
    },
    "$defs": {"other": {"type": "string"}},
}


@pytest.mark.parametrize("text", ['{"order_id": "A-1", "notes": "x"}', '{"Order_id": "A-1"}'])
def test_a_misspelt_argument_is_refused_because_servers_drop_it(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"has no argument .*; it has free, note, order_id, other, reason"):
        read_arguments(text, OPEN)


@pytest.mark.parametrize(
    "more",
    [{"additionalProperties": True}, {"additionalProperties": {"type": "string"}}, {"patternProperties": {"^n": {}}}],
)
def test_a_schema_that_allows_other_arguments_gets_them(more: dict[str, Any]) -> None:
    assert read_arguments('{"notes": "x"}', {**OPEN, **more}) == {"notes": "x"}
    assert read_arguments('{"anything": 1}', {"type": "object"}) == {"anything": 1}


@pytest.mark.parametrize("name", ["note", "reason", "free"])
def test_the_text_null_is_refused_where_servers_take_it_for_nothing(name: str) -> None:
    with pytest.raises(InvalidInputError, match=f'{name} is the text "null"'):
        read_arguments(f'{{"{name}": "null"}}', OPEN)


@pytest.mark.parametrize(
    "arguments",
    [{"order_id": "null"}, {"other": "null"}, {"note": None}, {"note": "nullify"}, {"note": "NULL"}, {"note": "none"}],
)
def test_other_texts_and_nothing_itself_are_taken(arguments: dict[str, Any]) -> None:
    assert read_arguments(json.dumps(arguments), OPEN) == arguments
