"""Search in what was said, in notes, and in the names of customers. What was erased is not found.

A word that stands at few places is looked up in the indexes. One that stands nearly everywhere would fetch all of them,
so the conversations changed last are looked through instead, until enough is found.
"""

from datetime import datetime
from typing import Literal

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.searching import BEGINS, ENDS, TextPart, parts_of, prefix_query
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from storage.database import Database

FEW = 1_000
"""Places up to which an index is asked."""
LOOKED_THROUGH = 2_000
"""Conversations that are looked through for a word that stands at more places."""
ENOUGH = 5
"""Places that are sorted, for each that is shown."""

# A word is looked for as PostgreSQL takes it apart, and as it stands: the beginning of an address is no address yet.
_ASKED = "(to_tsquery('simple', $2::text) || lower($2::text)::tsquery)"
_KEPT = "(c.status <> 'resolved' OR c.erased_at IS NULL)"
_HEADLINE = (
    f"StartSel={BEGINS}, StopSel={ENDS}, MaxFragments=2, MaxWords=24, MinWords=8, ShortWord=0, FragmentDelimiter=' … '"
)


class SearchHit(Frozen):
    """A place where all words occur. `parts` are its text around them; `hit` marks what was looked for."""

    conversation_id: str
    kind: Literal["message", "note", "customer"]
    seq: int | None
    author: Author | None
    at: datetime
    customer_name: str | None
    channel: ChannelKind
    status: Status
    parts: tuple[TextPart, ...]


class SearchRepository:
    """One index for each kind of text."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def matching(self, organisation: str, text: str) -> list[str] | None:
        """The conversations in which all words occur at one place; None when they stand at more than FEW places."""
        words = prefix_query(text)
        if not words:
            return []
        rows = await self._database.fetch("SELECT * FROM find_words($1, $2, $3)", organisation, words, FEW + 1)
        if rows and max(row["places"] for row in rows) > FEW:
            return None
        return [row["conversation_id"] for row in rows if row["conversation_id"] is not None]

    async def search(self, organisation: str, text: str, limit: int) -> list[SearchHit]:
        """Where all words occur, in the conversations changed last, the latest place first."""
        words = prefix_query(text)
        found = await self.matching(organisation, text)
        if found == []:
            return []
        through = LOOKED_THROUGH if found is None else len(found)
        async with self._database.transaction() as connection:
            # A plan for whatever is asked would look through every conversation, and read the words anew for each.
            await connection.execute("SET LOCAL plan_cache_mode = force_custom_plan")
            rows = await connection.fetch(_HITS, organisation, words, limit, _HEADLINE, found, through)
        return [SearchHit.model_validate({**row, "parts": parts_of(row["headline"])}) for row in rows]


# OFFSET 0: the texts of one conversation are read first, for an index of words knows nothing of conversations.
PLACES = f"""
    SELECT 'message' AS kind, m.seq, m.author, m.at, m.text
    FROM (SELECT * FROM messages WHERE conversation_id = c.conversation_id OFFSET 0) m
    WHERE to_tsvector('simple', m.text) @@ {_ASKED} AND m.text NOT LIKE '[erased%'
    UNION ALL SELECT 'note', NULL, NULL, n.at, n.text
    FROM (SELECT * FROM internal_notes WHERE conversation_id = c.conversation_id OFFSET 0) n
    WHERE to_tsvector('simple', n.text) @@ {_ASKED} AND n.text NOT LIKE '[erased%'
    UNION ALL SELECT 'customer', NULL, NULL, c.updated_at, coalesce(d.name, k.name)
    FROM (SELECT * FROM customers WHERE customer_id = c.customer_id OFFSET 0) k LEFT JOIN directory_contacts d
        ON d.organisation = k.organisation AND d.contact_id = k.contact_id AND k.verified
    WHERE to_tsvector('simple', coalesce(d.name, k.name)) @@ {_ASKED}
"""  # noqa: S608 (constants)

_HITS = f"""
    WITH looked_through AS MATERIALIZED (
        SELECT c.* FROM conversations c
        WHERE c.organisation = $1 AND {_KEPT} AND ($5::text[] IS NULL OR c.conversation_id = ANY ($5))
        ORDER BY c.updated_at DESC LIMIT $6
    ), places AS (
        SELECT c.conversation_id, c.channel, c.status, c.customer_id, place.*
        FROM looked_through c, LATERAL ({PLACES} OFFSET 0) place LIMIT {ENOUGH} * $3
    ), latest AS (SELECT * FROM places ORDER BY at DESC, conversation_id, seq LIMIT $3)
    SELECT latest.*, coalesce(d.name, k.name) AS customer_name,
        ts_headline('simple', latest.text, {_ASKED}, $4) AS headline
    FROM latest LEFT JOIN customers k USING (customer_id) LEFT JOIN directory_contacts d
        ON d.organisation = k.organisation AND d.contact_id = k.contact_id AND k.verified
    ORDER BY at DESC, conversation_id, seq
"""  # noqa: S608 (constants)
