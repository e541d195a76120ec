"""What an adapter must be told: its settings class, which the composition root fills from the environment."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class VendorSettings(BaseModel):
    """Base of all. A field `api_key` of a class with the prefix ZENDESK is HOLDFAST_ZENDESK_API_KEY.

    Every field has a description; secrets are SecretStr. `base_url` and the like default to the vendor's own address.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    prefix: ClassVar[str]
