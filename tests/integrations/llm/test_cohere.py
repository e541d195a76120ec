"""What only Cohere's adapter does: schemas of its own kind, and tools apart from them."""

from collections.abc import Iterator

import pytest

from domain.errors import CredentialsError, UnavailableError
from integrations.llm.base import OfferedTool, ToolAnswer
from sandbox.scripted_model import Calls, Fails, FailsMidway, Says
from tests.integrations.llm.providers import REQUEST, Articles, Provider, data_of, says, served

pytestmark = pytest.mark.integrations
SEARCH = Calls(name="search_knowledge", arguments=('{"query": "warranty"}',))
FULL = says(("Ten years.", ["s2"]))


@pytest.fixture(scope="module")
def served_provider() -> Iterator[Provider]:
    with served("cohere") as provider:
        yield provider


@pytest.fixture
def provider(served_provider: Provider) -> Provider:
    served_provider.stand_in.reset()
    return served_provider


async def test_the_answer_is_bound_to_a_schema_that_cohere_takes(provider: Provider) -> None:
    await provider.writer().write_reply(REQUEST)
    form = provider.stand_in.requests[-1]["response_format"]
    assert form["type"] == "json_object"
    statement = form["json_schema"]["properties"]["statements"]["items"]
    assert statement["required"] == ["text", "source_ids"]
    assert "additionalProperties" not in statement


async def test_with_tools_the_schema_is_told_in_words(provider: Provider) -> None:
    provider.stand_in.queue(FULL)
    await provider.writer(knowledge=Articles()).write_reply(REQUEST)
    [request] = provider.stand_in.requests
    assert "response_format" not in request
    assert request["strict_tools"] is True
    assert '"clarifying_question"' in provider.prompt()[0]


class Tools:
    """One tool whose schema uses what servers use: a value that may be null, a tree, and references."""

    offered = (
        OfferedTool(
            name="shop__find",
            description="Finds.",
            parameters={
                "type": "object",
                "properties": {
                    "colour": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "If any."},
                    "size": {"$ref": "#/definitions/Size"},
                    "filter": {"$ref": "#/$defs/Filter"},
                    "like": {"$ref": "#/properties/colour"},
                    "more": True,
                },
                "$defs": {"Filter": {"type": "array", "items": {"$ref": "#/$defs/Filter"}}},
                "definitions": {"Size": {"oneOf": [{"type": "integer"}, {"type": "string"}]}},
            },
        ),
    )

    def begin(self) -> None:
        """It remembers nothing."""

    async def use(self, name: str, arguments: str) -> ToolAnswer:
        raise AssertionError(name, arguments)


async def test_a_schema_of_any_kind_is_told_as_far_as_cohere_takes_it(provider: Provider) -> None:
    provider.stand_in.queue(FULL)
    await provider.writer().write_reply(REQUEST, Tools())
    [tool] = provider.stand_in.requests[-1]["tools"]
    assert tool["function"]["parameters"]["properties"] == {
        "colour": {"type": "string", "description": "If any."},
        "size": {"type": "integer"},
        "filter": {"type": "array", "items": {}},
        "like": {},
        "more": {},
    }


async def test_an_answer_out_of_form_is_asked_for_again_bound_and_with_what_was_found(provider: Provider) -> None:
    provider.stand_in.queue(SEARCH, Says(content="Ten years, I would say."), FULL)
    written = await provider.writer(knowledge=Articles()).write_reply(REQUEST)
    assert written.text == "Ten years."
    assert [citation.source_id for citation in written.citations] == ["warranty"]
    last = provider.stand_in.requests[-1]
    assert "tools" not in last
    assert [source["id"] for source in data_of(last["messages"][-1]["content"])["sources"]] == ["s2"]
    assert written.usage.output_tokens > len("Ten years, I would say.") / 4 + len(FULL.content or "") / 4


async def test_the_tokens_are_those_that_are_billed(provider: Provider) -> None:
    provider.stand_in.queue(FULL)
    written = await provider.writer().write_reply(REQUEST)
    assert written.usage.output_tokens == -(-len(FULL.content or "") // 4)


async def test_a_filtered_answer_is_a_result(provider: Provider) -> None:
    provider.stand_in.queue(Says(content='{"statem', finish_reason="content_filter"))
    assert (await provider.writer().write_reply(REQUEST)).refusal == "content_filter"


@pytest.mark.parametrize("reason", ["ERROR", "TIMEOUT", "SOMETHING_NEW"])
async def test_an_answer_that_ends_in_an_error_is_not_used(provider: Provider, reason: str) -> None:
    error = await provider.failure(FailsMidway(type=reason, message="Sorry, Erika"))
    assert isinstance(error, UnavailableError)


async def test_a_blocked_key(provider: Provider) -> None:
    assert isinstance(await provider.failure(Fails(status=498)), CredentialsError)
