"""`python -m tests.bench.peers.stub_program FAULT DATABASE_URL [STOP]`: a peer with a planted fault, or with none.

It writes to the same transcript as the real ones, and dies at the same points.
"""

import asyncio
import os
import sys
from typing import Literal, get_args

import asyncpg

from bench.peers.programs.serving import arguments, serve
from bench.peers.protocol import Approve, Receive
from bench.peers.stops import Stops

Fault = Literal[
    "none", "leaves it to the application", "loses", "doubles", "loses approvals", "fails", "talks", "never starts"
]
RECORD = """
    INSERT INTO transcript (conversation_id, message_id, kind, text) VALUES ($1, $2, $3, 'text')
    ON CONFLICT (message_id, kind) DO NOTHING
"""
UNANSWERED = """
    SELECT conversation_id, message_id FROM transcript AS message WHERE kind = 'customer' AND NOT EXISTS (
        SELECT FROM transcript AS reply WHERE reply.message_id = message.message_id AND reply.kind = 'reply'
    )
"""
REPLIES = "SELECT conversation_id, message_id FROM transcript WHERE kind = 'reply' AND message_id NOT LIKE '%-again'"


class StubPeer:
    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", fault: Fault, stops: Stops) -> None:
        self._pool = pool
        self._fault = fault
        self._stops = stops

    async def receive(self, message: Receive) -> None:
        print("what a library prints")  # noqa: T201
        if self._fault == "fails":
            raise ValueError("planted")
        await self._pool.execute(RECORD, message.conversation_id, message.message_id, "customer")
        if message.needs_approval:
            await self._announce("approval", message.conversation_id)
        else:
            await self._reply(message.conversation_id, message.message_id)

    async def approve(self, approval: Approve) -> None:
        if self._fault != "loses approvals":
            await self._reply(approval.conversation_id, approval.message_id)

    async def resume(self) -> None:
        if self._fault == "leaves it to the application":
            await self._answer_what_was_left()
        if self._fault == "talks":
            os.write(1, b"what no answer is\n")
            await asyncio.Event().wait()

    async def recover(self) -> None:
        """What a library with a recovery of its own does at its start; approvals go on waiting in the real ones."""
        if self._fault == "none":
            await self._answer_what_was_left()
        if self._fault == "doubles":
            for row in await self._pool.fetch(REPLIES):
                await self._pool.execute(RECORD, row["conversation_id"], f"{row['message_id']}-again", "reply")

    async def _answer_what_was_left(self) -> None:
        for row in await self._pool.fetch(UNANSWERED):
            await self._reply(row["conversation_id"], row["message_id"])

    async def _reply(self, conversation_id: str, message_id: str) -> None:
        await self._stops.reached("before_reply")
        await self._pool.execute(RECORD, conversation_id, message_id, "reply")
        await self._announce("message", conversation_id)
        await self._stops.reached("after_reply")

    async def _announce(self, kind: str, conversation_id: str) -> None:
        said = f'{{"kind": "{kind}", "conversation_id": "{conversation_id}"}}'
        await self._pool.execute("SELECT pg_notify('holdfast', $1)", said)


async def main(fault: Fault, database_url: str, stops: Stops) -> None:
    if fault == "never starts":
        raise ValueError("planted")
    async with asyncpg.create_pool(database_url, min_size=1, max_size=4) as pool:
        peer = StubPeer(pool, fault, stops)
        await peer.recover()
        await serve(peer, {"stub": "1.0"})


if __name__ == "__main__":
    planted = sys.argv[1]
    assert planted in get_args(Fault)
    url, stop = arguments(sys.argv[2:])
    asyncio.run(main(planted, url, Stops(stop)))  # type: ignore[arg-type]
