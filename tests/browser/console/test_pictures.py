"""The pictures of the documentation are taken as they are for it, here of a small organisation."""

from pathlib import Path

import pytest
from PIL import Image, ImageStat

from cli.console_pictures import SIZES, Console, Picture, open_commands, sign_in_page, take
from tests.browser.console.conftest import Office

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("size", SIZES)
async def test_a_page_is_taken_light_and_dark(unattended: Office, tmp_path: Path, size: str) -> None:
    await unattended.served.add("lena", "lead")
    console = Console(unattended.browser, unattended.gateway.url)
    picture = Picture("commands", "/inbox/all", then=open_commands, by="lena")
    taken = await take(console, tmp_path, picture, size) + await sign_in_page(console, tmp_path, size)
    names = [f"{name}-{size}-{scheme}.png" for name in ("commands", "sign-in") for scheme in ("light", "dark")]
    assert [file.name for file in taken] == names
    brightness = []
    for file in taken:
        with Image.open(file) as shown:
            assert shown.size == (SIZES[size]["width"], SIZES[size]["height"])
            brightness.append(ImageStat.Stat(shown.convert("L")).mean[0])
    assert brightness[0] > brightness[1]
    assert brightness[2] > brightness[3]
