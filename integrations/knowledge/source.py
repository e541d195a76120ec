"""The knowledge source port: articles that a company keeps with a vendor, brought in on a schedule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.specification.articles import SourcedArticle as SourcedArticle


class KnowledgeSource(Protocol):
    """Reads published articles, the oldest change first.

    `since` leaves out what has not changed after it; None reads everything. What is no longer published is missing from
    a read of everything. Raises UnavailableError and RateLimitedError (tried again) or CredentialsError.
    """

    async def fetch_articles(self, since: datetime | None) -> Sequence[SourcedArticle]: ...
