"""Salesforce Knowledge as a source of knowledge: its published articles that the public may read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field

from domain.errors import HoldfastError
from integrations.checks import Finding
from integrations.crm.salesforce.allowance import ApiAllowance
from integrations.crm.salesforce.api import FIELD_NAME, SalesforceApi, SalesforceSettings, format_soql
from integrations.knowledge.html import markdown_of
from integrations.knowledge.source import SourcedArticle

ALWAYS_READ = ("KnowledgeArticleId", "Title", "UrlName", "LastPublishedDate")
FILTERED_BY = ("PublishStatus", "IsVisibleInPkb", "Language")


class SalesforceKnowledgeSettings(SalesforceSettings):
    """The organisation, and where its articles keep their text."""

    article_object: str = Field("Knowledge__kav", pattern=FIELD_NAME, description="Object of the articles.")
    article_fields: str = Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_]*( [A-Za-z][A-Za-z0-9_]*)*$",
        description="For Salesforce Knowledge only: fields that hold an article's text, in reading order, separated by "
        "spaces, such as Answer__c.",
    )
    article_language: str = Field("en_US", pattern="^[a-z]{2,3}(_[A-Z]{2})?$", description="Language of the articles.")
    article_url: str = Field(
        pattern=r"^https?://[^/]+/(.*/)?$",
        description="For Salesforce Knowledge only: what stands before an article's URL name, such as "
        "https://help.example.com/s/article/.",
    )


class SalesforceKnowledge:
    """An article's topic is the first of its data categories."""

    settings_class: ClassVar[type[SalesforceKnowledgeSettings]] = SalesforceKnowledgeSettings

    def __init__(self, settings: SalesforceKnowledgeSettings) -> None:
        self._settings = settings
        self._api = SalesforceApi(settings)

    @property
    def allowance(self) -> ApiAllowance:
        """The same limit as the CRM's."""
        return self._api.allowance

    async def fetch_articles(self, since: datetime | None) -> Sequence[SourcedArticle]:
        """Published after `since`, to the second; what the public may not read is none of ours."""
        records = await self._api.query(self._query(since))
        return [self._article(record) for record in records]

    async def check(self) -> Sequence[Finding]:
        """Whether the articles and their text can be read."""
        name = self._settings.article_object
        try:
            described = (await self._api.read_together({"articles": f"sobjects/{name}/describe"}))["articles"]
        except HoldfastError as error:
            return [Finding(name="knowledge", ok=False, detail=str(error))]
        if isinstance(described, HoldfastError):
            detail = f"Our user does not see {name}: enable Knowledge, and give the user the permission View Articles."
            return [Finding(name="knowledge", ok=False, detail=detail)]
        seen = {field["name"] for field in described["fields"]}
        if unseen := [field for field in (*self._fields, *FILTERED_BY) if field not in seen]:
            detail = f"Our user does not see {', '.join(unseen)} of {name}: correct the name, or give field access."
            return [Finding(name="knowledge", ok=False, detail=detail)]
        return [Finding(name="knowledge", ok=True, detail="Articles and their text can be read.")]

    @property
    def _fields(self) -> tuple[str, ...]:
        return (*ALWAYS_READ, *self._settings.article_fields.split())

    def _query(self, since: datetime | None) -> str:
        published = format_soql(
            "PublishStatus = 'Online' AND IsVisibleInPkb = true AND Language = {}", self._settings.article_language
        )
        changed = format_soql(" AND LastPublishedDate > {}", since) if since else ""
        return (
            f"SELECT {', '.join(self._fields)}, (SELECT DataCategoryName FROM DataCategorySelections) "  # noqa: S608
            f"FROM {self._settings.article_object} WHERE {published}{changed} ORDER BY LastPublishedDate"
        )

    def _article(self, record: Mapping[str, Any]) -> SourcedArticle:
        texts = (markdown_of(record[field] or "") for field in self._settings.article_fields.split())
        categories = (record["DataCategorySelections"] or {}).get("records", ())
        return SourcedArticle(
            id=record["KnowledgeArticleId"],
            title=record["Title"],
            body_markdown="\n\n".join(text for text in texts if text),
            url=self._settings.article_url + record["UrlName"],
            topic=next((category["DataCategoryName"].removesuffix("__c") for category in categories), None),
            updated=datetime.fromisoformat(record["LastPublishedDate"]),
        )
