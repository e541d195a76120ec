"""Tools of an organisation as each provider's model is offered them, over a real socket."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from integrations.llm.base import OfferedTool, Passage, ToolAnswer
from integrations.llm.registry import MODELS
from integrations.llm.remote import MAX_TOOL_ROUNDS
from integrations.tools.arguments import without
from sandbox.scripted_model import Calls
from tests.integrations.llm.providers import REQUEST, Articles, Provider, data_of, says, served

pytestmark = pytest.mark.integrations
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"order_id": {"type": "string"}, "note": {"$ref": "#/$defs/Note"}},
    "required": ["order_id"],
    "$defs": {"Note": {"type": "string"}},
}
CHOICE: dict[str, Any] = {
    "type": "object",
    "anyOf": [
        {"required": ["order_id"], "properties": {"order_id": {"type": "string"}}},
        {"required": ["email"], "properties": {"email": {"type": "string"}}},
    ],
}
STATUS = Passage(article_id="tool:shop.order_status", title="order_status", source="", text="It is packed.", score=1)


class Tools:
    """One tool that reads; remembers how it was used."""

    def __init__(self, schema: dict[str, Any] = SCHEMA) -> None:
        self.used: list[tuple[str, Any]] = []
        self._schema = without(schema, ())

    @property
    def offered(self) -> list[OfferedTool]:
        return [OfferedTool(name="shop__order_status", description="Where it is.", parameters=self._schema)]

    def begin(self) -> None:
        self.used.clear()

    async def use(self, name: str, arguments: str) -> ToolAnswer:
        self.used.append((name, json.loads(arguments)))
        return ToolAnswer(passages=(STATUS,)) if len(self.used) == 1 else ToolAnswer(note="Only once.")


@pytest.fixture(params=sorted(MODELS))
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with served(request.param) as provider:
        yield provider


def use(**arguments: str) -> Calls:
    return Calls(name="shop__order_status", arguments=(json.dumps(arguments),))


async def test_what_a_tool_says_is_a_source_of_the_reply(provider: Provider) -> None:
    tools = Tools()
    provider.stand_in.queue(use(order_id="A-1001"), says(("It is packed.", ["s2"])))
    written = await provider.writer(knowledge=Articles()).write_reply(REQUEST, tools)
    assert tools.used == [("shop__order_status", {"order_id": "A-1001"})]
    assert [citation.source_id for citation in written.citations] == ["tool:shop.order_status"]
    assert written.found == (STATUS,)
    (told,) = provider.tool_results()
    assert data_of(told)["sources"][0]["text"] == "It is packed."
    instructions, _ = provider.prompt()
    assert "About tools" in instructions


async def test_a_tool_that_chooses_between_schemas_is_taken_by_every_provider(provider: Provider) -> None:
    tools = Tools(CHOICE)
    provider.stand_in.queue(use(email="ada@velo.example"), says(("Hello!", [])))
    assert (await provider.writer().write_reply(REQUEST, tools)).text == "Hello!"
    assert tools.used == [("shop__order_status", {"email": "ada@velo.example"})]


async def test_a_note_is_told_and_is_no_source(provider: Provider) -> None:
    tools = Tools()
    provider.stand_in.queue(use(order_id="A-1001"), use(order_id="A-1001"), says(("It is packed.", ["s2"])))
    await provider.writer().write_reply(REQUEST, tools)
    assert data_of(provider.tool_results()[-1]) == {"sources": [], "note": "Only once."}


async def test_a_model_may_use_tools_so_often_and_must_then_answer(provider: Provider) -> None:
    tools = Tools()
    provider.stand_in.queue(*[use(order_id=str(n)) for n in range(MAX_TOOL_ROUNDS)], says(("Hello!", [])))
    assert (await provider.writer().write_reply(REQUEST, tools)).text == "Hello!"
    assert len(tools.used) == MAX_TOOL_ROUNDS == 5
