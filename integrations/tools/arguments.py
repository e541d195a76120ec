"""Schemas of arguments: which ones are taken from a stranger, and whether a model's arguments fit."""

from collections.abc import Mapping

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.exceptions import best_match
from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json
from referencing import Registry
from referencing.exceptions import Unresolvable

from domain.errors import InvalidInputError
from domain.tools import LONGEST_DESCRIPTION, plain

LARGEST_SCHEMA_BYTES = 20_000
LONGEST_ARGUMENTS = 20_000
WORDS = frozenset({"title", "description", "$comment"})

_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


def usable_schema(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The schema with its words made plain. Raises InvalidInputError for one that cannot be used."""
    if schema.get("type") != "object" or len(to_json(schema)) > LARGEST_SCHEMA_BYTES:
        raise InvalidInputError(f"Its schema is not that of an object, or is larger than {LARGEST_SCHEMA_BYTES} bytes.")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        raise InvalidInputError("Its schema is not valid JSON Schema.") from None
    return {key: _plain(value, key) for key, value in schema.items()}


def read_arguments(text: str, schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """What a model wrote, checked against the schema. Raises InvalidInputError that says what is wrong with it."""
    if len(text) > LONGEST_ARGUMENTS:
        raise InvalidInputError("The arguments are too long.")
    try:
        arguments = _OBJECT.validate_json(text or "{}")
    except ValidationError:
        raise InvalidInputError("The arguments must be one JSON object.") from None
    check_arguments(arguments, schema)
    return arguments


def check_arguments(arguments: Mapping[str, JsonValue], schema: Mapping[str, JsonValue]) -> None:
    """Raises InvalidInputError for arguments that do not fit. Nothing is fetched for a schema that refers elsewhere."""
    try:
        error = best_match(Draft202012Validator(schema, registry=Registry()).iter_errors(arguments))
    except Unresolvable:
        raise InvalidInputError("The tool's schema refers to something that it does not hold.") from None
    if error is not None:
        raise InvalidInputError(f"The arguments do not fit the tool: {error.json_path}: {error.message[:300]}")


def _plain(value: JsonValue, key: str = "") -> JsonValue:
    match value:
        case str() if key in WORDS:
            return plain(value, LONGEST_DESCRIPTION)
        case dict():
            return {name: _plain(inner, name) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
    return value
