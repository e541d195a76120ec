"""Replies and verdicts by a remote model, whoever provides it."""

from collections.abc import Sequence

from pydantic import ValidationError

from domain.errors import ModelOutputError
from integrations.knowledge.base import KnowledgeBase
from integrations.llm.base import DraftVerdict, OfferedTool, ReplyRequest, ReplyTools, WrittenReply
from integrations.llm.exchange import ChatModel, Exchange, Round, Said, Tool, ToolCall
from integrations.llm.parsing import parsed
from integrations.llm.prompt import (
    VALIDATOR_RULES,
    Answer,
    ModelReply,
    ModelVerdict,
    Sources,
    as_data,
    validator_data,
    writer_data,
    writer_instructions,
)
from integrations.llm.provider import deadline

MAX_TOOL_ROUNDS = 5
PASSAGES_PER_SEARCH = 4


class Search(Answer):
    """Arguments of `search_knowledge`."""

    query: str


class RemoteReplyWriter:
    """Writes replies. With `knowledge` the model may search for further passages; no tool changes anything."""

    def __init__(self, name: str, model: ChatModel, knowledge: KnowledgeBase | None = None) -> None:
        self._name = name
        self._model = model
        self._knowledge = knowledge

    async def write_reply(self, request: ReplyRequest, tools: ReplyTools | None = None) -> WrittenReply:
        sources = Sources(request.passages, request.facts, request.language)
        usable = [search_tool(self._knowledge, sources, request)] if self._knowledge else []
        usable += [offered_tool(tool, tools, sources) for tool in tools.offered] if tools else []
        instructions = writer_instructions(request, tools=bool(tools and tools.offered))
        exchange = Exchange(instructions, writer_data(request, sources), ModelReply, usable)
        with exchange.counted(self._name):
            async with deadline(request.timeout_seconds):
                said = await self._converse(exchange)
            usage = exchange.usage(self._name)
            if said.refusal:
                return WrittenReply(refusal=said.refusal, usage=usage)
            return sources.reply(parsed(said.text, ModelReply), usage)

    async def _converse(self, exchange: Exchange) -> Said:
        for _ in range(MAX_TOOL_ROUNDS if exchange.tools else 0):
            said = await exchange.ask(self._model)
            if not said.calls:
                return said
            results = [(call, await _result(call, exchange.tools)) for call in said.calls]
            exchange.rounds.append(Round(said, tuple(results)))
        exchange.may_call = False
        return await exchange.ask(self._model)


class RemoteDraftValidator:
    """Checks drafts. It sees the question, the sources and the draft, and nothing of how the draft was made."""

    def __init__(self, name: str, model: ChatModel) -> None:
        self._name = name
        self._model = model

    async def validate_draft(self, request: ReplyRequest, draft: WrittenReply) -> DraftVerdict:
        sources = Sources(request.passages, request.facts, request.language)
        exchange = Exchange(VALIDATOR_RULES, validator_data(request, draft, sources), ModelVerdict, may_call=False)
        with exchange.counted(self._name):
            async with deadline(request.timeout_seconds):
                said = await exchange.ask(self._model)
            if said.refusal:
                raise ModelOutputError("The validator model refused to check the draft: a person has to.")
            verdict = parsed(said.text, ModelVerdict)
        usage = exchange.usage(self._name)
        return DraftVerdict(supported=verdict.supported, reason=verdict.reason, usage=usage)


def search_tool(knowledge: KnowledgeBase, sources: Sources, request: ReplyRequest) -> Tool:
    """Lets a model look for further passages, which become sources that it may cite."""

    async def run(arguments: str) -> str:
        try:
            query = Search.model_validate_json(arguments).query
        except ValidationError:
            return as_data({"error": "search_knowledge takes one JSON object with a text `query`."})
        topics = request.ai_agent.knowledge_topics
        return as_data({"sources": sources.add(knowledge.search(query, topics=topics, limit=PASSAGES_PER_SEARCH))})

    return Tool(
        name="search_knowledge",
        description="Search the knowledge articles when the given sources do not answer the question. Read only.",
        parameters={
            "type": "object",
            "properties": {"query": {"type": "string", "description": "What to look for, in a few words."}},
            "required": ["query"],
            "additionalProperties": False,
        },
        run=run,
    )


def offered_tool(offered: OfferedTool, tools: ReplyTools, sources: Sources) -> Tool:
    """A tool of the organisation; what it says becomes a source that the model may cite."""

    async def run(arguments: str) -> str:
        answer = await tools.use(offered.name, arguments)
        return as_data({"sources": sources.add(answer.passages), "note": answer.note})

    return Tool(offered.name, offered.description, offered.parameters, run, strict=False)


async def _result(call: ToolCall, tools: Sequence[Tool]) -> str:
    """What the model reads as the result of its call; a call of anything else is told so and runs nothing."""
    for tool in tools:
        if tool.name == call.name:
            return await tool.run(call.arguments)
    return as_data({"error": f"There is no such tool. There is {', '.join(tool.name for tool in tools)}."})
