"""The market that ships: every package is whole, generic, and fits into a small organisation."""

import re
import shutil
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from domain.language.asks_for_person import asks_for_person
from domain.language.cannot_do import cannot_do_hit
from domain.market.manifest import PackageKind
from domain.specification.organisation import Mode
from integrations.knowledge.passages import sections_of
from publishing.market.folder import validated_with, write_all
from publishing.market.installing import plan_installation
from publishing.market.package import Package
from publishing.market.shelf import Market
from publishing.specification import LoadedOrganisation, load_specification
from publishing.specification.yaml_text import parsed

ROOT = Path(__file__).parents[2]
MARKET = Market(ROOT / "market", "holdfast")
AGENTS = ("billing", "database", "general", "onboarding", "orders", "retention", "security", "technical")
JOURNEYS = ("customer_onboarding", "incident_communication", "refund", "renewal")
LONGEST_SECTION = 100
EMPTY = """\
organisation: acme
name: Acme
default_ai_agent: general
tool_servers:
{servers}
"""


@cache
def packages() -> dict[str, Package]:
    return {package.manifest.name: package for package in MARKET.newest_packages()}


def servers() -> Iterator[str]:
    used = {tool.server for package in packages().values() for tool in package.manifest.needs.tools}
    for server in sorted(used):
        yield f"  - {{ id: {server}, transport: http, url: https://{server}.acme.example/mcp }}"


def with_installed(folder: Path, names: tuple[str, ...], *, everything: bool) -> LoadedOrganisation:
    """A small organisation with these packages; an AI agent is never alone in it."""
    folder.mkdir()
    (folder / "organisation.yaml").write_text(EMPTY.format(servers="\n".join(servers())))
    for name in dict.fromkeys(("general", *names)):
        package = packages()[name]
        allow = package.permissions if everything else ()
        plan = plan_installation(folder, package, MARKET.source, allow)
        validated_with(folder, plan.changes)
        write_all(folder, plan.changes)
    return load_specification(folder)


def test_what_was_promised_is_there() -> None:
    kinds = {name: package.manifest.kind for name, package in packages().items()}
    assert kinds == dict.fromkeys(AGENTS, PackageKind.AGENT) | dict.fromkeys(JOURNEYS, PackageKind.JOURNEY)


def test_the_index_names_every_folder() -> None:
    index = MARKET.index().packages
    assert [(name, version) for name in index for version in index[name]] == list(MARKET.versions_on_disk())


@pytest.mark.parametrize("name", AGENTS)
@pytest.mark.parametrize("everything", [False, True], ids=["nothing allowed", "everything allowed"])
def test_an_ai_agent_can_be_installed(tmp_path: Path, name: str, everything: bool) -> None:
    loaded = with_installed(tmp_path / "acme", (name,), everything=everything)
    card = loaded.version.specification.ai_agent(name)
    assert card.mode is Mode.CO_PILOT
    assert bool(card.tools or card.customer_facts) is (everything and bool(packages()[name].permissions))


@pytest.mark.parametrize("name", JOURNEYS)
def test_a_journey_can_be_installed_with_what_it_needs(tmp_path: Path, name: str) -> None:
    needed = packages()[name].manifest.needs.ai_agents
    loaded = with_installed(tmp_path / "acme", (*needed, name), everything=False)
    assert [journey.id for journey in loaded.version.specification.journeys] == [name]


def test_all_of_them_fit_into_one_organisation(tmp_path: Path) -> None:
    loaded = with_installed(tmp_path / "acme", (*AGENTS, *JOURNEYS), everything=True)
    specification = loaded.version.specification
    assert len(specification.ai_agents) == len(AGENTS)
    assert len(specification.journeys) == len(JOURNEYS)
    assert all(len(topic.examples) >= 8 for topic in specification.topics)


@pytest.mark.parametrize("name", ["database", "orders", "retention"])
def test_a_package_beside_a_whole_organisation(tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(ROOT / "specs" / "techflow", tmp_path / "techflow"))
    plan = plan_installation(folder, packages()[name], MARKET.source)
    loaded = validated_with(folder, plan.changes)
    assert loaded.version.specification.ai_agent(name).mode is Mode.CO_PILOT


@pytest.mark.parametrize("name", AGENTS)
def test_a_card_is_complete(name: str) -> None:
    package = packages()[name]
    assert package.card
    assert package.card.cannot_do
    assert all(entry.phrases for entry in package.card.cannot_do)
    assert package.card.success
    assert package.card.instructions
    assert 3 <= len(package.topics) <= 5
    articles = [path for path in package.contents if path.startswith("knowledge/")]
    assert 3 <= len(articles) <= 6
    assert package.manifest.needs.permissions


@pytest.mark.parametrize("name", [*AGENTS, *JOURNEYS])
def test_it_claims_no_figure_and_has_tests(name: str) -> None:
    manifest = packages()[name].manifest
    assert manifest.results == "not measured yet"
    assert manifest.tests


@pytest.mark.parametrize("name", [*AGENTS, *JOURNEYS])
def test_no_example_asks_for_a_person_or_for_what_cannot_be_done(name: str) -> None:
    cards = [package.card for package in packages().values() if package.card]
    for topic in packages()[name].topics:
        card = next(card for card in cards if card.id == topic.ai_agent)
        wrong = [one for one in topic.examples if asks_for_person(one) or cannot_do_hit(one, card)]
        assert topic.escalate or wrong == []


@pytest.mark.parametrize("name", [*AGENTS, *JOURNEYS])
def test_a_section_is_short_enough_to_be_quoted_whole(name: str, tmp_path: Path) -> None:
    needed = packages()[name].manifest.needs.ai_agents
    loaded = with_installed(tmp_path / "acme", (*needed, name), everything=False)
    for article in loaded.version.articles:
        for heading, text in sections_of(article):
            assert len(text.split()) <= LONGEST_SECTION, (article.id, heading)


@pytest.mark.parametrize("name", [*AGENTS, *JOURNEYS])
def test_a_package_belongs_to_no_company(name: str) -> None:
    text = b"\n".join(packages()[name].contents.values()).decode()
    assert re.findall(r"https?://|@\w+\.\w|TechFlow", text) == []


def test_scenarios_expect_what_is_there() -> None:
    topics = {topic.id: topic.ai_agent for package in packages().values() for topic in package.topics}
    for package in packages().values():
        for path in package.manifest.tests:
            scenario = parsed(package.contents[path].decode()).data
            assert (scenario["id"], bool(scenario["title"])) == (Path(path).stem, True)
            for step in scenario["steps"]:
                expected = step["expect"]
                assert step["says"]
                owner = topics[expected["topic"]] if "topic" in expected else None
                assert expected.get("ai_agent", owner) == owner


def test_no_scenario_repeats_what_the_topics_are_learnt_from() -> None:
    examples = {example for package in packages().values() for topic in package.topics for example in topic.examples}
    for package in packages().values():
        tests = [parsed(package.contents[path].decode()).data for path in package.manifest.tests]
        assert not {step["says"] for test in tests for step in test["steps"]} & examples


def test_limits_in_scenarios_are_limits_of_the_card() -> None:
    for package in packages().values():
        tests = [parsed(package.contents[path].decode()).data for path in package.manifest.tests]
        steps = chain.from_iterable(test["steps"] for test in tests)
        for step in steps:
            if step["expect"].get("reason") == "cannot_do":
                assert package.card
                assert cannot_do_hit(step["says"], package.card)
