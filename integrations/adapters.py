"""The adapters of one registry, each made from its settings when it is first used, so that no other SDK is imported."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from domain.errors import CredentialsError, InvalidInputError
from integrations.registry import adapter_class
from integrations.settings import VendorSettings

Adapter = TypeVar("Adapter")
ReadSettings = Callable[[type[VendorSettings], str], VendorSettings | None]
"""Reads a vendor's settings from variables with its prefix; None where there are none."""


class Adapters(Mapping[str, Adapter], Generic[Adapter]):
    """By kind. `given` are those that need more than settings, such as the built-in directory."""

    def __init__(
        self, kinds: Mapping[str, str], read: ReadSettings, given: Mapping[str, Adapter] | None = None
    ) -> None:
        self._kinds = kinds
        self._read = read
        self._made: dict[str, Adapter] = dict(given or {})

    def __getitem__(self, kind: str) -> Adapter:
        """Raises InvalidInputError for a kind that nobody registered, CredentialsError for one that is not set up."""
        if kind not in self._made:
            self._made[kind] = self._make(kind)
        return self._made[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def _make(self, kind: str) -> Adapter:
        adapter: Any = adapter_class(self._kinds, kind)
        settings_class = adapter.settings_class
        if settings_class is None:
            made: Adapter = adapter()
            return made
        prefix = settings_class.prefix
        try:
            settings = self._read(settings_class, prefix)
        except ValueError as error:
            raise InvalidInputError(f"The settings HOLDFAST_{prefix}_… are wrong: {_mistakes(error)}.") from error
        if settings is None:
            needed = [name.upper() for name, field in settings_class.model_fields.items() if field.is_required()]
            text = f"{kind} is not set up here: set HOLDFAST_{prefix}_… (docs/configuration.md)"
            raise CredentialsError(f"{text}, at least {', '.join(needed)}." if needed else f"{text}.")
        configured: Adapter = adapter(settings)
        return configured


class Wrapped(Mapping[str, Adapter], Generic[Adapter]):
    """The same adapters, each in a wrapper that is made once."""

    def __init__(self, adapters: Mapping[str, Adapter], wrap: Callable[[Adapter], Adapter]) -> None:
        self._adapters = adapters
        self._wrap = wrap
        self._made: dict[str, Adapter] = {}

    def __getitem__(self, kind: str) -> Adapter:
        if kind not in self._made:
            self._made[kind] = self._wrap(self._adapters[kind])
        return self._made[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._adapters)

    def __len__(self) -> int:
        return len(self._adapters)


def vendor_of(adapter: object) -> str:
    """Who stands behind an adapter, such as `twilio` behind SMS and calls; empty where nobody does."""
    settings_class: type[VendorSettings] | None = getattr(adapter, "settings_class", None)
    return settings_class.prefix.lower() if settings_class else ""


def _mistakes(error: ValueError) -> str:
    listed = getattr(error, "errors", None)
    if listed is None:
        return "unreadable"
    return "; ".join(_mistake(one["loc"], one["type"], one["msg"], one.get("ctx", {})) for one in listed())


def _mistake(location: Sequence[str | int], kind: str, message: str, context: Mapping[str, Any]) -> str:
    """A mistake that lies between several variables has no location."""
    told = {
        "missing": "is missing",
        "too_short": f"needs {context.get('min_length')} characters or more",
        "value_error": str(context.get("error")),
    }.get(kind, message)
    variable = ".".join(map(str, location)).upper()
    return f"{variable}: {told}" if variable else told
