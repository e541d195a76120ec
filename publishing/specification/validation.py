"""One file against its model, and every mistake in it at once."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from publishing.specification.documents import Document, DocumentReader
from publishing.specification.problems import Location, explained

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Read(Generic[T]):
    """A valid value and the document that it comes from."""

    document: Document
    value: T


def validated(reader: DocumentReader, document: Document | None, model: type[T]) -> Read[T] | None:
    """The document's value; None, and problems with the reader, where it has none.

    Unknown keys are reported and then left out, so that the references of such a file are checked as well.
    """
    if document is None:
        return None
    try:
        return Read(document, model.model_validate(document.data))
    except ValidationError as error:
        schema = model.model_json_schema()
        errors = error.errors()
    reader.problems += [document.problem(error["loc"], explained(error, schema)) for error in errors]
    if any(error["type"] != "extra_forbidden" for error in errors):
        return None
    known = _without(document.data, [error["loc"] for error in errors])
    return Read(document, model.model_validate(known))


def _without(data: Any, locations: list[Location]) -> Any:
    remaining = deepcopy(data)
    for location in locations:
        inside = remaining
        for step in location[:-1]:
            inside = inside[step]
        del inside[location[-1]]
    return remaining
