"""What a market and an organisation write down."""

import pytest
from pydantic import ValidationError

from domain.market.records import InstalledPackage, MarketIndex, MarketLock

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    "packages",
    [
        {"../up": {"1.0.0": DIGEST}},
        {"Returns": {"1.0.0": DIGEST}},
        {"returns": {"../../up": DIGEST}},
        {"returns": {"latest": DIGEST}},
        {"returns": {"1.0.0": "0" * 64}},
        {"returns": {"1.0.0": "sha256:" + "g" * 64}},
        {"returns": DIGEST},
    ],
)
def test_what_no_index_may_say(packages: dict[str, object]) -> None:
    """Names and versions are folders: none of them leads out of the market."""
    with pytest.raises(ValidationError):
        MarketIndex.model_validate({"format": 1, "packages": packages})


def test_an_index() -> None:
    packages = {"returns": {"1.0.0": DIGEST, "1.1.0-beta.1": DIGEST}}
    assert MarketIndex.model_validate({"format": 1, "packages": packages}).packages == packages


def test_nothing_is_installed_at_first() -> None:
    assert MarketLock().packages == {}


def test_what_is_installed() -> None:
    installed = InstalledPackage(version="1.0.0", digest=DIGEST, source="holdfast", parts={"topics.yaml#x": "1"})
    assert (installed.mode, installed.granted) == (None, ())


@pytest.mark.parametrize(
    "part", ["../agents/a.yaml#tone", "/notes.md", "knowledge/../../a.md", "organisation.yaml#name", ""]
)
def test_an_organisation_is_told_to_touch_no_other_file(part: str) -> None:
    with pytest.raises(ValidationError, match="names a part that no package brings"):
        InstalledPackage(version="1.0.0", digest=DIGEST, source="holdfast", parts={part: "1"})
