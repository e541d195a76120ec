"""Bugs that a run can be given, to prove that its judge finds them. Nothing of the product knows of them.

Most are changes of stored functions in the run's own database: a piece of the function as it is there is replaced.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from domain.errors import NotFoundError
from storage.database import Database


class Plant(StrEnum):
    """What is taken away."""

    IDEMPOTENCY_KEY = "idempotency-key"
    OWNERSHIP_CHECK = "ownership-check"
    ACK_BEFORE_DURABILITY = "ack-before-durability"
    CLAIM_AND_SEND_APART = "claim-and-send-apart"


class Change(NamedTuple):
    """In the body of a function: this piece, and what stands there instead."""

    function: str
    piece: str
    instead: str


LOCKED = "lock_conversation(step->>'conversation_id')"
UNLOCKED = "(SELECT x FROM conversations x WHERE conversation_id = step->>'conversation_id')"
CHANGES: dict[Plant, tuple[Change, ...]] = {
    # Another attempt is another message, and a vendor is not asked what it has.
    Plant.IDEMPOTENCY_KEY: (
        Change(
            "deliver_stored",
            "BEGIN\n",
            "BEGIN step := step || jsonb_build_object('message_key', (step->>'message_key') || clock_timestamp());\n",
        ),
        Change("claim_delivery", "status := 'in_doubt';", "status := 'claimed';"),
        Change("claim_delivery", "status := 'delivered';", "status := 'claimed';"),
    ),
    # Whoever owns the conversation, and since when, is not looked at.
    Plant.OWNERSHIP_CHECK: (
        Change(
            "refusal_of",
            "(step->>'expected_revision')::integer <> c.revision",
            "c.owner_kind = 'ai_agent' AND (step->>'expected_revision')::integer <> c.revision",
        ),
        Change("refusal_of", "step->>'author' <> c.owner_kind", "false"),
    ),
    # What was checked may have changed when the message is written; who takes over waits for nobody.
    Plant.CLAIM_AND_SEND_APART: (
        Change("deliver_stored", LOCKED, UNLOCKED),
        Change(
            "deliver_stored",
            "c := start_delivery(",
            f"PERFORM pg_sleep(2); c := {LOCKED}; c := start_delivery(",
        ),
        Change("wait_while_leaving", "IF EXISTS", "IF false AND EXISTS"),
    ),
    Plant.ACK_BEFORE_DURABILITY: (),
}


async def plant(database: Database, bug: Plant) -> None:
    """Raises as `change_functions` does."""
    await change_functions(database, CHANGES[bug])


async def change_functions(database: Database, changes: Sequence[Change]) -> None:
    """Raises NotFoundError when a function is not any more what its change was made for: then that must follow."""
    for change in changes:
        text = await _definition(database, change.function)
        if change.piece not in text:
            raise NotFoundError(f"{change.function} has no “{change.piece.strip()}” any more: see chaos/plants.py.")
        await database.fetchval(text.replace(change.piece, change.instead, 1))


async def _definition(database: Database, function: str) -> str:
    text: str | None = await database.fetchval(
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = $1 AND pronamespace = 'public'::regnamespace",
        function,
    )
    if text is None:
        raise NotFoundError(f"There is no function {function} any more: see chaos/plants.py.")
    return text
