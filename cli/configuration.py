"""Writes docs/configuration.md and .env.example from the settings: `make docs`."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.settings import PREFIX, Settings, variable_name
from integrations.channels.registry import CHANNELS
from integrations.crm.registry import CRMS
from integrations.desk.registry import DESKS
from integrations.knowledge.registry import SOURCES
from integrations.registry import adapter_class
from integrations.settings import VendorSettings
from integrations.tools.base import ToolSettings

ROOT = Path(__file__).parent.parent
HEADING = """# Configuration

Every setting is an environment variable; the commands of `holdfast` also read a file `.env` in the working directory.
An empty variable counts as unset. This page is generated from the settings' classes by `make docs`.

| variable | default | meaning |
|---|---|---|
"""
VENDORS = """
## Vendors

A vendor of which no variable is set is not used. `holdfast check <vendor>` tells what is missing.
"""
VENDOR_HEADING = """
### {title}

| variable | default | meaning |
|---|---|---|
"""


def configuration_page() -> str:
    """The content of docs/configuration.md."""
    rows = (
        f"| `{variable_name(name)}` | {_code(_default(field))} | {field.description} |"
        for name, field in Settings.model_fields.items()
    )
    tables = (VENDOR_HEADING.format(title=title) + "\n".join(_rows(fields)) + "\n" for title, fields in _vendors())
    return HEADING + "\n".join(rows) + "\n" + VENDORS + "".join(tables)


def environment_example() -> str:
    """The content of .env.example: every variable with its default, commented out."""
    entries = [(variable_name(name), field) for name, field in Settings.model_fields.items()]
    entries += [entry for _, fields in _vendors() for entry in fields.items()]
    lines = (f"# {field.description}\n# {variable}={_default(field)}\n" for variable, field in entries)
    return "# Copy to .env and uncomment what you change.\n\n" + "\n".join(lines)


def _vendors() -> Iterable[tuple[str, Mapping[str, FieldInfo]]]:
    """Each vendor's name and the fields of all its adapters by variable."""
    classes: list[type[VendorSettings] | None] = [
        getattr(adapter_class(kinds, kind), "settings_class", None)
        for kinds in (CHANNELS, CRMS, DESKS, SOURCES)
        for kind in kinds
    ]
    by_prefix: dict[str, dict[str, FieldInfo]] = {}
    known: list[type[VendorSettings]] = [*filter(None, classes), ToolSettings]
    for settings in known:
        fields = by_prefix.setdefault(settings.prefix, {})
        for name, field in settings.model_fields.items():
            fields.setdefault(f"{PREFIX}{settings.prefix}_{name.upper()}", field)
    return [(prefix.replace("_", " ").capitalize(), fields) for prefix, fields in sorted(by_prefix.items())]


def _rows(fields: Mapping[str, FieldInfo]) -> Iterable[str]:
    for variable, field in fields.items():
        needed = "needed" if field.is_required() else _code(_default(field))
        yield f"| `{variable}` | {needed} | {field.description} |"


def _default(field: FieldInfo) -> str:
    """The default as written in a variable; paths stay relative to the working directory."""
    value = field.get_default()
    if value is None or value is PydanticUndefined or value in ((), {}):
        return ""
    return str(value)


def _code(text: str) -> str:
    return f"`{text}`" if text else "unset"


def write() -> None:
    (ROOT / "docs" / "configuration.md").write_text(configuration_page())
    (ROOT / ".env.example").write_text(environment_example())


if __name__ == "__main__":
    write()
