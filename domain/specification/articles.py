"""Articles that a knowledge source keeps, and how they become part of a spec version."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime

from domain.model import Frozen
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.organisation import Article, SpecVersion

OVERLAP = timedelta(minutes=5)
READ_ALL_EVERY = timedelta(hours=23)
"""What was withdrawn is noticed by reading everything: at least daily, whatever the schedule's intervals are."""


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


class KnownArticle(Frozen):
    """An article as it was when its source last listed it."""

    source: str
    article: SourcedArticle
    confirmed_at: AwareDatetime


class SourceReading(Frozen):
    """When a source was read, and how new its newest article is."""

    read_at: AwareDatetime
    read_all_at: AwareDatetime
    newest: AwareDatetime | None = None


def read_since(reading: SourceReading | None, now: datetime) -> datetime | None:
    """From which change on a source is to be read, by its vendor's clock; None for everything."""
    if reading is None or reading.newest is None or now - reading.read_all_at >= READ_ALL_EVERY:
        return None
    return reading.newest - OVERLAP


def article_id(source: str, vendor_id: str) -> str:
    """A key for a vendor's id: readable where it can be one, otherwise its digest."""
    readable = f"{source}-{vendor_id.lower()}"
    if re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", readable):
        return readable
    return f"{source[:30]}-{hashlib.sha256(vendor_id.encode()).hexdigest()[:32]}"


def with_sourced(version: SpecVersion, known: Sequence[KnownArticle], now: datetime) -> SpecVersion:
    """The version with its own articles and with those that its sources keep now; own ones win where ids are equal."""
    own = tuple(article for article in version.articles if article.id not in version.sourced)
    taken = {article.id for article in own}
    sourced = {
        article.id: article
        for source in version.specification.knowledge_sources
        for article in _articles_of(source, known, now)
        if article.id not in taken
    }
    return version.model_copy(update={"articles": (*own, *sourced.values()), "sourced": tuple(sourced)})


def is_left_out(source: KnowledgeSourceSpec, article: KnownArticle, now: datetime) -> bool:
    """Nobody knows any more whether it still holds, or there is nothing to quote."""
    stale = now - article.confirmed_at > source.leave_out_after
    return stale or not article.article.body_markdown.strip()


def _articles_of(source: KnowledgeSourceSpec, known: Sequence[KnownArticle], now: datetime) -> Iterator[Article]:
    for found in known:
        if found.source == source.kind and not is_left_out(source, found, now):
            sourced = found.article
            yield Article(
                id=article_id(source.kind, sourced.id),
                title=sourced.title,
                topic=source.topic_of(sourced.topic),
                body=sourced.body_markdown,
                source=sourced.url,
                updated=sourced.updated.date(),
            )
