"""Installing and updating a package, planned before anything is written."""

from pathlib import Path
from shutil import rmtree
from typing import Any

import pytest

from domain.errors import ConflictError, InvalidInputError, NotFoundError
from domain.specification.organisation import AiAgentSpec, Mode
from publishing.market.folder import LOCK, read_lock, validated_with, write_all
from publishing.market.installing import OnConflict, Plan, plan_installation, plan_update, require_newer
from publishing.market.package import Package
from publishing.market.parts import data_of
from publishing.specification import SpecificationError, load_specification
from tests.publishing.market.conftest import JOURNEY, PACKAGE, changed, content_of_all, newer, packed
from tests.publishing.specification.conftest import Folder

CARD, TOPICS, ARTICLE = "agents/returns.yaml", "topics.yaml", "knowledge/returns.md"
ALL = ("tool:shop/orders", "write:shop/refund", "fact:plan")


def carried_out(folder: Path, plan: Plan) -> Plan:
    validated_with(folder, plan.changes)
    write_all(folder, plan.changes)
    return plan


def install(folder: Folder, package: Package, allow: tuple[str, ...] = (), mode: Mode | None = None) -> Plan:
    return carried_out(folder.path, plan_installation(folder.path, package, "here", allow, mode))


def update(
    folder: Folder, files: dict[str, str], on_conflict: OnConflict = "stop", allow: tuple[str, ...] = ()
) -> Plan:
    return carried_out(folder.path, plan_update(folder.path, packed(files), "here", allow, on_conflict))


def card_in(folder: Folder) -> AiAgentSpec:
    return load_specification(folder.path).version.specification.ai_agent("returns")


def data_in(folder: Folder, path: str) -> dict[str, Any]:
    return data_of(path, (folder.path / path).read_text())


class TestInstalling:
    def test_a_plan_changes_nothing(self, folder: Folder, package: Package) -> None:
        before = content_of_all(folder.path)
        plan = plan_installation(folder.path, package, "here")
        assert [change.path for change in plan.changes] == [
            CARD,
            ARTICLE,
            "scenarios/returns.yaml",
            TOPICS,
            LOCK,
        ]
        assert content_of_all(folder.path) == before

    def test_it_is_a_part_of_the_organisation_then(self, folder: Folder, package: Package) -> None:
        install(folder, package)
        version = load_specification(folder.path).version
        assert [topic.id for topic in version.specification.topics] == ["delivery", "refund", "send_back"]
        assert "returns" in [article.id for article in version.articles]

    def test_nothing_of_the_organisation_is_changed_by_it(self, folder: Folder, package: Package) -> None:
        before = load_specification(folder.path).version
        install(folder, package, ALL)
        after = load_specification(folder.path).version
        agents = tuple(one for one in after.specification.ai_agents if one.id != "returns")
        topics = tuple(one for one in after.specification.topics if one.id != "send_back")
        same = after.specification.model_copy(update={"ai_agents": agents, "topics": topics})
        assert same == before.specification
        assert [one for one in after.articles if one.id != "returns"] == list(before.articles)

    def test_it_begins_as_a_co_pilot_without_any_permission(self, folder: Folder, package: Package) -> None:
        plan = install(folder, package)
        card = card_in(folder)
        assert (card.mode, card.tools, card.customer_facts) == (Mode.CO_PILOT, (), ())
        assert (plan.mode, plan.granted, plan.refused) == (Mode.CO_PILOT, (), ALL)

    def test_it_gets_what_a_person_allows(self, folder: Folder, package: Package) -> None:
        plan = install(folder, package, ("fact:plan", "tool:shop/orders"), Mode.DELEGATION)
        card = card_in(folder)
        assert [tool.tool for tool in card.tools] == ["orders"]
        assert (card.mode, card.customer_facts) == (Mode.DELEGATION, ("plan",))
        assert plan.refused == ("write:shop/refund",)

    def test_what_it_never_asked_for_cannot_be_allowed(self, folder: Folder, package: Package) -> None:
        with pytest.raises(InvalidInputError, match="does not ask for"):
            plan_installation(folder.path, package, "here", ("fact:balance",))

    def test_it_is_recorded(self, folder: Folder, package: Package) -> None:
        install(folder, package, ("fact:plan",))
        installed = read_lock(folder.path).packages["returns"]
        assert (installed.version, installed.digest, installed.source) == ("1.0.0", package.digest, "here")
        assert (installed.granted, installed.mode) == (("fact:plan",), Mode.CO_PILOT)

    def test_a_second_time_nothing_changes(self, folder: Folder, package: Package) -> None:
        install(folder, package)
        before = content_of_all(folder.path)
        assert plan_installation(folder.path, package, "elsewhere").changes == ()
        assert content_of_all(folder.path) == before

    def test_a_second_time_allows_nothing_more(self, folder: Folder, package: Package) -> None:
        install(folder, package, ("fact:plan",))
        assert plan_installation(folder.path, package, "here", ("fact:plan",), Mode.CO_PILOT).changes == ()
        with pytest.raises(ConflictError, match="update returns --allow tool:shop/orders`"):
            plan_installation(folder.path, package, "here", ("fact:plan", "tool:shop/orders"))
        with pytest.raises(ConflictError, match=f"yours to change in {CARD}"):
            plan_installation(folder.path, package, "here", mode=Mode.DELEGATION)

    def test_another_version_is_an_update(self, folder: Folder, package: Package) -> None:
        install(folder, package)
        with pytest.raises(ConflictError, match="holdfast market update returns"):
            plan_installation(folder.path, packed(newer(PACKAGE)), "here")

    def test_the_same_version_with_another_content(self, folder: Folder, package: Package) -> None:
        install(folder, package)
        other = packed(changed(PACKAGE, CARD, "tone: short", "tone: loud"))
        with pytest.raises(ConflictError, match="another content"):
            plan_installation(folder.path, other, "here")
        with pytest.raises(ConflictError, match="another content"):
            plan_update(folder.path, other, "here", ("fact:plan",))

    @pytest.mark.parametrize(
        ("file", "text"),
        [
            (CARD, "id: other\n"),
            (ARTICLE, "ours"),
            ("scenarios/returns.yaml", "id: ours\n"),
        ],
    )
    def test_a_name_that_is_taken(self, folder: Folder, package: Package, file: str, text: str) -> None:
        folder.write(file, text)
        with pytest.raises(ConflictError, match=f"of the same name already: {file}"):
            plan_installation(folder.path, package, "here")

    def test_a_topic_that_is_taken(self, folder: Folder, package: Package) -> None:
        folder.replace(TOPICS, "id: delivery", "id: send_back")
        with pytest.raises(ConflictError, match="the topic send_back"):
            plan_installation(folder.path, package, "here")

    def test_an_id_that_is_taken_in_a_file_of_another_name(self, folder: Folder, package: Package) -> None:
        folder.replace("agents/general.yaml", "id: general", "id: returns")
        folder.replace("organisation.yaml", "default_ai_agent: general", "default_ai_agent: returns")
        plan = plan_installation(folder.path, package, "here")
        with pytest.raises(SpecificationError, match="'returns' stands twice"):
            validated_with(folder.path, plan.changes)

    def test_what_would_be_a_mistake_is_told_and_nothing_is_written(self, folder: Folder) -> None:
        files = changed(changed(PACKAGE, "manifest.yaml", "[plan]", "[colour]"), CARD, "[plan]", "[colour]")
        plan = plan_installation(folder.path, packed(files), "here", ("fact:colour",))
        with pytest.raises(SpecificationError, match="no customer has the fact 'colour'"):
            carried_out(folder.path, plan)
        assert not (folder.path / CARD).exists()

    def test_examples_that_the_organisation_has_elsewhere_are_left_out(self, folder: Folder) -> None:
        more = changed(
            PACKAGE, TOPICS, "      - where is the label\n", "      - where is the label\n      - Where is  my bike\n"
        )
        plan = install(folder, packed(more))
        topic = load_specification(folder.path).version.specification.topic("send_back")
        assert plan.left_out == ("Where is  my bike",)
        assert topic
        assert topic.examples == ("how do I send it back", "where is the label", "do you collect a bicycle")
        assert update(folder, newer(more)).conflicts == ()

    def test_a_topic_of_which_too_little_is_left(self, folder: Folder) -> None:
        files = changed(PACKAGE, TOPICS, "how do I send it back", "where is my bike")
        with pytest.raises(SpecificationError, match="holds 2 of the 3 that are needed"):
            install(folder, packed(files))

    def test_an_organisation_without_any_ai_agent_yet(self, folder: Folder, package: Package) -> None:
        for place in ("agents", "journeys", "rules", "guidelines", "macros"):
            rmtree(folder.path / place)
        (folder.path / TOPICS).unlink()
        (folder.path / "knowledge" / "delivery.md").unlink()
        folder.write("organisation.yaml", "organisation: wheels\nname: Wheels\ndefault_ai_agent: returns\n")
        more = f"{PACKAGE[TOPICS]}  - {{ id: more, title: More, ai_agent: returns, examples: [a b, c d, e f] }}\n"
        files = changed(PACKAGE, "manifest.yaml", "[send_back]", "[send_back, more]") | {TOPICS: more}
        install(folder, packed(files))
        assert len(load_specification(folder.path).version.specification.topics) == 2

    def test_topics_in_a_form_that_cannot_be_added_to(self, folder: Folder, package: Package) -> None:
        folder.write(TOPICS, "topics: [{ id: a, title: A, ai_agent: general, examples: [a, b, c] }]\n")
        with pytest.raises(InvalidInputError, match=r"topics\.yaml: The entries of topics"):
            plan_installation(folder.path, package, "here")

    def test_places_to_fill_in_are_counted(self, folder: Folder, package: Package) -> None:
        assert plan_installation(folder.path, package, "here").to_fill_in == {ARTICLE: 2}


class TestJourneys:
    def test_a_journey(self, folder: Folder) -> None:
        plan = install(folder, packed(JOURNEY))
        assert plan.mode is None
        assert [one.id for one in load_specification(folder.path).version.specification.journeys] == [
            "coming_back",
            "returning",
            "welcome",
        ]

    def test_what_it_needs_must_be_there(self, folder: Folder) -> None:
        (folder.path / "agents" / "billing.yaml").unlink()
        with pytest.raises(ConflictError, match="does not have: AI agent billing"):
            plan_installation(folder.path, packed(JOURNEY), "here")

    def test_a_journey_has_no_mode(self, folder: Folder) -> None:
        with pytest.raises(InvalidInputError, match="leave --mode out"):
            plan_installation(folder.path, packed(JOURNEY), "here", (), Mode.DELEGATION)

    def test_a_circle_that_nobody_leaves(self, folder: Folder) -> None:
        circle = changed(JOURNEY, "journeys/coming_back.yaml", "ai_agent: billing", "ai_agent: billing, next: [pack]")
        with pytest.raises(SpecificationError, match="the journey never ends from here"):
            install(folder, packed(circle))
        assert not (folder.path / LOCK).exists()

    def test_a_step_that_is_not_there(self, folder: Folder) -> None:
        lost = changed(JOURNEY, "journeys/coming_back.yaml", "next: [pay]", "next: [paid]")
        with pytest.raises(SpecificationError, match="no step 'paid'"):
            install(folder, packed(lost))


TONE, ROLE = ("tone: short", "tone: longer"), ("role: Takes bicycles back.", "role: Takes everything back.")


class TestUpdating:
    @pytest.fixture
    def installed(self, folder: Folder, package: Package) -> Folder:
        install(folder, package, ("fact:plan",))
        return folder

    def test_what_the_package_changed_is_taken(self, installed: Folder) -> None:
        update(installed, newer(changed(PACKAGE, CARD, *TONE)))
        assert card_in(installed).tone == "longer"
        assert read_lock(installed.path).packages["returns"].version == "1.1.0"

    def test_what_the_organisation_changed_stays(self, installed: Folder) -> None:
        installed.replace(CARD, "name: Rita", "name: Rosa # ours")
        plan = update(installed, newer(changed(PACKAGE, CARD, *TONE)))
        assert plan.kept == (f"{CARD}#name",)
        assert (card_in(installed).name, card_in(installed).tone) == ("Rosa", "longer")
        assert "name: Rosa # ours\n" in (installed.path / CARD).read_text()

    def test_what_both_changed_is_named_and_nothing_is_written(self, installed: Folder) -> None:
        installed.replace(CARD, "tone: short", "tone: sharp")
        before = content_of_all(installed.path)
        plan = plan_update(installed.path, packed(newer(changed(PACKAGE, CARD, *TONE))), "here")
        assert (plan.conflicts, plan.changes) == ((f"{CARD}#tone",), ())
        assert b"tone: longer" in (plan.disputed[0].after or b"")
        assert content_of_all(installed.path) == before

    @pytest.mark.parametrize(("on_conflict", "tone"), [("keep", "sharp"), ("take", "longer")])
    def test_a_conflict_is_settled_by_a_person(self, installed: Folder, on_conflict: OnConflict, tone: str) -> None:
        installed.replace(CARD, "tone: short", "tone: sharp")
        files = newer(changed(changed(PACKAGE, CARD, *TONE), CARD, *ROLE))
        update(installed, files, on_conflict)
        assert (card_in(installed).tone, card_in(installed).role) == (tone, "Takes everything back.")
        assert update(installed, newer(files | {"manifest.yaml": PACKAGE["manifest.yaml"]}, "1.2.0")).conflicts == ()

    def test_topics_and_articles_are_parts_of_their_own(self, installed: Folder) -> None:
        installed.replace(TOPICS, "where is my bike", "where are my bikes")
        installed.replace(ARTICLE, "{{number}}", "30")
        files = newer(changed(PACKAGE, TOPICS, "where is the label", "where do I get the label"))
        plan = update(installed, files)
        text = (installed.path / TOPICS).read_text()
        assert "where do I get the label" in text
        assert "where are my bikes" in text
        assert plan.kept == (ARTICLE,)
        assert "within 30 days" in (installed.path / ARTICLE).read_text()

    def test_files_and_topics_that_the_package_no_longer_has(self, installed: Folder) -> None:
        files = {path: text for path, text in PACKAGE.items() if path != ARTICLE}
        files = changed(newer(files), CARD, "knowledge_topics: [returns]\n", "knowledge_topics: [delivery]\n")
        update(installed, files)
        assert not (installed.path / ARTICLE).exists()

    def test_a_file_that_is_gone_upstream_and_changed_here_is_a_conflict(self, installed: Folder) -> None:
        installed.replace(ARTICLE, "{{number}}", "30")
        files = {path: text for path, text in newer(PACKAGE).items() if path != ARTICLE}
        assert plan_update(installed.path, packed(files), "here").conflicts == (ARTICLE,)

    def test_the_mode_stays_that_of_the_organisation(self, installed: Folder) -> None:
        installed.replace(CARD, "mode: co_pilot", "mode: delegation")
        update(installed, newer(changed(PACKAGE, CARD, "mode: delegation", "mode: supervision")))
        assert card_in(installed).mode is Mode.DELEGATION

    def test_a_new_version_gets_nothing_more_by_itself(self, installed: Folder) -> None:
        files = changed(PACKAGE, "manifest.yaml", "[plan]", "[plan, balance]")
        plan = update(installed, newer(changed(files, CARD, "[plan]", "[plan, balance]")))
        assert card_in(installed).customer_facts == ("plan",)
        assert (plan.granted, "fact:balance" in plan.refused) == (("fact:plan",), True)

    def test_a_tool_that_began_to_write_is_asked_for_anew(self, folder: Folder, package: Package) -> None:
        install(folder, package, ("tool:shop/orders",))
        writes = "{ server: shop, tool: orders, access: write"
        files = changed(PACKAGE, "manifest.yaml", "{ server: shop, tool: orders, access: read", writes)
        files = changed(files, CARD, "access: read, personal: false", "access: write")
        plan = update(folder, newer(files))
        assert (card_in(folder).tools, plan.granted) == ((), ())

    def test_more_can_be_allowed_later(self, installed: Folder) -> None:
        update(installed, PACKAGE, allow=("tool:shop/orders",))
        card = card_in(installed)
        assert ([tool.tool for tool in card.tools], card.customer_facts) == (["orders"], ("plan",))

    def test_the_same_version_again_changes_nothing(self, installed: Folder, package: Package) -> None:
        assert plan_update(installed.path, package, "here").changes == ()

    def test_what_is_not_installed(self, folder: Folder, package: Package) -> None:
        with pytest.raises(NotFoundError, match="holdfast market install returns"):
            plan_update(folder.path, package, "here")

    def test_a_card_that_is_gone(self, installed: Folder) -> None:
        (installed.path / CARD).unlink()
        with pytest.raises(ConflictError, match="nothing to update"):
            plan_update(installed.path, packed(newer(PACKAGE)), "here")

    def test_an_older_version_is_not_taken_by_mistake(self, folder: Folder, package: Package) -> None:
        install(folder, packed(newer(PACKAGE)))
        with pytest.raises(ConflictError, match="--version"):
            require_newer(folder.path, package)
        update(folder, PACKAGE)
        require_newer(folder.path, packed(newer(PACKAGE)))
        assert read_lock(folder.path).packages["returns"].version == "1.0.0"

    def test_line_ends_of_the_organisation_stay(self, installed: Folder) -> None:
        path = installed.path / CARD
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
        update(installed, newer(changed(PACKAGE, CARD, *TONE)))
        assert b"tone: longer # as customers like it\r\n" in path.read_bytes()
        assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")

    def test_keys_of_the_organisation_stay(self, installed: Folder) -> None:
        installed.write(CARD, (installed.path / CARD).read_text() + "escalate_below: 0.9\n")
        update(installed, newer(changed(PACKAGE, CARD, *TONE)))
        assert data_in(installed, CARD)["escalate_below"] == 0.9
