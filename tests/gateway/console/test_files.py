import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from gateway.console.files import ConsoleFiles
from tests.gateway.conftest import Gateway, serving


@pytest.fixture
async def built(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A console as its build leaves it."""
    folder = tmp_path / "console"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("the console")
    (folder / "assets" / "index-1a2b.js").write_text("its script")
    (tmp_path / "secret").write_text("of somebody else")
    async with (
        serving(Starlette(routes=[Mount("/console", ConsoleFiles(folder))])) as url,
        httpx.AsyncClient(base_url=url) as http,
    ):
        yield http


@pytest.mark.parametrize("path", ["/console/", "/console/inbox", "/console/conversations/cv_1", "/console/a.b/c"])
async def test_every_page_of_the_console_is_the_one_page(built: httpx.AsyncClient, path: str) -> None:
    answer = await built.get(path)
    assert (answer.status_code, answer.text) == (200, "the console")
    assert answer.headers["cache-control"] == "no-cache"
    assert "script-src 'self';" in answer.headers["content-security-policy"]


async def test_built_files_never_change_under_their_names(built: httpx.AsyncClient) -> None:
    answer = await built.get("/console/assets/index-1a2b.js")
    assert (answer.status_code, answer.text) == (200, "its script")
    assert "immutable" in answer.headers["cache-control"]


async def test_a_script_that_is_gone_is_no_page(built: httpx.AsyncClient) -> None:
    assert (await built.get("/console/assets/index-0000.js")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/console/%2e%2e/secret", "/console/..%2fsecret", "/console/assets/%2e%2e/%2e%2e/secret"]
)
async def test_nothing_outside_the_folder_is_shown(built: httpx.AsyncClient, path: str) -> None:
    assert "somebody else" not in (await built.get(path)).text


@pytest.mark.parametrize("path", ["/console", "/console/", "/console/inbox"])
async def test_the_gateway_shows_the_console_or_how_to_build_it(gateway: Gateway, path: str) -> None:
    answer = await gateway.http.get(path)
    assert answer.status_code in {200, 503}
    assert answer.status_code == 200 or "make console" in answer.text
    assert "script-src 'self';" in answer.headers["content-security-policy"]
    assert answer.headers["x-frame-options"] == "DENY"


async def test_a_script_is_compressed(gateway: Gateway) -> None:
    page = (await gateway.http.get("/console")).text
    script = re.findall(r'src="(/console/assets/[^"]+\.js)"', page)[0]
    answer = await gateway.http.get(script, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"].startswith("Accept-Encoding")
    assert "immutable" in answer.headers["cache-control"]


async def test_without_a_build_a_page_says_how(tmp_path: Path) -> None:
    async with serving(Starlette(routes=[Mount("/console", ConsoleFiles(tmp_path / "none"))])) as url:
        answer = await httpx.AsyncClient().get(f"{url}/console/inbox")
    assert answer.status_code == 503
    assert "make console" in answer.text
