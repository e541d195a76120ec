"""An AI agent or a journey of an organisation as a package."""

import pytest

from domain.errors import NotFoundError
from domain.market.manifest import PackageKind
from domain.quality.rates import rate
from publishing.market.installing import plan_installation
from publishing.market.package import Package
from publishing.market.packing import Label, pack, scenarios_of
from publishing.specification import SpecificationError
from tests.publishing.market.conftest import PACKAGE
from tests.publishing.specification.conftest import Folder

LABEL = Label("1.0.0", "Ada", "Apache-2.0")
SCENARIO = "id: where\ntitle: Where\nsteps:\n  - says: where is it\n    expect: { ai_agent: billing }\n"


def agent(folder: Folder, name: str = "billing", label: Label = LABEL) -> Package:
    return pack(folder.path, PackageKind.AGENT, name, label, {})


def test_a_card_with_all_that_belongs_to_it(folder: Folder) -> None:
    folder.write("scenarios/where.yaml", f"# yaml-language-server: $schema=x\n{SCENARIO}")
    folder.write("scenarios/other.yaml", SCENARIO.replace("billing", "general").replace("id: where", "id: other"))
    package = agent(folder)
    assert sorted(package.contents) == [
        "agents/billing.yaml",
        "knowledge/delivery.md",
        "manifest.yaml",
        "scenarios/where.yaml",
        "topics.yaml",
    ]
    assert [topic.id for topic in package.topics] == ["refund"]
    assert package.contents["scenarios/where.yaml"].decode() == SCENARIO


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Where\n", "title: Where\ncustomer: c-1\n"),
        ("title: Where\n", "title: Where\nchannel: email\n"),
        ("ai_agent: billing }", "ai_agent: billing, topic: delivery }"),
        ("ai_agent: billing }", "ai_agent: billing, approval: { rule: large } }"),
        ("ai_agent: billing }", "ai_agent: billing, cites: [delivery, other] }"),
        ("ai_agent: billing }", 'ai_agent: billing, cites: ["fact:plan"] }'),
        ("ai_agent: billing }\n", "ai_agent: billing }\n  - says: and now\n    expect: { ai_agent: general }\n"),
    ],
)
def test_a_scenario_that_others_could_not_play_stays_behind(folder: Folder, old: str, new: str) -> None:
    """Their customers, channels, rules, topics and articles are others."""
    text = SCENARIO.replace(old, new)
    assert text != SCENARIO
    folder.replace("organisation.yaml", "name: Wheels\n", "name: Wheels\nchannels: { web_chat: {}, email: {} }\n")
    article = (folder.path / "knowledge" / "delivery.md").read_text()
    folder.write("knowledge/other.md", article.replace("delivery", "other"))
    folder.replace("agents/general.yaml", "[delivery]", "[delivery, other]")
    folder.write("scenarios/where.yaml", text)
    assert "scenarios/where.yaml" not in agent(folder).contents
    [document] = scenarios_of(folder.path, PackageKind.AGENT, "billing")
    assert document.file == "scenarios/where.yaml"


def test_a_scenario_with_what_comes_along_goes_too(folder: Folder) -> None:
    more = "ai_agent: billing, topic: refund, cites: [delivery], approval: { rule: default } }"
    folder.write("scenarios/where.yaml", SCENARIO.replace("ai_agent: billing }", more))
    assert "scenarios/where.yaml" in agent(folder).contents


def test_its_mode_stays_behind(folder: Folder) -> None:
    assert "mode" not in agent(folder).data
    assert agent(folder).data["supervised_topics"] == ["refund"]


def test_the_manifest_says_what_the_card_does(folder: Folder) -> None:
    manifest = agent(folder).manifest
    assert (manifest.title, manifest.summary, manifest.handles) == ("Bo", "Explains invoices.", ("Explain an invoice",))
    assert manifest.needs.permissions == ("write:shop/refund", "tool:shop/orders")
    assert manifest.triggers == ("refund",)


def test_nothing_is_claimed_that_was_not_measured(folder: Folder) -> None:
    assert agent(folder).manifest.results == "not measured yet"


def test_what_was_measured_is_told_and_nothing_else(folder: Folder) -> None:
    measured = {"csat": rate(45, 50), "missed_escalation": rate(0, 0)}
    results = pack(folder.path, PackageKind.AGENT, "billing", LABEL, measured).manifest.results
    assert [str(result) for result in results] == ["csat 0.9 (0.786398 to 0.956524, n = 50)"]


def test_what_its_author_says(folder: Folder) -> None:
    manifest = agent(folder, label=Label("2.0.0", "Ada", "MIT", "Money", "All about money.")).manifest
    assert (manifest.version, manifest.licence) == ("2.0.0", "MIT")
    assert (manifest.title, manifest.summary) == ("Money", "All about money.")


def test_customers_are_in_no_package(folder: Folder) -> None:
    everything = b"".join(content for content in agent(folder).contents.values())
    assert b"north" not in everything


def test_the_line_for_editors_stays_behind(folder: Folder) -> None:
    text = (folder.path / "agents" / "billing.yaml").read_text()
    folder.write("agents/billing.yaml", f"# yaml-language-server: $schema=../../schema/agent.json\n# Ours.\n{text}")
    assert agent(folder).main_text.startswith("# Ours.\nid: billing\n")


def test_a_card_that_may_cite_everything_brings_no_article(folder: Folder) -> None:
    folder.replace("agents/billing.yaml", "knowledge_topics: [delivery]\n", "")
    assert not [path for path in agent(folder).contents if path.startswith("knowledge/")]


def test_a_journey_leaves_ai_agents_and_topics_behind(folder: Folder) -> None:
    package = pack(folder.path, PackageKind.JOURNEY, "returning", LABEL, {})
    assert sorted(package.contents) == ["journeys/returning.yaml", "manifest.yaml"]
    assert (package.manifest.needs.ai_agents, package.manifest.needs.topics) == (("general",), ("refund",))
    assert package.manifest.triggers == ("refund",)


@pytest.mark.parametrize(("kind", "name"), [(PackageKind.AGENT, "biling"), (PackageKind.JOURNEY, "returnin")])
def test_an_unknown_id(folder: Folder, kind: PackageKind, name: str) -> None:
    with pytest.raises(NotFoundError, match="Did you mean"):
        pack(folder.path, kind, name, LABEL, {})


def test_an_organisation_with_mistakes(folder: Folder) -> None:
    folder.replace("agents/general.yaml", "role:", "rolle:")
    with pytest.raises(SpecificationError, match="there is no such key"):
        agent(folder)


@pytest.mark.parametrize("label", [Label("one", "Ada", "MIT"), Label("1.0.0", "", "MIT"), Label("1.0.0", "Ada", "")])
def test_a_wrong_label(folder: Folder, label: Label) -> None:
    with pytest.raises(SpecificationError, match=r"manifest\.yaml"):
        agent(folder, label=label)


def test_an_ai_agent_without_topics_leads_nowhere(folder: Folder) -> None:
    folder.replace("topics.yaml", "ai_agent: billing", "ai_agent: general")
    folder.replace("journeys/returning.yaml", "ai_agent: general", "ai_agent: billing")
    with pytest.raises(SpecificationError, match="triggers"):
        agent(folder)


def test_what_was_packed_can_be_installed_elsewhere(folder: Folder) -> None:
    package = agent(folder)
    for name in ("agents/billing.yaml", "journeys/returning.yaml", "knowledge/delivery.md", "topics.yaml"):
        (folder.path / name).unlink()
    plan = plan_installation(folder.path, package, "here")
    assert "agents/billing.yaml" in [change.path for change in plan.changes]


def test_articles_are_named_by_their_ids(folder: Folder) -> None:
    (folder.path / "knowledge" / "delivery.md").rename(folder.path / "knowledge" / "01-delivery.md")
    assert "knowledge/delivery.md" in agent(folder).contents


def test_a_package_made_by_hand_is_alike(folder: Folder) -> None:
    """What the tests of installing use has every file that a packed one may have."""
    assert {path.partition("/")[0] for path in PACKAGE} >= {path.partition("/")[0] for path in agent(folder).contents}
