"""The work of a turn, the same in every peer: statements by psycopg, each one a transaction, and a model without delay.

As in Holdfast a reply is announced after its commit, not in it: NOTIFY in the transaction would make all commits wait
for each other.
"""

import json
from collections.abc import Sequence

from psycopg_pool import AsyncConnectionPool

from bench.peers.protocol import Receive

POOL_SIZE = 20
CONTEXT_ROWS = 20
REPLY = "All invoices of your account are under Settings, Billing."

RECORD = """
    INSERT INTO transcript (conversation_id, message_id, kind, text) VALUES (%s, %s, %s, %s)
    ON CONFLICT (message_id, kind) DO NOTHING
"""
CONTEXT = "SELECT kind, text FROM transcript WHERE conversation_id = %s ORDER BY seq DESC LIMIT %s"
UNANSWERED = """
    SELECT DISTINCT conversation_id FROM transcript AS message
    WHERE kind = 'customer' AND NOT EXISTS (
        SELECT FROM transcript AS reply WHERE reply.message_id = message.message_id AND reply.kind = 'reply'
    )
"""
ANNOUNCE = "SELECT pg_notify('holdfast', %s)"


def open_pool(database_url: str) -> AsyncConnectionPool:
    """Not yet open: use it as a context manager."""
    return AsyncConnectionPool(
        database_url, min_size=POOL_SIZE, max_size=POOL_SIZE, open=False, kwargs={"autocommit": True}
    )


class Work:
    """The parts of a turn. Each may run again: the key of the transcript makes it harmless."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def draft(self, message: Receive) -> str:
        """Record the message, look up the context, call the model."""
        async with self._pool.connection() as connection:
            await connection.execute(RECORD, (message.conversation_id, message.message_id, "customer", message.text))
            found = await connection.execute(CONTEXT, (message.conversation_id, CONTEXT_ROWS))
            return instant_model(await found.fetchall())

    async def write_reply(self, conversation_id: str, message_id: str, text: str) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(RECORD, (conversation_id, message_id, "reply", text))
            await connection.execute(ANNOUNCE, (_announcement("message", conversation_id),))

    async def announce_approval(self, conversation_id: str) -> None:
        """Tell whoever approves that this conversation waits for it."""
        async with self._pool.connection() as connection:
            await connection.execute(ANNOUNCE, (_announcement("approval", conversation_id),))

    async def unanswered(self) -> list[str]:
        """Conversations with a message that has no reply."""
        async with self._pool.connection() as connection:
            found = await connection.execute(UNANSWERED)
            return [str(row[0]) for row in await found.fetchall()]


def instant_model(context: Sequence[object]) -> str:
    """Says one sentence, in no time, as the model that Holdfast is measured with."""
    return REPLY


def _announcement(kind: str, conversation_id: str) -> str:
    return json.dumps({"kind": kind, "conversation_id": conversation_id})
