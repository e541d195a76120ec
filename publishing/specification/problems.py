"""What is wrong with a specification, said so that its author can put it right."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails

from domain.errors import PermanentError

Location = tuple[str | int, ...]


class Problem(NamedTuple):
    """One mistake: where it stands, what is wrong, what to do. Never a value that a customer's record holds."""

    file: str
    line: int | None
    field: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.text}" if self.field else f"{place}: {self.text}"


class SpecificationError(PermanentError):
    """A specification has mistakes; the text lists all of them, one a line."""

    def __init__(self, folder: str, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line or 0)))
        counted = f"{len(problems)} mistake{'s' if len(problems) > 1 else ''}"
        lines = [f"The specification {folder!r} has {counted}. Correct and load it again.", *map(str, self.problems)]
        super().__init__("\n  ".join(lines))


def explained(error: ErrorDetails, schema: Mapping[str, Any]) -> str:
    """A validation error in words; `schema` is the JSON Schema of the file, for the keys it could have meant."""
    match error["type"]:
        case "extra_forbidden":
            known = _keys_beside(schema, error["loc"])
            return f"there is no such key{did_you_mean(str(error['loc'][-1]), known)}; use one of {', '.join(known)}"
        case "missing":
            return "is missing; add it"
        case "string_type" if isinstance(error["input"], bool | int | float):
            return f"YAML reads {str(error['input']).lower()} as a {type(error['input']).__name__}; put it in quotes"
        case "literal_error" | "enum":
            return f"must be {error['ctx']['expected']}"
        case "string_pattern_mismatch":
            return f"must match {error['ctx']['pattern']}"
        case "date_parsing" | "date_from_datetime_parsing":
            return "must be a date such as 2026-03-31"
        case _:
            return error["msg"].removeprefix("Value error, ").replace("Input should", "should")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """` (did you mean 'billing'?)` when a known name is close, else nothing."""
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _keys_beside(schema: Mapping[str, Any], location: Location) -> list[str]:
    node = _resolved(schema, schema)
    for step in location[:-1]:
        inside = node["items"] if isinstance(step, int) else node.get("properties", {}).get(step)
        node = _resolved(inside or node["additionalProperties"], schema)
    return list(node["properties"])


def _resolved(node: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The node itself, or what its reference names."""
    choices = [choice for choice in node.get("anyOf", ()) if choice.get("type") != "null"]
    node = choices[0] if choices else node
    if "$ref" in node:
        return dict(schema["$defs"][node["$ref"].rpartition("/")[2]])
    return node
