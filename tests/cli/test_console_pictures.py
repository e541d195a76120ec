"""The pictures of the console: every page, both appearances, both sizes, and small."""

import io
import re
from typing import cast

import pytest
from PIL import Image
from playwright.async_api import Error, Page

from cli.console_pictures import PICTURES, SCHEMES, SIZES, picture_of, small
from embedded.application import ROOT

FOLDER = ROOT / "docs" / "images" / "console"
ALL_AT_MOST_BYTES = 6_000_000
TAB = re.compile(r'\btab: "(\w+)"')


def test_every_page_is_committed_in_both_sizes_and_appearances() -> None:
    names = [*(picture.name for picture in PICTURES), "sign-in"]
    wanted = {f"{name}-{size}-{scheme}.png" for name in names for size in SIZES for scheme in SCHEMES}
    assert len(set(names)) == len(names)
    assert {file.name for file in FOLDER.iterdir()} == wanted
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < ALL_AT_MOST_BYTES


def test_no_page_and_no_tab_is_left_out() -> None:
    sources = ROOT / "console" / "src"
    places = "".join(file.read_text() for file in sources.glob("**/places.ts"))
    shown = " ".join(picture.path for picture in PICTURES)
    for path in re.findall(r'\bpath: "(\w+)"', places):
        assert f"/{path}" in shown
    for page, file in (("specification", "SpecificationPage"), ("administration", "AdministrationPage")):
        tabs = set(TAB.findall((sources / "organisation" / page / f"{file}.tsx").read_text())) - {"publish"}
        assert tabs
        assert [tab for tab in tabs if f"/{page}/{tab}" not in shown] == []


def test_a_picture_gets_small_and_keeps_its_size() -> None:
    page = Image.effect_noise((390, 844), 8).convert("RGB")
    before, after = io.BytesIO(), io.BytesIO()
    page.save(before, "PNG")
    after.write(small(before.getvalue()))
    assert len(after.getvalue()) < len(before.getvalue())
    with Image.open(after) as picture:
        assert picture.size == page.size
        assert picture.mode == "P"


class Browserless:
    """A page whose first pictures are refused with these words."""

    def __init__(self, *refusals: str) -> None:
        self.refusals = list(refusals)

    async def screenshot(self, **_: object) -> bytes:
        if self.refusals:
            raise Error(self.refusals.pop(0))
        page = io.BytesIO()
        Image.new("RGB", (8, 8)).save(page, "PNG")
        return page.getvalue()

    async def wait_for_timeout(self, _: float) -> None: ...


async def test_a_picture_that_is_refused_is_taken_again() -> None:
    refused = "Protocol error (Page.captureScreenshot): Unable to capture screenshot"
    assert await picture_of(cast(Page, Browserless(refused, refused)))
    with pytest.raises(Error, match="Unable"):
        await picture_of(cast(Page, Browserless(*[refused] * 100)))
    with pytest.raises(Error, match="has been closed"):
        await picture_of(cast(Page, Browserless("Target page has been closed")))
