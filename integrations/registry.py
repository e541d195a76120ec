"""Adapters by kind: "module:Class", imported when one is used."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from domain.errors import InvalidInputError


def adapter_class(kinds: Mapping[str, str], kind: str) -> Any:
    """The class that serves a kind. Raises InvalidInputError for a kind that nobody registered."""
    if kind not in kinds:
        raise InvalidInputError(f"There is no adapter {kind!r}: use one of {', '.join(sorted(kinds))}.")
    module, _, name = kinds[kind].partition(":")
    return getattr(import_module(module), name)
