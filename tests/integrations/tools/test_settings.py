import pytest

from config.settings import read_vendor
from domain.errors import InvalidInputError
from integrations.tools.base import ToolSettings, tool_settings


def test_what_is_allowed_and_the_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_vendor(ToolSettings, ToolSettings.prefix) is None
    monkeypatch.setenv("HOLDFAST_TOOLS_ALLOWED", '["https://tools.shop.example/mcp", "stock-tools --read-only"]')
    monkeypatch.setenv("HOLDFAST_TOOLS_SECRETS", '{"shop_token": "Bearer sesame"}')
    settings = read_vendor(ToolSettings, ToolSettings.prefix)
    assert settings is not None
    assert settings.allowed == ("https://tools.shop.example/mcp", "stock-tools --read-only")
    assert settings.secrets["shop_token"].get_secret_value() == "Bearer sesame"
    assert "sesame" not in repr(settings)


def test_without_variables_nothing_is_allowed() -> None:
    assert tool_settings(read_vendor) == ToolSettings()


@pytest.mark.parametrize(
    ("name", "value"), [("ALLOWED", "s3cret"), ("ALLOWED", '{"s3cret": 1}'), ("SECRETS", '["s3cret"]')]
)
def test_what_cannot_be_read_is_told_without_the_value(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"HOLDFAST_TOOLS_{name}", value)
    with pytest.raises(InvalidInputError, match=f"HOLDFAST_TOOLS_{name}") as caught:
        tool_settings(read_vendor)
    assert "s3cret" not in str(caught.value)
