"""What a Slack desk must be told."""

from pathlib import Path
from typing import ClassVar, Self

from pydantic import Field, SecretStr, model_validator

from domain.desk.places import Places
from integrations.settings import VendorSettings

CHANNEL = r"^[CG][A-Z0-9]+$"
PLACES = r"^((team:)?[a-z0-9_]+=[CG][A-Z0-9]+(, *(team:)?[a-z0-9_]+=[CG][A-Z0-9]+)*)?$"


class SlackDeskSettings(VendorSettings):
    """A Slack app of its own in the workspace where colleagues work; not the one by which customers write."""

    prefix: ClassVar[str] = "DESK_SLACK"

    bot_token: SecretStr = Field(min_length=1, description="Bot User OAuth Token of the desk's app (xoxb-…).")
    signing_secret: SecretStr | None = Field(
        None, description="Signing secret of the app. Needed for clicks that Slack posts to /webhooks/desk/slack."
    )
    app_token: SecretStr | None = Field(
        None,
        description="App-level token (xapp-…) with connections:write. Set, clicks come by Socket Mode, and Slack needs "
        "no address of ours.",
    )
    escalations: str = Field(pattern=CHANNEL, description="Id (C…) of the channel for escalations: #customer-support.")
    approvals: str = Field(pattern=CHANNEL, description="Id of the channel for approvals that have no other place.")
    places: str = Field(
        "",
        pattern=PLACES,
        description="Channels of roles and teams that decide, such as `lead=C0LEADS, team:payments=C0PAY`.",
    )
    digest_channel: str = Field(
        "", pattern=r"^([CG][A-Z0-9]+)?$", description="Channel of the daily digest. Unset: that of escalations."
    )
    digest_at: str = Field(
        "08:00",
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$",
        description="When the digest comes, in the time zone of the organisation's calendar.",
    )
    digest: bool = Field(True, description="Whether a digest comes every day.")
    base_url: str = Field("https://slack.com/api/", description="Address of Slack's Web API.")
    ca_file: Path | None = Field(None, description="A certificate authority to trust besides the system's.")
    timeout_seconds: int = Field(10, ge=1, le=20, description="How long one call to Slack may take, in seconds.")

    @model_validator(mode="after")
    def _hears_clicks(self) -> Self:
        if self.signing_secret is None and self.app_token is None:
            raise ValueError("set SIGNING_SECRET for clicks by HTTP, or APP_TOKEN for clicks by Socket Mode")
        return self

    @property
    def where(self) -> Places:
        """The channels by what stands there."""
        pairs = [one.strip().partition("=") for one in self.places.split(",") if one.strip()]
        named = {name: channel for name, _, channel in pairs}
        return Places(
            approvals=self.approvals,
            escalations=self.escalations,
            digest=self.digest_channel or self.escalations,
            by_team={name.removeprefix("team:"): place for name, place in named.items() if name.startswith("team:")},
            by_role={name: place for name, place in named.items() if not name.startswith("team:")},
        )
