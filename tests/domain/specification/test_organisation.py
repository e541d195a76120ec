"""The specification: what it accepts, and the sentence for every mistake."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.specification.calendar import BusinessCalendar, OpeningHours
from domain.specification.journeys import DescribedStep
from domain.specification.organisation import (
    AiAgentSpec,
    Article,
    LadderRung,
    ModelSpec,
    OrganisationSpec,
    SpecVersion,
    Thresholds,
    Topic,
)


def document(**changes: Any) -> dict[str, Any]:
    """A small organisation as it stands in YAML."""
    return {
        "organisation": "acme",
        "name": "Acme",
        "default_ai_agent": "general",
        "ai_agents": [
            {"id": "general", "name": "Ada", "role": "first line", "can_do": ["answer"]},
            {"id": "billing", "name": "Bo", "role": "billing", "can_do": ["explain"], "supervised_topics": ["refunds"]},
        ],
        "topics": [
            {"id": "plans", "title": "Plans", "ai_agent": "general", "examples": ["a", "b", "c"]},
            {"id": "refunds", "title": "Refunds", "ai_agent": "billing", "examples": ["d", "e", "f"]},
        ],
        "journeys": [
            {
                "id": "leaving",
                "title": "Leaving",
                "topics": ["refunds"],
                "steps": [
                    {"id": "ask", "description": "Ask why", "ai_agent": "billing", "next": ["done"]},
                    {"id": "done", "description": "Say goodbye"},
                ],
            }
        ],
        "approval_rules": [{"id": "large", "ai_agents": ["billing"], "amount_above": 100, "approvers": 2}],
    } | changes


def organisation(**changes: Any) -> OrganisationSpec:
    return OrganisationSpec.model_validate(document(**changes))


def agents(**changes: Any) -> list[dict[str, Any]]:
    """The two AI agents, the second one changed."""
    general, billing = document()["ai_agents"]
    return [general, billing | changes]


def topics(**changes: Any) -> list[dict[str, Any]]:
    plans, refunds = document()["topics"]
    return [plans, refunds | changes]


def journeys(**changes: Any) -> list[dict[str, Any]]:
    return [document()["journeys"][0] | changes]


def test_a_whole_organisation_is_read() -> None:
    spec = organisation()
    assert spec.ai_agent("billing").supervised_topics == ("refunds",)
    assert spec.topic("plans") == spec.topics[0]
    assert spec.topic("weather") is None


@pytest.mark.parametrize(
    ("mistake", "sentence"),
    [
        ({"default_ai_agent": "sales"}, "default_ai_agent: no AI agent 'sales'"),
        ({"topics": topics(ai_agent="sales")}, "topics.1.ai_agent: no AI agent 'sales'"),
        ({"topics": topics(id="plans"), "journeys": []}, "topics.1.id: 'plans' stands twice"),
        ({"topics": document()["topics"][:1]}, "at least 2 items"),
        ({"ai_agents": agents(id="general")}, "ai_agents.1.id: 'general' stands twice"),
        ({"ai_agents": agents(supervised_topics=["weather"])}, "ai_agents.1.supervised_topics.0: no topic 'weather'"),
        ({"ai_agents": agents(can_do=[])}, "at least 1 item"),
        ({"ai_agents": agents(mode="boss")}, "'delegation', 'supervision' or 'co_pilot'"),
        ({"ai_agents": []}, "at least 1 item"),
        (
            {"approval_rules": [{"id": "large", "ai_agents": ["sales"]}]},
            "approval_rules.0.ai_agents.0: no AI agent 'sales'",
        ),
        ({"approval_rules": [{"id": "none", "approvers": 0}]}, "greater than or equal to 1"),
        ({"journeys": journeys() * 2}, "journeys.1.id: 'leaving' stands twice"),
        ({"journeys": journeys(topics=["weather"])}, "journeys.0.topics.0: no topic 'weather'"),
        (
            {"journeys": journeys(steps=[{"id": "a", "description": "", "next": ["b"]}])},
            "journeys.0.steps.0.next.0: no step 'b'",
        ),
        (
            {"journeys": journeys(steps=[{"id": "a", "description": "", "ai_agent": "sales"}])},
            "journeys.0.steps.0.ai_agent: no AI agent 'sales'",
        ),
        ({"journeys": journeys(steps=[])}, "at least 1 item"),
        ({"organisation": "Acme Inc"}, "should match pattern"),
        ({"currency": "euro"}, "should match pattern"),
        ({"colour": "blue"}, "Extra inputs are not permitted"),
        ({"channels": {"Fax Machine": {}}}, "should match pattern"),
    ],
)
def test_a_mistake_is_named(mistake: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        organisation(**mistake)


def test_all_lost_references_are_named_at_once() -> None:
    with pytest.raises(ValidationError) as caught:
        organisation(default_ai_agent="sales", topics=topics(ai_agent="legal"))
    assert "'sales'; topics.1.ai_agent: no AI agent 'legal'" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (
            Thresholds,
            {"escalate_below": 0.8, "review_below": 0.7},
            "review_below is lower than escalate_below; write the same or more",
        ),
        (Thresholds, {"escalate_below": 1.2}, "less than or equal to 1"),
        (OpeningHours, {"weekday": 7, "opens": "09:00", "closes": "17:00"}, "less than or equal to 6"),
        (BusinessCalendar, {"timezone": "Berlin"}, "'Berlin' is no IANA time zone; Did you mean 'Europe/Berlin'?"),
        (LadderRung, {"after_minutes": 0, "action": "remind"}, "greater than 0"),
        (LadderRung, {"after_minutes": 1, "action": "deny"}, "'remind', 'widen' or 'move_up'"),
        (ModelSpec, {"writer": "gpt"}, "should match pattern"),
        (ModelSpec, {"validator": "local"}, "should match pattern"),
        (ModelSpec, {"fallbacks": ["gpt"]}, "should match pattern"),
        (ModelSpec, {"prices": {"local": {"input": 0, "output": 0}}}, "should match pattern"),
        (ModelSpec, {"monthly_budget": 5}, "monthly_budget needs a named writer"),
        (
            ModelSpec,
            {"monthly_budget": 5, "writer": "openai:a", "validator": "cohere:b", "fallbacks": ["local"]},
            "monthly_budget lacks prices; add cohere:b, openai:a to prices",
        ),
        (Topic, {"id": "t", "title": "T", "ai_agent": "a", "examples": ["one", "two"]}, "at least 3 items"),
        (
            AiAgentSpec,
            {"id": "a", "name": "A", "role": "r", "can_do": ["x"], "escalate_below": 7},
            "less than or equal",
        ),
        (DescribedStep, {"id": "A", "description": ""}, "should match pattern"),
    ],
)
def test_a_part_that_makes_no_sense_is_refused(kind: type, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(sentence)):
        kind(**values)


@pytest.mark.parametrize("writer", ["local", "openai:gpt-5", "openai-responses:gpt-5", "openai:some/model:latest"])
def test_writers_are_local_or_name_a_model(writer: str) -> None:
    assert ModelSpec(writer=writer).writer == writer


def test_a_specification_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        organisation().name = "Other"  # type: ignore[misc]


def test_a_rung_is_climbed_after_its_minutes() -> None:
    assert LadderRung(after_minutes=90, action="remind").after == timedelta(hours=1.5)


def test_a_calendar_knows_its_zone() -> None:
    assert BusinessCalendar(timezone="Europe/Berlin").zone.key == "Europe/Berlin"


ARTICLE = Article(id="plans", title="Plans", topic="plans", body="Three.", source="docs", updated=date(2026, 1, 1))


def test_the_same_content_has_the_same_hash() -> None:
    version = SpecVersion(specification=organisation(), articles=(ARTICLE,))
    again = SpecVersion.model_validate_json(version.model_dump_json())
    assert re.fullmatch(r"[0-9a-f]{64}", version.content_hash)
    assert again.content_hash == version.content_hash


@pytest.mark.parametrize(
    "other",
    [
        SpecVersion(specification=organisation(name="Other"), articles=(ARTICLE,)),
        SpecVersion(specification=organisation()),
        SpecVersion(specification=organisation(), articles=(ARTICLE.model_copy(update={"body": "Four."}),)),
    ],
    ids=["specification", "no article", "article"],
)
def test_other_content_has_another_hash(other: SpecVersion) -> None:
    assert other.content_hash != SpecVersion(specification=organisation(), articles=(ARTICLE,)).content_hash


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("en",)),
        ({"language": "pt-BR"}, ("pt-BR",)),
        ({"languages": ["de", "en", "fr"]}, ("en", "de", "fr")),
        ({"language": "de", "languages": ["en"]}, ("de", "en")),
    ],
)
def test_an_organisation_answers_in_the_language_of_its_articles_and_those_it_names(
    changes: dict[str, Any], expected: tuple[str, ...]
) -> None:
    assert organisation(**changes).answers_in == expected


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"languages": ["eo"]}, "languages.0: no known language 'eo'"),
        ({"languages": ["nb"]}, "languages.0: no known language 'nb'"),
        ({"wording": {"handoff_in": {"xx": "?"}}}, "wording.handoff_in.xx: no known language 'xx'"),
        ({"languages": ["German"]}, "languages.0"),
        ({"wording": {"handoff_in": {"pt-BR": "?"}}}, "handoff_in.pt-BR"),
    ],
)
def test_a_language_that_is_never_recognised_is_a_mistake(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        organisation(**changes)
