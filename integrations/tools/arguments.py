"""Schemas of arguments: which ones are taken from a stranger, and whether a model's arguments fit."""

from collections.abc import Iterable, Mapping

from jsonschema import Draft202012Validator, SchemaError
from jsonschema.exceptions import best_match
from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json
from referencing import Registry
from referencing.exceptions import Unresolvable

from domain.conversation.turn import ContactIdentity, CustomerContext
from domain.errors import InvalidInputError
from domain.tools.actions import MAX_DESCRIPTION_CHARACTERS, plain

MAX_SCHEMA_BYTES = 20_000
MAX_ARGUMENTS_CHARACTERS = 20_000
WORDS = frozenset({"title", "description", "$comment"})
CHOICES = frozenset({"anyOf", "oneOf", "allOf", "not", "enum"})
"""What providers refuse at the top of a schema."""
OPEN_SCHEMA = frozenset({"additionalProperties", "patternProperties", "unevaluatedProperties", "$ref", "if"})
"""Who writes one of these says for themselves which other arguments there may be."""

_OBJECT: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])


def usable_schema(schema: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The schema with its words made plain. Raises InvalidInputError for one that cannot be used."""
    if schema.get("type") != "object" or len(to_json(schema)) > MAX_SCHEMA_BYTES:
        raise InvalidInputError(f"Its schema is not that of an object, or is larger than {MAX_SCHEMA_BYTES} bytes.")
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError:
        raise InvalidInputError("Its schema is not valid JSON Schema.") from None
    return {key: _plain(value, key) for key, value in schema.items()}


def without(schema: Mapping[str, JsonValue], names: Iterable[str]) -> dict[str, JsonValue]:
    """The schema as a model sees it that does not choose these arguments, in a form that every provider takes.

    OpenAI and Anthropic refuse a request with a tool whose schema is a choice of schemas, so all of their arguments are
    shown together; what a model writes is checked against the whole schema.
    """
    hidden = set(names)
    shown = {key: value for key, value in schema.items() if key not in CHOICES}
    properties = {name: value for part in _parts_of(schema) for name, value in _properties_of(part).items()}
    if properties:
        shown["properties"] = {name: value for name, value in properties.items() if name not in hidden}
    match schema.get("required"):
        case list(required):
            shown["required"] = [name for name in required if name not in hidden]
    return shown


def own_arguments(wanted: Mapping[str, str], context: CustomerContext) -> dict[str, str] | None:
    """The arguments that the customer's record fills in; None where it lacks one, or has several to choose from."""
    own = {name: _of_customer(held, context) for name, held in wanted.items()}
    return {name: value for name, value in own.items() if value} if all(own.values()) else None


def read_arguments(
    text: str, schema: Mapping[str, JsonValue], own: Mapping[str, str] | None = None
) -> dict[str, JsonValue]:
    """What a model wrote, with the customer's `own` in place of it, checked against the schema.

    Raises InvalidInputError that says what is wrong.
    """
    if len(text) > MAX_ARGUMENTS_CHARACTERS:
        raise InvalidInputError("The arguments are too long.")
    try:
        arguments = _OBJECT.validate_json(text or "{}")
    except ValidationError:
        raise InvalidInputError("The arguments must be one JSON object.") from None
    arguments |= own or {}
    check_arguments(arguments, schema)
    _check_taken_as_written(arguments, schema)
    return arguments


def check_arguments(arguments: Mapping[str, JsonValue], schema: Mapping[str, JsonValue]) -> None:
    """Raises InvalidInputError for arguments that do not fit. Nothing is fetched for a schema that refers elsewhere."""
    try:
        error = best_match(Draft202012Validator(schema, registry=Registry()).iter_errors(arguments))
    except Unresolvable:
        raise InvalidInputError("The tool's schema refers to something that it does not hold.") from None
    if error is not None:
        raise InvalidInputError(f"The arguments do not fit the tool: {error.json_path}: {error.message[:300]}")


def _check_taken_as_written(arguments: Mapping[str, JsonValue], schema: Mapping[str, JsonValue]) -> None:
    """Raises InvalidInputError for what tool servers are known to take otherwise without a word.

    They drop arguments whose names they do not know, and take the text "null" for nothing where nothing is allowed.
    """
    known = {name: value for part in _parts_of(schema) for name, value in _properties_of(part).items()}
    unknown = sorted(set(arguments) - set(known))
    if unknown and known and not OPEN_SCHEMA & set(schema):
        raise InvalidInputError(f"The tool has no argument {', '.join(unknown)}; it has {', '.join(sorted(known))}.")
    for name, value in arguments.items():
        if value == "null" and _allows_nothing(known.get(name)):
            raise InvalidInputError(f'{name} is the text "null", which the tool takes for nothing: leave it out.')


def _allows_nothing(schema: JsonValue | None) -> bool:
    try:
        return isinstance(schema, dict) and Draft202012Validator(schema, registry=Registry()).is_valid(None)
    except Unresolvable:
        return False


def _of_customer(held: str, context: CustomerContext) -> str | None:
    if held in ContactIdentity.model_fields:
        return getattr(context.contact, held, None)
    values = {fact.value for fact in context.facts if fact.name == held}
    return values.pop() if len(values) == 1 else None


def _parts_of(schema: Mapping[str, JsonValue]) -> list[JsonValue]:
    """Every schema that it chooses from, and then itself."""
    choices = [schema.get(name) for name in ("anyOf", "oneOf", "allOf")]
    return [*(part for parts in choices if isinstance(parts, list) for part in parts), dict(schema)]


def _properties_of(schema: JsonValue) -> dict[str, JsonValue]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return properties if isinstance(properties, dict) else {}


def _plain(value: JsonValue, key: str = "") -> JsonValue:
    match value:
        case str() if key in WORDS:
            return plain(value, MAX_DESCRIPTION_CHARACTERS)
        case dict():
            return {name: _plain(inner, name) for name, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
    return value
