"""Articles of sources as part of a spec version."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from domain.specification.articles import (
    KnownArticle,
    SourcedArticle,
    SourceReading,
    article_id,
    read_since,
    with_sourced,
)
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.organisation import OrganisationSpec, SpecVersion
from tests.organisation import ARTICLES, SPECIFICATION

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SOURCE = KnowledgeSourceSpec(kind="zendesk", topics={"Plans": "delivery"}, default_topic="account")


def known(number: str, **changed: Any) -> KnownArticle:
    confirmed_at = changed.pop("confirmed_at", NOW)
    source = changed.pop("source", "zendesk")
    values = {"title": f"Article {number}", "body_markdown": "Text.", "url": f"https://help/{number}", "updated": NOW}
    article = SourcedArticle.model_validate({"id": number, **values, **changed})
    return KnownArticle(source=source, article=article, confirmed_at=confirmed_at)


def version(*sources: KnowledgeSourceSpec) -> SpecVersion:
    specification = SPECIFICATION.model_copy(update={"knowledge_sources": sources})
    return SpecVersion(specification=specification, articles=ARTICLES)


def test_sourced_articles_stand_beside_our_own_with_their_link_and_date() -> None:
    made = with_sourced(version(SOURCE), [known("1", topic="Plans"), known("2", topic="Other")], NOW)
    first, second = made.articles[len(ARTICLES) :]
    assert made.articles[: len(ARTICLES)] == ARTICLES
    assert made.sourced == ("zendesk-1", "zendesk-2")
    assert (first.topic, first.source, first.updated) == ("delivery", "https://help/1", NOW.date())
    assert second.topic == "account"


def test_doing_it_again_changes_nothing_and_what_vanished_vanishes() -> None:
    made = with_sourced(version(SOURCE), [known("1"), known("2")], NOW)
    assert with_sourced(made, [known("1"), known("2")], NOW) == made
    assert with_sourced(made, [known("2")], NOW).sourced == ("zendesk-2",)
    assert with_sourced(made, [], NOW) == version(SOURCE)


def test_a_source_that_the_specification_does_not_name_brings_nothing() -> None:
    assert with_sourced(version(SOURCE), [known("1", source="salesforce")], NOW) == version(SOURCE)


@pytest.mark.parametrize("changed", [{"confirmed_at": NOW - 8 * DAY}, {"body_markdown": " \n"}])
def test_what_nobody_confirms_or_says_nothing_is_left_out(changed: dict[str, Any]) -> None:
    assert with_sourced(version(SOURCE), [known("1", **changed)], NOW).sourced == ()


def test_our_own_article_wins_over_a_sourced_one_with_its_id() -> None:
    own = ARTICLES[0].model_copy(update={"id": "zendesk-1"})
    made = with_sourced(version(SOURCE).model_copy(update={"articles": (own,)}), [known("1")], NOW)
    assert (made.articles, made.sourced) == ((own,), ())


def test_ids_are_keys_whatever_the_vendor_uses() -> None:
    assert article_id("salesforce", "kA0Hs000000TQ2vKAG") == "salesforce-ka0hs000000tq2vkag"
    strange = article_id("zendesk", "Ünusual id/1")
    assert strange.startswith("zendesk-")
    assert strange != article_id("zendesk", "Ünusual id/2")
    assert len(article_id("a" * 63, "!")) == 63


def test_everything_is_read_first_and_then_daily() -> None:
    reading = SourceReading(read_at=NOW, read_all_at=NOW, newest=NOW - DAY)
    assert read_since(None, NOW) is None
    assert read_since(reading.model_copy(update={"newest": None}), NOW) is None
    assert read_since(reading, NOW + DAY) is None
    since = read_since(reading, NOW + timedelta(hours=4))
    assert since is not None
    assert since < NOW - DAY


def test_a_source_is_named_once() -> None:
    with pytest.raises(ValidationError, match=r"knowledge_sources\.1\.kind: 'zendesk' stands twice"):
        OrganisationSpec.model_validate({**SPECIFICATION.model_dump(), "knowledge_sources": (SOURCE, SOURCE)})


def test_the_example_of_the_guide_is_a_specification() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "guides" / "knowledge.md").read_text()
    example = yaml.safe_load(guide.split("```yaml\n")[1].split("```")[0])
    sources = [KnowledgeSourceSpec.model_validate(source) for source in example["knowledge_sources"]]
    assert [source.kind for source in sources] == ["zendesk", "salesforce"]
    assert sources[0].topic_of("Plans") == "billing"
