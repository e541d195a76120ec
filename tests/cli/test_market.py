"""`holdfast market`, as people and programs use it."""

import asyncio
import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from cli.main import app
from domain.specification.organisation import Mode
from publishing.market.folder import held, read_lock
from publishing.market.shelf import SHIPPED, index_anew
from publishing.specification import load_specification
from tests.cli.bikeshop_files import write_bikeshop
from tests.cli.test_spec_health import resolve_some
from tests.organisation import SERVICE
from tests.publishing.market.conftest import PACKAGE, Shelf, changed, content_of_all, folder, newer, shelf
from tests.publishing.specification.conftest import Folder

__all__ = ["folder", "shelf"]

WIDE = {"COLUMNS": "300"}
CARD = "agents/returns.yaml"


def market(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["market", *arguments], env={**WIDE, **environment})


@pytest.fixture
def at(folder: Folder, shelf: Shelf) -> tuple[str, ...]:
    """The organisation and the market, as arguments."""
    return str(folder.path), "--from", str(shelf.path)


def test_what_there_is(at: tuple[str, ...]) -> None:
    result = market("list", *at)
    assert result.exit_code == 0
    assert "Takes bicycles back." in result.output
    assert "coming_back" in result.output


def test_what_is_installed_is_told(at: tuple[str, ...]) -> None:
    assert [one["installed"] for one in json.loads(market("list", *at, "--json").output)] == [None, None]
    market("install", "returns", *at, "--yes")
    found = {one["name"]: one["installed"] for one in json.loads(market("list", *at, "--json").output)}
    assert found == {"coming_back": None, "returns": "1.0.0"}


def test_the_market_that_ships_is_the_default(folder: Folder) -> None:
    names = [one["name"] for one in json.loads(market("list", str(folder.path), "--json").output)]
    assert {"general", "database", "renewal"} <= set(names)


def test_a_market_can_be_looked_at_without_an_organisation(shelf: Shelf, tmp_path: Path) -> None:
    nothing = {"HOLDFAST_ORGANISATION": str(tmp_path / "none")}
    assert market("list", "--from", str(shelf.path), **nothing).exit_code == 0
    assert market("show", "returns", "--from", str(shelf.path), **nothing).exit_code == 0


def test_a_package_is_shown(at: tuple[str, ...]) -> None:
    output = market("show", "returns", *at).output
    for told in (
        "returns 1.0.0, agent",
        "not measured yet",
        "write:shop/refund: To pay back.",
        "fact:plan",
        "how do I send it back",
        "scenarios/returns.yaml",
        "channel email",
        "Apache-2.0",
    ):
        assert told in output


def test_a_package_is_shown_to_programs(at: tuple[str, ...]) -> None:
    shown = json.loads(market("show", "returns", *at, "--json").output)
    assert (shown["name"], shown["installed"], shown["results"]) == ("returns", None, "not measured yet")
    assert shown["digest"].startswith("sha256:")


def test_a_package_is_tried_before_it_is_installed(tmp_path: Path, shelf: Shelf) -> None:
    bikeshop = tmp_path / "bikeshop"
    write_bikeshop(bikeshop)
    before = content_of_all(bikeshop)
    arguments = ("test", "returns", str(bikeshop), "--from", str(shelf.path))
    result = market(*arguments)
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "passed returns: A bicycle goes back",
        "1 scenario: 1 passed, 0 failed.",
    ]
    [came] = [one["steps"][0]["came"] for one in json.loads(market(*arguments, "--json").stdout)["scenarios"]]
    assert (came["outcome"], came["reason"]) == ("ask_approval", "supervised")
    assert content_of_all(bikeshop) == before


def test_a_package_without_scenarios_is_not_tried(at: tuple[str, ...]) -> None:
    result = market("test", "coming_back", *at)
    assert (result.exit_code, "coming_back brings no scenarios" in result.output) == (1, True)


def test_there_is_no_index_of_no_folder(tmp_path: Path) -> None:
    result = market("index", str(tmp_path / "none"))
    assert (result.exit_code, "There is no folder" in result.output) == (1, True)


def test_the_diff_comes_before_the_question(at: tuple[str, ...], folder: Folder) -> None:
    before = content_of_all(folder.path)
    result = market("install", "returns", *at)
    assert result.exit_code == 1
    for told in (
        "+++ agents/returns.yaml",
        "+mode: co_pilot",
        "+  - id: send_back",
        "Its AI agent begins in co_pilot.",
        "It may use: nothing.",
        "is installed without: tool:shop/orders, write:shop/refund, fact:plan",
        "knowledge/returns.md (2)",
        "there is nobody to ask. Add --yes.",
    ):
        assert told in result.output
    assert content_of_all(folder.path) == before


def test_installing(at: tuple[str, ...], folder: Folder) -> None:
    result = market("install", "returns", *at, "--allow", "fact:plan", "--mode", "delegation", "--yes")
    assert result.exit_code == 0, result.output
    assert "returns 1.0.0 is in" in result.output
    card = load_specification(folder.path).version.specification.ai_agent("returns")
    assert (card.mode, card.customer_facts, card.tools) == (Mode.DELEGATION, ("plan",), ())


def test_a_second_time(at: tuple[str, ...], folder: Folder) -> None:
    market("install", "returns", *at, "--yes")
    before = content_of_all(folder.path)
    result = market("install", "returns", *at, "--yes")
    assert (result.exit_code, "is installed already; nothing was changed" in result.output) == (0, True)
    assert content_of_all(folder.path) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("install", "return"), "Did you mean 'returns'?"),
        (("install", "returns", "--version", "9.9.9"), "it has 1.0.0"),
        (("install", "returns", "--allow", "fact:balance"), "does not ask for 'fact:balance'"),
        (("install", "returns", "--allow", "tool:shop/refund"), "allow it as write:shop/refund"),
        (("update", "returns"), "is not installed here"),
        (("install", "coming_back", "--mode", "delegation"), "leave --mode out"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    at: tuple[str, ...], folder: Folder, arguments: tuple[str, ...], told: str
) -> None:
    before = content_of_all(folder.path)
    result = market(*arguments[:2], *at, *arguments[2:], "--yes")
    assert (result.exit_code, told in result.output) == (1, True), result.output
    assert content_of_all(folder.path) == before


def test_a_package_that_lies_about_its_digest(at: tuple[str, ...], folder: Folder, shelf: Shelf) -> None:
    before = content_of_all(folder.path)
    shelf.replace(f"returns/1.0.0/{CARD}", "tone: short", "tone: sharp")
    for command in ("install", "show"):
        result = market(command, "returns", *at, *(["--yes"] if command == "install" else []))
        assert (result.exit_code, "the digest of its content is another" in result.output) == (1, True)
    assert content_of_all(folder.path) == before


def test_a_mistake_of_the_whole_is_shown_and_nothing_is_written(
    at: tuple[str, ...], folder: Folder, shelf: Shelf
) -> None:
    files = changed(PACKAGE, "manifest.yaml", "[plan]", "[colour]")
    shelf.put(changed(files, CARD, "[plan]", "[colour]"))
    shelf.index()
    before = content_of_all(folder.path)
    result = market("install", "returns", *at, "--allow", "fact:colour", "--yes")
    assert (result.exit_code, "no customer has the fact 'colour'" in result.output) == (1, True)
    assert "With returns, " in result.output
    assert content_of_all(folder.path) == before


def test_updating(at: tuple[str, ...], folder: Folder, shelf: Shelf) -> None:
    market("install", "returns", *at, "--yes")
    folder.replace(CARD, "name: Rita", "name: Rosa")
    shelf.put(newer(changed(PACKAGE, CARD, "tone: short", "tone: longer")))
    shelf.index()
    result = market("update", "returns", *at, "--yes")
    assert result.exit_code == 0, result.output
    for told in ("-tone: short", "+tone: longer", "returns 1.0.0 → 1.1.0", f"it stays: {CARD}#name"):
        assert told in result.output
    assert read_lock(folder.path).packages["returns"].version == "1.1.0"


def test_a_conflict_is_named_and_settled(at: tuple[str, ...], folder: Folder, shelf: Shelf) -> None:
    market("install", "returns", *at, "--yes")
    folder.replace(CARD, "tone: short", "tone: sharp")
    shelf.put(newer(changed(PACKAGE, CARD, "tone: short", "tone: longer")))
    shelf.index()
    before = content_of_all(folder.path)
    result = market("update", "returns", *at, "--yes")
    assert result.exit_code == 1
    for told in ("-tone: sharp", "+tone: longer", f"what stands above: {CARD}#tone."):
        assert told in result.output
    assert "--on-conflict keep" in result.output
    assert content_of_all(folder.path) == before
    assert market("update", "returns", *at, "--on-conflict", "keep", "--yes").exit_code == 0
    assert "tone: sharp" in (folder.path / CARD).read_text()


def test_an_older_version_needs_its_name(at: tuple[str, ...], folder: Folder, shelf: Shelf) -> None:
    shelf.put(newer(PACKAGE))
    shelf.index()
    market("install", "returns", *at, "--yes")
    older = Shelf(folder.path.parent / "older")
    result = market("update", "returns", str(folder.path), "--from", str(older.path), "--yes")
    assert (result.exit_code, "--version" in result.output) == (1, True)
    assert market("update", "returns", *at, "--version", "1.0.0", "--yes").exit_code == 0
    assert read_lock(folder.path).packages["returns"].version == "1.0.0"


def test_while_another_one_is_at_work(at: tuple[str, ...], folder: Folder) -> None:
    with held(folder.path):
        result = market("install", "returns", *at, "--yes")
    assert (result.exit_code, "Another `holdfast market`" in result.output) == (1, True)


def test_what_a_terminal_would_obey_is_not_told(at: tuple[str, ...], shelf: Shelf) -> None:
    shelf.put(changed(PACKAGE, "manifest.yaml", "summary: Takes", 'summary: "\\e[31mTakes"\nauthor: Takes'))
    shelf.replace("returns/1.0.0/manifest.yaml", "author: Takes bicycles back.\n", "")
    shelf.index()
    for command in (("list",), ("show", "returns"), ("show", "returns", "--json")):
        result = market(*command[:2], *at, *command[2:])
        assert (result.exit_code, "\x1b[31m" in result.output) == (0, False)
        assert "[31mTakes" in result.output


PUBLISH = ("--version", "1.0.0", "--author", "Ada", "--licence", "MIT")


def test_publishing(folder: Folder, tmp_path: Path) -> None:
    to = str(tmp_path / "ours")
    result = market("publish", str(folder.path), "--ai-agent", "billing", "--to", to, *PUBLISH)
    assert result.exit_code == 0, result.output
    assert "Published billing 1.0.0" in result.output
    assert "Results: not measured yet." in result.output
    shown = json.loads(market("show", "billing", "--from", to, "--json").output)
    assert shown["triggers"] == ["refund"]
    again = market("publish", str(folder.path), "--ai-agent", "billing", "--to", to, *PUBLISH)
    assert (again.exit_code, "a version is never replaced" in again.output) == (1, True)


def test_publishing_with_what_was_measured(database_url: str, tmp_path: Path) -> None:
    write_bikeshop(tmp_path / "bikeshop")
    success = [
        {"metric": "automated_resolution", "target": 0.6},
        {"metric": "first_response_seconds", "target": 60},
    ]
    card = SERVICE.model_dump(mode="json") | {"success": success}
    (tmp_path / "bikeshop" / "agents" / "service.yaml").write_text(yaml.safe_dump(card, width=1000))
    asyncio.run(resolve_some(database_url))
    to, settings = str(tmp_path / "ours"), {"HOLDFAST_DATABASE_URL": database_url, "HOLDFAST_HOME": str(tmp_path)}
    arguments = (str(tmp_path / "bikeshop"), "--to", to, "--measured", *PUBLISH)
    result = market("publish", *arguments, "--ai-agent", "service", **settings)
    assert result.exit_code == 0, result.output
    shown = json.loads(market("show", "service", "--from", to, "--json").output)
    assert [(one["metric"], one["n"]) for one in shown["results"]] == [("automated_resolution", 1)]


def test_a_journey_has_no_measures(folder: Folder, tmp_path: Path) -> None:
    arguments = (str(folder.path), "--journey", "returning", "--to", str(tmp_path / "ours"), "--measured", *PUBLISH)
    result = market("publish", *arguments)
    assert (result.exit_code, "only an AI agent has success measures" in result.output) == (2, True)


def test_publishing_a_journey(folder: Folder, tmp_path: Path) -> None:
    to = str(tmp_path / "ours")
    assert market("publish", str(folder.path), "--journey", "returning", "--to", to, *PUBLISH).exit_code == 0
    assert json.loads(market("list", "--from", to, "--json").output)[0]["kind"] == "journey"


@pytest.mark.parametrize("named", [(), ("--ai-agent", "billing", "--journey", "returning")])
def test_one_thing_is_published(folder: Folder, tmp_path: Path, named: tuple[str, ...]) -> None:
    result = market("publish", str(folder.path), *named, "--to", str(tmp_path / "ours"), *PUBLISH)
    assert result.exit_code == 2


def test_an_index_by_hand(shelf: Shelf) -> None:
    shelf.put(newer(PACKAGE))
    assert "has 2 packages" in market("index", str(shelf.path)).output
    assert shelf.market.package("returns").manifest.version == "1.1.0"
    shelf.put(changed(PACKAGE, "manifest.yaml", "Ada", "Bo"))
    assert market("index", str(shelf.path)).exit_code == 1
    assert market("index", str(shelf.path), "--replace").exit_code == 0


def test_the_index_that_ships_is_the_generated_one() -> None:
    """After a change below market/, run `holdfast market index market --replace`."""
    shipped = SHIPPED
    assert index_anew(shipped) == shipped.index()
