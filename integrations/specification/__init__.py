"""Organisations from files: reading a folder under `specs/`, and the JSON Schema of its files."""

from integrations.specification.loading import LoadedOrganisation, load_specification
from integrations.specification.problems import SpecificationError
from integrations.specification.schemas import write_schemas

__all__ = ["LoadedOrganisation", "SpecificationError", "load_specification", "write_schemas"]
