"""Search in what was said, in notes, and in the names of customers. What was erased is not found."""

from datetime import datetime
from typing import Literal

from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.searching import BEGINS, ENDS, TextPart, parts_of, prefix_query
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from storage.database import Database

SEARCHED_AT_MOST = 2_000
"""Places that are sorted by their age: a word that stands nearly everywhere is worth no more work."""

ASKED = "to_tsquery('simple', {words}::text) || lower({words}::text)::tsquery"
# A word is looked for as PostgreSQL takes it apart, and as it stands: the beginning of an address is no address yet.
# The conversations in which all words occur at one place; without those that are erased, in whose place no words are.
FOUND = """
    SELECT m.conversation_id FROM messages m
    WHERE to_tsvector('simple', m.text) @@ ({asked}) AND m.text NOT LIKE '[erased%'
    UNION ALL SELECT n.conversation_id FROM internal_notes n
    WHERE to_tsvector('simple', n.text) @@ ({asked}) AND n.text NOT LIKE '[erased%'
    UNION ALL SELECT o.conversation_id FROM customers k JOIN conversations o USING (customer_id)
    WHERE k.organisation = {organisation} AND to_tsvector('simple', k.name) @@ ({asked})
        AND k.name IS NOT NULL AND (o.status <> 'resolved' OR o.erased_at IS NULL)
    UNION ALL SELECT o.conversation_id FROM directory_contacts d
    JOIN customers k ON k.organisation = d.organisation AND k.contact_id = d.contact_id AND k.verified
    JOIN conversations o USING (customer_id)
    WHERE d.organisation = {organisation} AND to_tsvector('simple', d.name) @@ ({asked})
        AND (o.status <> 'resolved' OR o.erased_at IS NULL)
"""

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

    async def search(self, organisation: str, text: str, limit: int) -> list[SearchHit]:
        """Where all words occur, the latest place first; the beginning of a word is enough."""
        words = prefix_query(text)
        if not words:
            return []
        rows = await self._database.fetch(_SEARCH, organisation, words, limit, _HEADLINE, SEARCHED_AT_MOST)
        return [SearchHit.model_validate({**row, "parts": parts_of(row["headline"])}) for row in rows]


_SEARCH = """
    WITH asked AS (SELECT to_tsquery('simple', $2::text) || lower($2::text)::tsquery AS words), places AS (
        (SELECT m.conversation_id, 'message' AS kind, m.seq, m.author, m.at, m.text
         FROM messages m JOIN conversations c USING (conversation_id)
         WHERE c.organisation = $1 AND to_tsvector('simple', m.text) @@ (SELECT words FROM asked)
            AND m.text NOT LIKE '[erased%' LIMIT $5)
        UNION ALL
        (SELECT n.conversation_id, 'note', NULL, NULL, n.at, n.text
         FROM internal_notes n JOIN conversations c USING (conversation_id)
         WHERE c.organisation = $1 AND to_tsvector('simple', n.text) @@ (SELECT words FROM asked)
            AND n.text NOT LIKE '[erased%' LIMIT $5)
        UNION ALL
        (SELECT c.conversation_id, 'customer', NULL, NULL, c.updated_at, k.name
         FROM customers k JOIN conversations c USING (customer_id)
         WHERE k.organisation = $1 AND to_tsvector('simple', k.name) @@ (SELECT words FROM asked)
            AND k.name IS NOT NULL LIMIT $5)
        UNION ALL
        (SELECT c.conversation_id, 'customer', NULL, NULL, c.updated_at, d.name
         FROM directory_contacts d
         JOIN customers k ON k.organisation = d.organisation AND k.contact_id = d.contact_id AND k.verified
         JOIN conversations c USING (customer_id)
         WHERE d.organisation = $1 AND to_tsvector('simple', d.name) @@ (SELECT words FROM asked) LIMIT $5)
    ), latest AS (
        SELECT places.*, c.channel, c.status, coalesce(d.name, k.name) AS customer_name
        FROM places JOIN conversations c USING (conversation_id)
        LEFT JOIN customers k USING (customer_id)
        LEFT JOIN directory_contacts d
            ON d.organisation = k.organisation AND d.contact_id = k.contact_id AND k.verified
        WHERE c.organisation = $1 AND (c.status <> 'resolved' OR c.erased_at IS NULL)
        ORDER BY at DESC, conversation_id, seq LIMIT $3
    )
    SELECT latest.*, ts_headline('simple', text, (SELECT words FROM asked), $4) AS headline
    FROM latest ORDER BY at DESC, conversation_id, seq
"""
