"""What only OpenAI's adapter does: strict schemas, servers without them, and requests as OpenAI describes them."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.errors import CredentialsError, PermanentError, RateLimitedError, UnavailableError
from sandbox.openai import OpenAiStandIn
from sandbox.scripted_model import AnyScriptEntry, Calls, Fails, FailsMidway, Says, SendsBody, event
from tests.integrations.llm.providers import REFUND, REQUEST, WARRANTY, Articles, Provider, data_of, says, served
from tests.openai_description import problems
from tests.organisation import SERVICE

pytestmark = pytest.mark.integrations


@pytest.fixture(scope="module", params=["openai"])
def served_provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    with served(request.param) as provider:
        yield provider


@pytest.fixture
def provider(served_provider: Provider) -> Provider:
    served_provider.stand_in.reset()
    return served_provider


class TestReplies:
    async def test_list_items_stand_on_lines_of_their_own(self, provider: Provider) -> None:
        provider.stand_in.queue(
            says(("Do this:", ["s1"]), ("1. Pack it.", ["s1"]), ("2. Send it.", ["s1"]), ("Done.", []))
        )
        written = await provider.writer().write_reply(REQUEST)
        assert written.text == "Do this:\n1. Pack it.\n2. Send it.\nDone."

    async def test_invented_sources_are_dropped(self, provider: Provider) -> None:
        provider.stand_in.queue(says(("Within 30 days.", ["s1", "s9"]), ("It is free.", ["article-42"])))
        written = await provider.writer().write_reply(REQUEST)
        assert [citation.source_id for citation in written.citations] == ["refunds"]

    async def test_a_reply_that_rests_on_invented_sources_alone_is_an_abstention(self, provider: Provider) -> None:
        provider.stand_in.queue(says(("It is free.", ["s9"])))
        written = await provider.writer().write_reply(REQUEST)
        assert (written.text, written.citations, written.refusal) == ("", (), None)

    async def test_abstains(self, provider: Provider) -> None:
        provider.stand_in.queue(says(("I think so.", ["s1"]), abstain=True))
        assert (await provider.writer().write_reply(REQUEST)).text == ""

    async def test_asks_back(self, provider: Provider) -> None:
        provider.stand_in.queue(says(clarify="Which bicycle is it?"))
        written = await provider.writer().write_reply(REQUEST)
        assert (written.text, written.clarifying_question) == ("", "Which bicycle is it?")

    @pytest.mark.parametrize(
        ("entry", "refusal"),
        [
            (Says(refusal="I cannot help with that."), "refused"),
            (Says(content='{"statem', finish_reason="content_filter"), "content_filter"),
            (Fails(status=400, code="content_filter", type="invalid_request_error"), "content_filter"),
            (FailsMidway(type="content_filter"), "content_filter"),
        ],
    )
    async def test_refusals_are_results_not_errors(
        self, provider: Provider, entry: AnyScriptEntry, refusal: str
    ) -> None:
        provider.stand_in.queue(entry)
        written = await provider.writer().write_reply(REQUEST)
        assert (written.text, written.refusal) == ("", refusal)


class TestPrompt:
    async def test_instructions_come_from_the_specification_and_from_colleagues(self, provider: Provider) -> None:
        ai_agent = SERVICE.model_copy(update={"instructions": "Mention the workshop.", "tone": "dry"})
        changes = {"ai_agent": ai_agent, "currency": "CHF", "instruction": "Name the deadline.", "greet": False}
        request = REQUEST.model_copy(update=changes)
        await provider.writer().write_reply(request)
        told = provider.stand_in.requests[-1]["messages"][0]["content"]
        expected = [
            "- answer questions",
            "- delete an account",
            "dry",
            "Mention the workshop.",
            "Name the deadline.",
            "CHF",
        ]
        assert [part for part in [*expected, "Do not greet"] if part not in told] == []

    async def test_a_rejected_draft_is_data_and_told_apart(self, provider: Provider) -> None:
        await provider.writer().write_reply(REQUEST.model_copy(update={"rejected": ("Send it to </data> Bern.",)}))
        instructions, data = (line["content"] for line in provider.stand_in.requests[-1]["messages"])
        assert "write another reply" in instructions
        assert '"rejected_drafts": [\n  "Send it to \\u003c/data\\u003e Bern."' in data
        await provider.writer().write_reply(REQUEST)
        assert "rejected" not in str(provider.stand_in.requests[-1]["messages"])

    async def test_a_passage_found_twice_is_one_source(self, provider: Provider) -> None:
        await provider.writer().write_reply(REQUEST.model_copy(update={"passages": (REFUND, WARRANTY, REFUND)}))
        sources = data_of(provider.prompt()[1])["sources"]
        assert [source["id"] for source in sources] == ["s1", "s2", "fact:plan"]


class TestServersWithoutJsonSchema:
    @pytest.fixture
    def simple_provider(self) -> Iterator[Provider]:
        with served("openai", OpenAiStandIn(supports_json_schema=False)) as provider:
            yield provider

    async def test_the_schema_is_put_in_words_and_that_is_remembered(self, simple_provider: Provider) -> None:
        writer = simple_provider.writer()
        simple_provider.stand_in.queue(says(("Hello!", [])), says(("Hello again!", [])))
        assert (await writer.write_reply(REQUEST)).text == "Hello!"
        assert (await writer.write_reply(REQUEST)).text == "Hello again!"
        formats = [request["response_format"]["type"] for request in simple_provider.stand_in.requests]
        assert formats == ["json_object", "json_object"]
        assert simple_provider.stand_in.refused == 1
        assert '"clarifying_question"' in simple_provider.stand_in.requests[-1]["messages"][0]["content"]

    @pytest.mark.parametrize(
        "message",
        [
            "This response_format type is unavailable now",
            "This model does not support response format `json_schema`.",
            "'response_format.type' must be 'text' or 'json_object'",
        ],
    )
    async def test_other_servers_say_it_in_other_words(self, provider: Provider, message: str) -> None:
        provider.stand_in.queue(Fails(status=400, message=message), says(("Hello!", [])))
        assert (await provider.writer().write_reply(REQUEST)).text == "Hello!"

    async def test_it_is_not_remembered_when_the_other_way_fails_too(self, provider: Provider) -> None:
        writer = provider.writer()
        provider.stand_in.queue(Fails(status=400, message="response_format: not supported", times=2))
        with pytest.raises(PermanentError):
            await writer.write_reply(REQUEST)
        await writer.write_reply(REQUEST)
        formats = [request["response_format"]["type"] for request in provider.stand_in.requests]
        assert formats == ["json_schema", "json_object", "json_schema"]

    async def test_fields_of_their_own_do_no_harm(self, provider: Provider) -> None:
        delta = {"role": "assistant", "content": says(("Hello!", [])).content, "reasoning_content": "Hm."}
        choice = {"index": 0, "delta": delta, "finish_reason": "stop", "stop_reason": None}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "choices": [choice], "usage": None}
        provider.stand_in.queue(SendsBody(body=event(chunk), media_type="text/event-stream"))
        written = await provider.writer().write_reply(REQUEST)
        assert (written.text, written.usage.estimated_calls) == ("Hello!", 1)

    @pytest.mark.parametrize("numbered", [{"index": 0}, {}])
    async def test_calls_that_are_all_numbered_alike_are_told_apart(
        self, provider: Provider, numbered: dict[str, int]
    ) -> None:
        def piece(arguments: str, call_id: str = "", name: str | None = None) -> dict[str, Any]:
            return {**numbered, "id": call_id or None, "function": {"name": name, "arguments": arguments}}

        pieces = [
            piece('{"query": ', "c-1", "search_knowledge"),
            piece('"frame"}'),
            piece('{"query": "fork"}', "c-2", "search_knowledge"),
        ]
        ends = [None, None, "tool_calls"]
        choices = [
            {"index": 0, "delta": {"tool_calls": [one]}, "finish_reason": end}
            for one, end in zip(pieces, ends, strict=True)
        ]
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        body = "".join(event({**chunk, "choices": [choice]}) for choice in choices)
        articles = Articles()
        provider.stand_in.queue(SendsBody(body=body, media_type="text/event-stream"), says(("Hello!", [])))
        assert (await provider.writer(knowledge=articles).write_reply(REQUEST)).text == "Hello!"
        assert [query for query, _ in articles.searches] == ["frame", "fork"]

    async def test_one_that_cannot_tell_its_usage_is_asked_without(self, provider: Provider) -> None:
        writer = provider.writer()
        refusal = Fails(status=422, message="stream_options: Extra inputs are not permitted")
        provider.stand_in.queue(refusal, says(("Hello!", [])), says(("Hello again!", [])))
        written = await writer.write_reply(REQUEST)
        assert (written.text, written.usage.estimated_calls) == ("Hello!", 1)
        assert (await writer.write_reply(REQUEST)).text == "Hello again!"
        assert ["stream_options" in request for request in provider.stand_in.requests] == [True, False, False]

    async def test_another_bad_request_is_not_tried_again(self, provider: Provider) -> None:
        code = "context_length_exceeded"
        error = await provider.failure(Fails(status=400, message="Too long: Erika", code=code))
        assert type(error) is PermanentError
        assert code in str(error)
        assert len(provider.stand_in.requests) == 1


class TestFailures:
    async def test_an_empty_account_is_no_rate_limit(self, provider: Provider) -> None:
        error = await provider.failure(Fails(status=429, code="insufficient_quota"))
        assert isinstance(error, CredentialsError)

    async def test_arguments_that_are_no_json_run_nothing(self, provider: Provider) -> None:
        articles = Articles()
        provider.stand_in.queue(Calls(name="search_knowledge", arguments=("rubbish",)), says(("Hello!", [])))
        assert (await provider.writer(knowledge=articles).write_reply(REQUEST)).text == "Hello!"
        assert articles.searches == []
        assert "takes one JSON object" in provider.tool_results()[-1]

    @pytest.mark.parametrize(
        ("code", "kind"),
        [
            ("server_error", UnavailableError),
            ("rate_limit_exceeded", RateLimitedError),
            ("unheard_of", UnavailableError),
        ],
    )
    async def test_an_error_within_the_stream(self, provider: Provider, code: str, kind: type[Exception]) -> None:
        error = await provider.failure(FailsMidway(type=code, message="Sorry, Erika"))
        assert type(error) is kind


@pytest.mark.shared
class TestAgainstTheApiDescription:
    """What we send is what OpenAI describes."""

    async def test_writing_searching_and_validating(self, provider: Provider) -> None:
        provider.stand_in.queue(
            Calls(name="search_knowledge", arguments=('{"query": "x"}',)),
            says(("Hello!", [])),
            Says(content='{"reason": "", "supported": 1}'),
        )
        written = await provider.writer(knowledge=Articles()).write_reply(REQUEST)
        await provider.validator().validate_draft(REQUEST, written)
        sent = list(provider.stand_in.requests)
        assert len(sent) == 3
        assert [problems("CreateChatCompletionRequest", request) for request in sent] == [[], [], []]

    async def test_json_in_words(self) -> None:
        with served("openai", OpenAiStandIn(supports_json_schema=False)) as provider:
            provider.stand_in.queue(says(("Hello!", [])))
            await provider.writer().write_reply(REQUEST)
        assert problems("CreateChatCompletionRequest", provider.stand_in.requests[-1]) == []

    @pytest.mark.parametrize(
        "change",
        [
            {"response_format": {"type": "json_schema"}},
            {"response_format": {"type": "yaml"}},
            {"messages": []},
            {"messages": [{"role": "robot", "content": "x"}]},
            {"messages": [{"role": "tool", "content": "x"}]},
            {"tools": [{"type": "function"}]},
            {"temperature": 3},
            {"retries": 3},
            {"model": None},
        ],
    )
    async def test_the_check_notices_a_bad_request(self, provider: Provider, change: dict[str, Any]) -> None:
        await provider.writer(knowledge=Articles()).write_reply(REQUEST)
        assert problems("CreateChatCompletionRequest", provider.stand_in.requests[-1] | change)
