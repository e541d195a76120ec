"""Errors of validation as findings: where in the file, what is wrong, what to write instead."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from domain.market.versions import SEMANTIC
from domain.specification.findings import Finding, Location, child, did_you_mean, instead_of, is_list
from domain.specification.people import PERSON_ID

PATTERNS: Mapping[str, str] = {
    r"^[a-z][a-z0-9_-]{0,62}$": "Write small letters, digits, _ and -, a letter first, at most 63, such as `billing`.",
    r"^[a-z][a-z0-9_]{0,31}$": "Write the name of a channel such as `web_chat`: small letters, digits and _.",
    PERSON_ID: "Write the id of the person's API key: at most 64 letters, digits and . _ ~ -, no address.",
    r"^[a-z]{2,3}$": "Write an ISO 639-1 code of two or three small letters, such as `pt`.",
    r"^[A-Z]{3}$": "Write an ISO 4217 code of three capital letters, such as `EUR`.",
    r"^[a-z_-]+:.+$": "Write the provider, a colon and the model, such as `openai:gpt-4.1`.",
    r"^(local|[a-z_-]+:.+)$": "Write `local`, or the provider, a colon and the model, such as `openai:gpt-4.1`.",
    r"^(embedded|none|(openai|compatible):.+)$": "Write `embedded`, `none`, `openai:<model>` or `compatible:<model>`.",
    r"^[a-z0-9_/-]+$": "Write the id of a step, or `<other>/<id>` for one within another, such as `tour/ask`.",
    r"^https?://": "Write an address that begins with https:// or http://.",
    r"^[A-Za-z0-9_./-]{1,128}$": "Write the tool's name as its server does: letters, digits, and . _ / - only.",
    SEMANTIC: "Write three numbers with points between them, such as `1.4.0`.",
    r"^sha256:[0-9a-f]{64}$": "Write `sha256:` and 64 hexadecimal digits, as `holdfast market index` does.",
    r"^scenarios/[a-z0-9][a-z0-9_-]{0,62}\.yaml$": "Write the path of a file such as `scenarios/refund.yaml`.",
    r"\{address\}": "Write {address} where the customer's address is to stand.",
    r"\{code\}": "Write {code} where the code is to stand.",
}
"""What to write where a text must have a form, by the form."""

QUOTED = re.compile(r"'([^']*)'")
RANGES: Mapping[str, tuple[str, str]] = {
    "greater_than": ("is too low", "Write a number above {gt}."),
    "greater_than_equal": ("is too low", "Write {ge} or more."),
    "less_than": ("is too high", "Write a number below {lt}."),
    "less_than_equal": ("is too high", "Write {le} or less."),
    "too_short": ("holds {actual_length} of the {min_length} that are needed", "Write at least {min_length}."),
}
"""Problem and remedy by the type of an error, with what its context tells."""

KINDS: Sequence[tuple[str, str, str]] = (
    ("int", "is no whole number", "Write a whole number such as 3, without quotes or units."),
    ("float", "is no number", "Write a number such as 0.75, without units."),
    ("decimal", "is no number", "Write an amount such as 10.50, without its currency."),
    ("bool", "is neither true nor false", "Write true or false."),
    ("date", "is no date", "Write a date such as 2026-03-31."),
    ("string", "is no text", "Write one text here, in quotes where it holds signs."),
    ("tuple", "is no list", "Write a list: one item a line, each after `- `, or all of them in [brackets]."),
    ("dict", "is no mapping", "Write keys and values, one a line and indented, such as `key: value`."),
    ("model", "is no mapping", "Write keys and values, one a line and indented, such as `key: value`."),
)
"""Problem and remedy by how the type of an error begins."""


def findings_of(errors: Sequence[ErrorDetails], data: object, model: type[BaseModel]) -> Iterator[Finding]:
    """A finding for each error of validating the data of a file."""
    schema = model.model_json_schema()
    places = [place_of(error, data) for error in errors]
    for error, place in zip(errors, places, strict=True):
        if error["loc"] == place or not _of_another_choice(error, alone=places.count(place) == 1):
            problem, remedy = _explained(error, schema)
            yield Finding(place, problem, remedy)


def place_of(error: ErrorDetails, data: object) -> Location:
    """Where it stands in the data; the library names choices that were tried as well, and these are no keys."""
    place, value = list[str | int](), data
    choice: object = None
    if error["type"] == "union_tag_invalid":
        error = {**error, "loc": (*error["loc"], error["ctx"]["discriminator"].strip("'"))}
    named = error["type"] in ("missing", "extra_forbidden")
    for number, step in enumerate(error["loc"], 1):
        if step == _choice_of(value) and value is not choice:
            choice = value  # a choice may be called as one of its own keys
            continue
        inside = child(value, step)
        if inside is None and not _holds(value, step) and not (named and number == len(error["loc"])):
            continue
        place.append(step)
        value = inside
    return tuple(place)


def _choice_of(value: object) -> object:
    """Of what kind a step of a journey says that it is."""
    return child(value, "kind") if isinstance(value, Mapping) and "id" in value else None


def _holds(value: object, step: str | int) -> bool:
    return (isinstance(value, Mapping) and step in value) or (is_list(value) and isinstance(step, int))


def _of_another_choice(error: ErrorDetails, *, alone: bool) -> bool:
    """Of a word and a mapping only one can have been meant: the errors of the other are noise.

    `alone`: nothing else is wrong at this place, so that a mapping is what may stand there.
    """
    meant_mapping = isinstance(error["input"], Mapping)
    if error["type"] == "literal_error":
        return meant_mapping
    return error["type"] == "model_type" and not meant_mapping and not alone


def _explained(error: ErrorDetails, schema: Mapping[str, Any]) -> tuple[str, str]:
    kind, told = error["type"], error.get("ctx", {})
    match kind:
        case "extra_forbidden":
            known = keys_beside(schema, error["loc"])
            return "there is no such key", _instead_of_key(str(error["loc"][-1]), error["input"], known)
        case "missing" | "union_tag_not_found":
            return _missing(kind, told)
        case "value_error":
            problem, _, remedy = error["msg"].removeprefix("Value error, ").partition("; ")
            return problem, _sentence(remedy)
        case "literal_error" | "enum":
            return _none_of(error["input"], told["expected"])
        case "union_tag_invalid":
            return _none_of(told["tag"], told["expected_tags"])
        case "string_pattern_mismatch":
            return "has another form", PATTERNS.get(told["pattern"], f"Write a text that matches {told['pattern']}.")
    if error["input"] is None:
        return "has no value", "Write one after the colon, or leave the key out."
    if kind == "string_type" and isinstance(error["input"], bool | int | float):
        read = "true or false" if isinstance(error["input"], bool) else "a number"
        return f"YAML reads this as {read}, and a text is wanted", "Put it in quotes."
    return _by_kind(kind, error["msg"], told)


def _instead_of_key(key: str, value: object, known: Sequence[str]) -> str:
    """A key without a value, and like no other, is the rest of a text in braces that a comma has cut off."""
    cut_off = value is None and not did_you_mean(key, known)
    comma = "If it belongs to a text with a comma, put the text in quotes." if cut_off else ""
    return " ".join(filter(None, (comma, instead_of(key, known, _any_of(known)))))


def _missing(kind: str, told: Mapping[str, Any]) -> tuple[str, str]:
    if kind == "missing":
        return "is missing", "Add it."
    key = told["discriminator"].strip("'")
    return f"the key {key} is missing", f"Add {key}, which says of what kind this is."


def _none_of(written: object, choices: str) -> tuple[str, str]:
    meant = did_you_mean(str(written), QUOTED.findall(choices))
    return "is none of the words that may stand here", " ".join(filter(None, (meant, f"Write {choices}.")))


def _by_kind(kind: str, message: str, told: Mapping[str, Any]) -> tuple[str, str]:
    if kind in RANGES:
        problem, remedy = RANGES[kind]
        return problem.format(**told), remedy.format(**told)
    for begins, wrong, remedy in KINDS:
        if kind.startswith(begins):
            return wrong, remedy
    return _uncapitalised(
        message
    ), "See the description of the key in its JSON Schema: `holdfast spec schema` writes it."


def keys_beside(schema: Mapping[str, Any], location: Location) -> list[str]:
    """The keys that may stand where an unknown one does; none where the schema does not say."""
    node: Mapping[str, Any] = schema
    for step in location[:-1]:
        inside = _inside(node, step, schema)
        if inside is None:
            return []
        node = inside
    return [key for choice in _choices(node, schema) for key in choice.get("properties", {})]


def _inside(node: Mapping[str, Any], step: str | int, schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema one step further in; a step may be a key, a number, or the name of one of several choices."""
    for choice in (node, *node.get("anyOf", ()), *node.get("oneOf", ())):
        tagged = choice.get("discriminator", {}).get("mapping", {}).get(step)
        if tagged or str(choice.get("$ref", "")).endswith(f"/{step}"):
            return _resolved(choice if tagged is None else {"$ref": tagged}, schema)
    for choice in _choices(node, schema):
        inside = choice.get("items") if isinstance(step, int) else choice.get("properties", {}).get(step)
        others = [choice.get("additionalProperties"), *choice.get("patternProperties", {}).values()]
        for found in (inside, *others):
            if isinstance(found, dict):
                return found
    return None


def _choices(node: Mapping[str, Any], schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    resolved = _resolved(node, schema)
    several = [*resolved.get("anyOf", ()), *resolved.get("oneOf", ())]
    return [_resolved(choice, schema) for choice in several] or [resolved]


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node itself, or what its reference names."""
    return dict(schema["$defs"][node["$ref"].rpartition("/")[2]]) if "$ref" in node else node


def _any_of(known: Sequence[str]) -> str:
    return f"Use one of {', '.join(known)}." if known else "Leave it out."


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]


def _sentence(text: str) -> str:
    stop = "" if text.endswith("?") else "."
    return f"{text[:1].upper()}{text[1:]}{stop}" if text else "Correct it."
