"""Writes docs/configuration.md and .env.example from the settings: `make docs`."""

from pathlib import Path

from pydantic.fields import FieldInfo

from config.settings import Settings, variable_name

ROOT = Path(__file__).parent.parent

HEADING = """# Configuration

Every setting is an environment variable; the commands of `holdfast` also read a file `.env` in the working directory.
An empty variable counts as unset. This page is generated from `config/settings.py` by `make docs`.

| variable | default | meaning |
|---|---|---|
"""


def configuration_page() -> str:
    """The content of docs/configuration.md."""
    rows = (
        f"| `{variable_name(name)}` | {_code(_default(field))} | {field.description} |"
        for name, field in Settings.model_fields.items()
    )
    return HEADING + "\n".join(rows) + "\n"


def environment_example() -> str:
    """The content of .env.example: every variable with its default, commented out."""
    entries = (
        f"# {field.description}\n# {variable_name(name)}={_default(field)}\n"
        for name, field in Settings.model_fields.items()
    )
    return "# Copy to .env and uncomment what you change.\n\n" + "\n".join(entries)


def _default(field: FieldInfo) -> str:
    """The default as written in a variable; paths stay relative to the working directory."""
    value = field.get_default()
    return "" if value is None else str(value)


def _code(text: str) -> str:
    return f"`{text}`" if text else "unset"


def write() -> None:
    (ROOT / "docs" / "configuration.md").write_text(configuration_page())
    (ROOT / ".env.example").write_text(environment_example())


if __name__ == "__main__":
    write()
