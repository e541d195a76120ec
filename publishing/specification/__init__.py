"""Organisations from files: reading a folder under `specs/`, and the JSON Schema of its files."""

from publishing.specification.loading import LoadedOrganisation, load_specification
from publishing.specification.mistakes import Mistake, SpecificationError
from publishing.specification.schemas import write_schemas
from publishing.specification.starting import start_organisation

__all__ = [
    "LoadedOrganisation",
    "Mistake",
    "SpecificationError",
    "load_specification",
    "start_organisation",
    "write_schemas",
]
