import pytest

from config.settings import read_vendor
from integrations.tools.base import ToolSettings


def test_what_is_allowed_and_the_secrets_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_vendor(ToolSettings, ToolSettings.prefix) is None
    monkeypatch.setenv("HOLDFAST_TOOLS_ALLOWED", '["https://tools.shop.example/mcp", "stock-tools --read-only"]')
    monkeypatch.setenv("HOLDFAST_TOOLS_SECRETS", '{"shop_token": "Bearer sesame"}')
    settings = read_vendor(ToolSettings, ToolSettings.prefix)
    assert settings is not None
    assert settings.allowed == ("https://tools.shop.example/mcp", "stock-tools --read-only")
    assert settings.secrets["shop_token"].get_secret_value() == "Bearer sesame"
    assert "sesame" not in repr(settings)
