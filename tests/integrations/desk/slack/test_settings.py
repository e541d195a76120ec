import pytest
from pydantic import ValidationError

from integrations.desk.slack.settings import SlackDeskSettings

USUAL = {"bot_token": "xoxb-1", "signing_secret": "s", "escalations": "C0SUPPORT", "approvals": "C0APPROVALS"}


def test_places_are_read_by_role_and_team() -> None:
    settings = SlackDeskSettings.model_validate({**USUAL, "places": "lead=C0LEADS, team:payments=G0PAY"})
    assert (settings.where.by_role, settings.where.by_team) == ({"lead": "C0LEADS"}, {"payments": "G0PAY"})
    assert settings.where.digest == "C0SUPPORT"


@pytest.mark.parametrize(
    "changes",
    [
        {"signing_secret": None},
        {"bot_token": ""},
        {"escalations": "#customer-support"},
        {"places": "lead: C0LEADS"},
        {"digest_at": "25:00"},
        {"digest_channel": "general"},
        {"timeout_seconds": 60},
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SlackDeskSettings.model_validate({**USUAL, **changes})


def test_an_app_token_does_instead_of_a_signing_secret() -> None:
    assert SlackDeskSettings.model_validate({**USUAL, "signing_secret": None, "app_token": "xapp-1"})
