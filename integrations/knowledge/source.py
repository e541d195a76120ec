"""The knowledge source port: articles that a company keeps with a vendor, brought in on a schedule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from pydantic import AwareDatetime

from domain.conversation import Frozen


class SourcedArticle(Frozen):
    """A published article as its vendor has it. `url` is what a customer may open; `topic` is the vendor's own word.

    `id` is the vendor's for the article, the same in every version of it, and unique within the source.
    """

    id: str
    title: str
    body_markdown: str
    url: str
    topic: str | None = None
    updated: AwareDatetime


class KnowledgeSource(Protocol):
    """Reads published articles, the oldest change first.

    `since` leaves out what has not changed after it; None reads everything. What is no longer published is missing from
    a read of everything. Raises UnavailableError and RateLimitedError (tried again) or CredentialsError.
    """

    async def fetch_articles(self, since: datetime | None) -> Sequence[SourcedArticle]: ...
