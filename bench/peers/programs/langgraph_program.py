"""`python -m bench.peers.programs.langgraph_program DATABASE_URL [STOP]`: the conversation on LangGraph.

A thread per conversation, the asynchronous PostgreSQL checkpointer on a pool, durability `sync`, `interrupt()` for the
approval. The library starts nothing again after a crash: `resume` does what its documentation tells an application to
do, and invokes each unfinished thread without an input. Turns of one thread wait for each other here, because the
library lets two run at once.
"""

import asyncio
import sys
from collections import defaultdict
from typing import Any, Literal, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from psycopg.rows import dict_row
from psycopg_pool import AsyncConnectionPool

from bench.peers.programs.serving import arguments, serve, versions_of
from bench.peers.programs.work import POOL_SIZE, Work, open_pool
from bench.peers.protocol import Approve, Receive
from bench.peers.stops import Stops


class Turn(TypedDict, total=False):
    """The state of a thread: the turn under way. Plain values, which the checkpointer keeps in the row itself."""

    conversation_id: str
    message_id: str
    text: str
    needs_approval: bool
    reply: str


class Nodes:
    """The nodes of the graph."""

    def __init__(self, work: Work, stops: Stops) -> None:
        self._work = work
        self._stops = stops

    async def draft(self, turn: Turn) -> Turn:
        return {"reply": await self._work.draft(Receive.model_validate(turn))}

    async def ask_approval(self, turn: Turn) -> Turn:
        interrupt({"reply": turn["reply"]})
        return {}

    async def deliver(self, turn: Turn) -> Turn:
        await self._stops.reached("before_reply")
        await self._work.write_reply(turn["conversation_id"], turn["message_id"], turn["reply"])
        await self._stops.reached("after_reply")
        return {}


def after_draft(turn: Turn) -> Literal["ask_approval", "deliver"]:
    return "ask_approval" if turn["needs_approval"] else "deliver"


def graph_of(nodes: Nodes, checkpointer: AsyncPostgresSaver) -> Any:
    graph = StateGraph(Turn)
    graph.add_node("draft", nodes.draft)
    graph.add_node("ask_approval", nodes.ask_approval)
    graph.add_node("deliver", nodes.deliver)
    graph.add_edge(START, "draft")
    graph.add_conditional_edges("draft", after_draft)
    graph.add_edge("ask_approval", "deliver")
    graph.add_edge("deliver", END)
    return graph.compile(checkpointer=checkpointer)


class LangGraphPeer:
    def __init__(self, graph: Any, work: Work) -> None:
        self._graph = graph
        self._work = work
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def receive(self, message: Receive) -> None:
        await self._invoke(message.conversation_id, message.model_dump(exclude={"do"}))

    async def approve(self, approval: Approve) -> None:
        await self._invoke(approval.conversation_id, Command(resume=True))

    async def resume(self) -> None:
        await asyncio.gather(*(self._invoke(thread, None) for thread in await self._work.unanswered()))

    async def _invoke(self, thread: str, given: object) -> None:
        config: RunnableConfig = {"configurable": {"thread_id": thread}}
        async with self._turns[thread]:
            result = await self._graph.ainvoke(given, config, durability="sync")
        if result.get("__interrupt__"):
            await self._work.announce_approval(thread)


async def main() -> None:
    database_url, stop = arguments(sys.argv[1:])
    checkpoints: AsyncConnectionPool = AsyncConnectionPool(
        database_url,
        min_size=POOL_SIZE,
        max_size=POOL_SIZE,
        open=False,
        kwargs={"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row},
    )
    async with open_pool(database_url) as pool, checkpoints:
        checkpointer = AsyncPostgresSaver(checkpoints)
        await checkpointer.setup()
        work = Work(pool)
        graph = graph_of(Nodes(work, Stops(stop)), checkpointer)
        await serve(LangGraphPeer(graph, work), versions_of("langgraph", "langgraph-checkpoint-postgres"))


if __name__ == "__main__":
    asyncio.run(main())
