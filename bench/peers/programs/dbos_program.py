"""`python -m bench.peers.programs.dbos_program DATABASE_URL [STOP]`: the conversation on DBOS.

A workflow per conversation that lives as long as it: it receives a message, drafts in one step, delivers in another,
and receives again. The library itself starts unfinished workflows again when the program starts.
"""

import asyncio
import sys
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID

from bench.peers.programs.serving import arguments, serve, versions_of
from bench.peers.programs.work import POOL_SIZE, Work, open_pool
from bench.peers.protocol import Approve, Receive
from bench.peers.stops import Stops

WEEK_SECONDS = 7 * 24 * 3600.0
MESSAGES, DECISIONS = "messages", "decisions"


class DbosPeer:
    """Create it before DBOS is launched: it registers the workflow, which recovery needs by then."""

    def __init__(self, work: Work, stops: Stops) -> None:
        self._work = work
        self._stops = stops
        self._open: set[str] = set()
        self._workflow = DBOS.workflow(name="conversation")(self._conversation_of())

    async def receive(self, message: Receive) -> None:
        await self._start(message.conversation_id)
        key = message.message_id
        await DBOS.send_async(message.conversation_id, message.model_dump(), MESSAGES, idempotency_key=key)

    async def approve(self, approval: Approve) -> None:
        key = f"{approval.message_id}-approved"
        await DBOS.send_async(approval.conversation_id, approval.message_id, DECISIONS, idempotency_key=key)

    async def resume(self) -> None:
        """Nothing: launching DBOS did it."""

    async def _start(self, conversation_id: str) -> None:
        """Start the workflow, once a process: a start with an id that exists does nothing."""
        if conversation_id in self._open:
            return
        self._open.add(conversation_id)
        with SetWorkflowID(conversation_id):
            await DBOS.start_workflow_async(self._workflow)

    def _conversation_of(self) -> Any:
        async def conversation() -> None:
            while True:
                received = await DBOS.recv_async(MESSAGES, WEEK_SECONDS)
                if received is not None:
                    await self._answer(Receive.model_validate(received))

        return conversation

    async def _answer(self, message: Receive) -> None:
        reply = await DBOS.run_step_async({"name": "draft"}, self._work.draft, message)
        if message.needs_approval:
            await DBOS.run_step_async({"name": "ask"}, self._work.announce_approval, message.conversation_id)
            while await DBOS.recv_async(DECISIONS, WEEK_SECONDS) is None:
                pass
        await DBOS.run_step_async({"name": "deliver"}, self._deliver, message, reply)

    async def _deliver(self, message: Receive, reply: str) -> None:
        await self._stops.reached("before_reply")
        await self._work.write_reply(message.conversation_id, message.message_id, reply)
        await self._stops.reached("after_reply")


async def main() -> None:
    database_url, stop = arguments(sys.argv[1:])
    config: DBOSConfig = {
        "name": "bench-peer",
        "system_database_url": database_url,
        "application_version": "1",
        "sys_db_pool_size": POOL_SIZE,
        "log_level": "WARNING",
    }
    async with open_pool(database_url) as pool:
        DBOS(config=config)
        peer = DbosPeer(Work(pool), Stops(stop))
        DBOS.launch()
        try:
            await serve(peer, versions_of("dbos"))
        finally:
            DBOS.destroy()


if __name__ == "__main__":
    asyncio.run(main())
