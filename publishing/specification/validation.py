"""One file against its model, and every mistake in it at once."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from domain.specification.findings import Location
from publishing.specification.documents import Document, DocumentReader
from publishing.specification.explanations import findings_of, place_of
from publishing.specification.mistakes import MOST_MISTAKES

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class Read(Generic[T]):
    """A valid value and the document that it comes from."""

    document: Document
    value: T


def validated(reader: DocumentReader, document: Document | None, model: type[T]) -> Read[T] | None:
    """The document's value; None, and mistakes with the reader, where it has none.

    Unknown keys are reported and then left out, so that what the rest says is checked as well.
    """
    if document is None:
        return None
    try:
        return Read(document, model.model_validate(document.data))
    except ValidationError as error:
        errors = error.errors()
    unknown = [place_of(error, document.data) for error in errors if error["type"] == "extra_forbidden"]
    keys = set(unknown)
    for finding in findings_of(errors[:MOST_MISTAKES], document.data, model):
        reader.add(document.mistake(finding, of_key=finding.location in keys))
    if len(unknown) < len(errors) or reader.has_enough:
        return None
    return validated(reader, replace(document, data=_without(document.data, unknown)), model)


def _without(data: Any, locations: list[Location]) -> Any:
    remaining = deepcopy(data)
    for location in locations:
        inside = remaining
        for step in location[:-1]:
            inside = inside[step]
        inside.pop(location[-1], None)
    return remaining
