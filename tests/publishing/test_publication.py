"""What publishing adds to the files of a folder."""

import json
from collections.abc import Iterator

import pytest

from config.settings import read_vendor
from domain.errors import ForbiddenError
from domain.specification.organisation import SpecVersion
from embedded.installation import embedder_of
from integrations.tools.base import ToolSettings, tool_settings
from publishing.publication import described, duplicate_warnings
from sandbox.mcp_server import ToolServerStandIn
from sandbox.serving import serving
from tests.integrations.tools.shop import TOOLS, address, version_with
from tests.organisation import VERSION

pytestmark = pytest.mark.integrations


@pytest.fixture
def version(monkeypatch: pytest.MonkeyPatch) -> Iterator[SpecVersion]:
    """One that names a tool server, which the installation allows."""
    with serving(ToolServerStandIn().app()) as url:
        monkeypatch.setenv("HOLDFAST_TOOLS_ALLOWED", json.dumps([f"{url}/mcp"]))
        yield version_with(address(f"{url}/mcp"))


def allowed() -> ToolSettings:
    return tool_settings(read_vendor)


async def test_every_allowed_tool_is_kept_as_its_server_describes_it(version: SpecVersion) -> None:
    published = await described(version, allowed())
    assert sorted(tool.name for tool in published.tools) == sorted(str(tool["tool"]) for tool in TOOLS)
    assert published.content_hash != version.content_hash
    assert published.model_copy(update={"tools": ()}) == version


async def test_a_server_that_is_not_allowed_here_is_not_published(
    version: SpecVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOLDFAST_TOOLS_ALLOWED")
    with pytest.raises(ForbiddenError, match="HOLDFAST_TOOLS_ALLOWED"):
        await described(version, allowed())


async def test_without_tools_nothing_is_added() -> None:
    assert await described(VERSION, ToolSettings()) == VERSION


async def test_articles_that_say_nearly_the_same_are_named() -> None:
    password = VERSION.articles[0]
    copied = VERSION.model_copy(update={"articles": (*VERSION.articles, password.model_copy(update={"id": "copy"}))})
    [warning] = await duplicate_warnings(copied, embedder_of)
    assert "password and copy say nearly the same (100% alike)" in warning
    assert await duplicate_warnings(VERSION, embedder_of) == []


async def test_articles_that_cannot_be_compared_are_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    model = VERSION.specification.model.model_copy(update={"embedder": "openai:text-embedding-3-small"})
    specification = VERSION.specification.model_copy(update={"model": model})
    [warning] = await duplicate_warnings(VERSION.model_copy(update={"specification": specification}), embedder_of)
    assert "not compared" in warning
    assert "OPENAI_API_KEY" in warning
