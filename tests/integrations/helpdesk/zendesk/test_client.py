"""Settings of Zendesk, as they are read and as the guide tells of them."""

from pathlib import Path

import pytest

from config.settings import read_vendor
from domain.conversation.ownership import Status
from integrations.helpdesk.zendesk.client import ZendeskSettings

GUIDE = Path("docs/guides/zendesk.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", ZendeskSettings.model_fields)
def test_the_guide_knows_every_setting(field: str) -> None:
    assert f"| `HOLDFAST_ZENDESK_{field.upper()}`" in GUIDE or f", `HOLDFAST_ZENDESK_{field.upper()}`" in GUIDE


def test_settings_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "BASE_URL": "https://acme.zendesk.com/",
        "EMAIL": "holdfast@example.com",
        "API_TOKEN": "opensesame",
        "WEBHOOK_SECRET": "secret",
        "PUBLIC_URL": "https://support.example.com",
        "REPLY_STATUS": "unchanged",
        "TICKET_STATUSES": '{"snoozed": "hold"}',
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"HOLDFAST_ZENDESK_{name}", value)
    settings = read_vendor(ZendeskSettings, ZendeskSettings.prefix)
    assert settings is not None
    assert settings.base_url == "https://acme.zendesk.com"
    assert settings.webhook == "https://support.example.com/webhooks/zendesk"
    assert settings.ticket_statuses == {Status.SNOOZED: "hold"}
    assert "opensesame" not in repr(settings)
