"""A vendor's settings come from variables of their own."""

from typing import ClassVar

import pytest
from pydantic import Field, SecretStr, ValidationError

from config.settings import read_vendor
from integrations.settings import VendorSettings


class PigeonSettings(VendorSettings):
    """A loft."""

    prefix: ClassVar[str] = "PIGEON"

    ring: SecretStr = Field(description="The number on the ring.")
    loft: str = Field("north", description="Where it starts.")


def read() -> PigeonSettings | None:
    return read_vendor(PigeonSettings, PigeonSettings.prefix)


def test_without_variables_there_is_no_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PIGEON_RING", "")
    assert read() is None


def test_variables_fill_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PIGEON_RING", "r-1")
    settings = read()
    assert settings is not None
    assert (settings.ring.get_secret_value(), settings.loft) == ("r-1", "north")


def test_a_vendor_that_is_half_configured_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOLDFAST_PIGEON_LOFT", "south")
    with pytest.raises(ValidationError, match="ring"):
        read()
