"""Articles that vendors keep, between two synchronisations."""

from collections.abc import Sequence
from datetime import datetime

from domain.specification.articles import KnownArticle, SourcedArticle, SourceReading
from storage.database import Database


class KnowledgeRepository:
    """What each source listed, and when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(
        self, organisation: str, source: str, listed: Sequence[SourcedArticle], now: datetime, *, everything: bool
    ) -> None:
        """Keep what a source lists; after a read of everything, forget what it no longer lists."""
        await self._database.fetchval(
            "SELECT keep_articles($1, $2, $3, $4, $5)", organisation, source, list(listed), everything, now
        )

    async def reading(self, organisation: str, source: str) -> SourceReading | None:
        """When the source was read; None when it never was."""
        row = await self._database.fetchrow(
            """
            SELECT read_at, read_all_at, (
                SELECT max((article->>'updated')::timestamptz) FROM sourced_articles
                WHERE organisation = $1 AND source = $2
            ) AS newest
            FROM knowledge_sources WHERE organisation = $1 AND source = $2
            """,
            organisation,
            source,
        )
        return SourceReading.model_validate(dict(row)) if row else None

    async def list(self, organisation: str) -> list[KnownArticle]:
        """Every article of every source, always in the same order."""
        rows = await self._database.fetch(
            """
            SELECT source, article, confirmed_at FROM sourced_articles WHERE organisation = $1
            ORDER BY source, article_id
            """,
            organisation,
        )
        return [KnownArticle.model_validate(dict(row)) for row in rows]
