"""docs/guides/email.md names every setting, with its default."""

from pathlib import Path

import pytest
from pydantic.fields import FieldInfo

from integrations.channels.email.settings import EmailSettings

GUIDE = (Path(__file__).parents[4] / "docs" / "guides" / "email.md").read_text(encoding="utf-8")
SPOKEN = {"imap_port": "port `993`", "smtp_port": "port `465`", "imap_security": "`tls`", "smtp_security": "`tls`"}


@pytest.mark.parametrize(("name", "field"), EmailSettings.model_fields.items())
def test_a_setting_is_in_the_guide(name: str, field: FieldInfo) -> None:
    variable = name.upper()
    row = next(line for line in GUIDE.split("\n") if line.startswith("|") and f"_{variable}`" in line)
    if field.default not in (None, "") and not field.is_required():
        assert SPOKEN.get(name, f"`{str(field.default).lower() if name != 'folder' else field.default}`") in row
