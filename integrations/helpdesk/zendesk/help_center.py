"""Zendesk's Help Center as a source of knowledge: its published articles that everybody may read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import AwareDatetime

from domain.errors import HoldfastError
from domain.model import Frozen
from integrations.checks import Finding
from integrations.helpdesk.zendesk.client import ZendeskApi, ZendeskSettings
from integrations.knowledge.html import markdown_of
from integrations.knowledge.source import SourcedArticle
from integrations.settings import VendorSettings


class HelpCenterArticle(Frozen):
    """An article. Who is in no `user_segment_id` is everybody."""

    id: int
    title: str
    body: str | None = None
    html_url: str
    section_id: int | None = None
    updated_at: AwareDatetime
    draft: bool = False
    user_segment_id: int | None = None


class ZendeskHelpCenter:
    """An article's topic is the name of its section."""

    settings_class: ClassVar[type[VendorSettings] | None] = ZendeskSettings

    def __init__(self, settings: ZendeskSettings) -> None:
        self._api = ZendeskApi(settings)

    async def fetch_articles(self, since: datetime | None) -> Sequence[SourcedArticle]:
        """Drafts, and articles that only some people may read, are none of ours."""
        articles = [HelpCenterArticle.model_validate(raw) for raw in await self._api.articles()]
        public = [article for article in articles if not article.draft and article.user_segment_id is None]
        changed = [article for article in public if since is None or article.updated_at > since]
        topics = await self._topics() if changed else {}
        return [_sourced(article, topics) for article in sorted(changed, key=lambda article: article.updated_at)]

    async def check(self) -> Sequence[Finding]:
        """Whether there is a Help Center whose sections can be read."""
        try:
            sections = await self._api.sections()
        except HoldfastError as error:
            return [Finding(name="help center", ok=False, detail=f"{error} Is the Help Center activated?")]
        return [Finding(name="help center", ok=True, detail=f"Sections that can be read: {len(sections)}.")]

    async def _topics(self) -> dict[Any, str]:
        return {section["id"]: section["name"] for section in await self._api.sections()}


def _sourced(article: HelpCenterArticle, topics: dict[Any, str]) -> SourcedArticle:
    return SourcedArticle(
        id=str(article.id),
        title=article.title,
        body_markdown=markdown_of(article.body or ""),
        url=article.html_url,
        topic=topics.get(article.section_id),
        updated=article.updated_at,
    )
