"""A package, checked as a whole."""

import pytest

from domain.errors import InvalidInputError
from domain.market.contents import digest_of
from domain.market.manifest import PackageKind
from publishing.market.package import require_known_format
from publishing.specification import SpecificationError
from tests.publishing.market.conftest import JOURNEY, PACKAGE, changed, packed


def mistakes_of(files: dict[str, str]) -> list[str]:
    with pytest.raises(SpecificationError) as caught:
        packed(files)
    return [f"{mistake.place}: {mistake.problem}" for mistake in caught.value.mistakes]


def test_a_package() -> None:
    package = packed(PACKAGE)
    assert (package.manifest.name, package.manifest.kind) == ("returns", PackageKind.AGENT)
    assert package.digest == digest_of({path: text.encode() for path, text in PACKAGE.items()})
    assert package.permissions == ("tool:shop/orders", "write:shop/refund", "fact:plan")
    assert [topic.id for topic in package.topics] == ["send_back"]
    assert package.main_text == PACKAGE["agents/returns.yaml"]
    assert package.scenarios == ("returns",)


def test_a_journey() -> None:
    package = packed(JOURNEY)
    assert (package.card, package.topics, package.permissions) == (None, (), ())


MANIFEST, CARD, TOPICS, ARTICLE = "manifest.yaml", "agents/returns.yaml", "topics.yaml", "knowledge/returns.md"
STEPS = "journeys/coming_back.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (MANIFEST, "version: 1.0.0", "version: one", "manifest.yaml:3: has another form"),
        (MANIFEST, "kind: agent", "kind: skill", "manifest.yaml:4: is none of the words that may stand here"),
        (MANIFEST, "title: Returns", "titel: Returns", "manifest.yaml:5: there is no such key"),
        (MANIFEST, "triggers: [send_back]", "triggers: [send_bac]", "manifest.yaml:15: no topic 'send_bac'"),
        (MANIFEST, "returns.yaml]", "other.yaml]", "scenarios/other.yaml: the file is missing"),
        (MANIFEST, "facts: [plan]", "facts: []", "agents/returns.yaml:10: it would use fact:plan, which"),
        (MANIFEST, "access: write", "access: read", "agents/returns.yaml:11: it would use write:shop/refund, which"),
        (CARD, "id: returns", "id: rita", "agents/returns.yaml:2: is not the name of the package"),
        (CARD, "role:", "rolle:", "agents/returns.yaml:4: there is no such key"),
        (CARD, "[send_back]", "[refund]", "agents/returns.yaml:14: no topic 'refund'"),
        (CARD, "tone: short", "tone: &a [*a]", "agents/returns.yaml:8: *a stands within what it repeats"),
        (CARD, "tone: short", "tone: !!python/name:x short", "agents/returns.yaml:8: the tag"),
        (CARD, "id: returns", "id: returns\nid: returns", "agents/returns.yaml:3: stands twice"),
        (TOPICS, "ai_agent: returns", "ai_agent: general", "topics.yaml:5: the topic leads to 'general', which"),
        (TOPICS, "  - id: send_back", "  - id: Send", "topics.yaml:3: has another form"),
        (ARTICLE, "id: returns", "id: other", "knowledge/returns.md:2: is not the name of the file"),
        (ARTICLE, "Send it back within {{number}} days.", "", "knowledge/returns.md:2: the article has no text"),
        (ARTICLE, "---\n", "", "knowledge/returns.md:1: has no front matter"),
        (
            "scenarios/returns.yaml",
            "topic: send_back",
            "topik: send_back",
            "scenarios/returns.yaml:5: there is no such",
        ),
        ("scenarios/returns.yaml", "id: returns", "id: @x", "scenarios/returns.yaml:1: is not valid YAML"),
    ],
)
def test_a_mistake_is_told_with_its_place(file: str, old: str, new: str, expected: str) -> None:
    assert any(one.startswith(expected) for one in mistakes_of(changed(PACKAGE, file, old, new))), expected


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (STEPS, "ai_agent: billing", "ai_agent: returns", "journeys/coming_back.yaml:6: no AI agent 'returns'"),
        (STEPS, "topics: [refund]", "topics: [delivery]", "journeys/coming_back.yaml:3: no topic 'delivery'"),
        (STEPS, "id: coming_back", "id: coming", "journeys/coming_back.yaml:1: is not the name of the package"),
        (MANIFEST, "topics: [refund]", "topics: []", "manifest.yaml:11: no topic 'refund'"),
    ],
)
def test_a_mistake_of_a_journey(file: str, old: str, new: str, expected: str) -> None:
    assert any(one.startswith(expected) for one in mistakes_of(changed(JOURNEY, file, old, new))), expected


def test_every_mistake_is_told_at_once() -> None:
    spoiled = changed(changed(PACKAGE, CARD, "role:", "rolle:"), MANIFEST, "[send_back]", "[sent]")
    assert len(mistakes_of(spoiled)) >= 3


def test_no_manifest() -> None:
    assert mistakes_of({CARD: PACKAGE[CARD]}) == ["manifest.yaml: the file is missing"]


def test_no_card() -> None:
    files = {path: text for path, text in PACKAGE.items() if path != CARD}
    assert "agents/returns.yaml: the file is missing" in mistakes_of(files)


@pytest.mark.parametrize("other", ["journeys/returns.yaml", "agents/general.yaml"])
def test_a_package_holds_one_thing_of_one_kind(other: str) -> None:
    found = mistakes_of({**PACKAGE, other: JOURNEY[STEPS]})
    told = f"manifest.yaml:4: a package of the kind agent with the name returns does not hold {other}"
    assert told in found


def test_a_package_of_another_kind_than_it_says() -> None:
    found = mistakes_of(changed(PACKAGE, MANIFEST, "kind: agent", "kind: journey"))
    assert "journeys/returns.yaml: the file is missing" in found


@pytest.mark.parametrize("field", ["model: { writer: 'openai:large' }", "veto_minutes: 5", "priority: 4"])
def test_a_field_that_no_card_has(field: str) -> None:
    found = mistakes_of({**PACKAGE, CARD: f"{PACKAGE[CARD]}{field}\n"})
    assert any("there is no such key" in one or "is for each organisation to set" in one for one in found)


def test_every_test_is_named() -> None:
    found = mistakes_of({**PACKAGE, "scenarios/more.yaml": PACKAGE["scenarios/returns.yaml"]})
    assert "manifest.yaml:16: lacks scenarios/more.yaml" in found


def test_every_topic_is_a_trigger() -> None:
    more = f"{PACKAGE[TOPICS]}  - {{ id: more, title: More, ai_agent: returns, examples: [a b, c d, e f] }}\n"
    assert "manifest.yaml:15: lacks the topic 'more'" in mistakes_of({**PACKAGE, TOPICS: more})


def test_a_journey_that_uses_a_tool_names_it() -> None:
    with pytest.raises(SpecificationError) as caught:
        packed(changed(JOURNEY, STEPS, "ai_agent: billing", "ai_agent: billing, server: shop, tool: refund"))
    assert "write:shop/refund" in str(caught.value)


@pytest.mark.parametrize("found", [2, 3, 999])
def test_a_later_form_says_what_to_do(found: int) -> None:
    with pytest.raises(InvalidInputError, match="Update Holdfast"):
        packed(changed(PACKAGE, MANIFEST, "format: 1", f"format: {found}\nsomething_new: true"))


@pytest.mark.parametrize("data", [None, [], "text", {"format": "2"}, {"format": 1}, {}])
def test_what_has_no_later_form(data: object) -> None:
    require_known_format(data, "It")


@pytest.mark.parametrize("path", ["../up.yaml", "/up.yaml", "agents/../../up.yaml", "organisation.yaml"])
def test_a_path_that_leaves_the_folder(path: str) -> None:
    with pytest.raises(InvalidInputError, match="has no place in a package"):
        packed({**PACKAGE, path: "x: 1\n"})
