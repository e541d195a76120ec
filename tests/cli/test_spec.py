"""`holdfast spec`: files checked, published and listed."""

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from embedded.application import ROOT
from tests.cli.bikeshop_files import write_bikeshop


def spec(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["spec", *arguments], env={"COLUMNS": "300", **environment})


@pytest.fixture
def techflow(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "specs" / "techflow", tmp_path / "techflow"))


def test_a_good_folder_is_counted(techflow: Path) -> None:
    result = spec("check", str(techflow))
    assert result.exit_code == 0
    assert result.output.startswith("techflow is valid: ")
    assert "Content hash " in result.output
    assert "Conversations are kept: no retention.conversation_days is set." in result.output


@pytest.mark.parametrize(("days", "told"), [("1", "1 day"), ("7.5", "7.5 days"), ("400", "400 days")])
def test_it_is_told_when_what_was_said_is_erased(techflow: Path, days: str, told: str) -> None:
    organisation = techflow / "organisation.yaml"
    kept = organisation.read_text().replace("reopen_days: 7", "reopen_days: 1")
    organisation.write_text(f"{kept}\nretention: {{ conversation_days: {days} }}\n")
    assert f"and who said it, is erased {told} after its resolution." in spec("check", str(techflow)).output


def test_every_mistake_is_shown_with_its_line(techflow: Path) -> None:
    topics = techflow / "topics.yaml"
    topics.write_text(topics.read_text().replace("ai_agent: billing", "ai_agent: biling", 1))
    (techflow / "agents" / "billing.yaml").write_text("id: billing\nname: [x\n")
    result = spec("check", str(techflow))
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "agents/billing.yaml:2: is not valid YAML: while parsing a flow sequence expected ',' or ']', but got "
        "'<stream end>'. Close the list with ], and separate its items with commas.",
        "     2 | name: [x",
        "               ^",
        "The specification 'techflow' has 1 mistake. Correct and load it again.",
    ]


def test_mistakes_are_told_to_programs(techflow: Path) -> None:
    organisation = techflow / "organisation.yaml"
    organisation.write_text(organisation.read_text().replace("currency: EUR", "currency: euro"))
    result = spec("check", str(techflow), "--json")
    assert result.exit_code == 1
    report = json.loads(result.output)
    assert (report["valid"], report["content_hash"]) == (False, None)
    assert report["mistakes"] == [
        {
            "file": "organisation.yaml",
            "line": 5,
            "column": 11,
            "path": "currency",
            "problem": "has another form",
            "remedy": "Write an ISO 4217 code of three capital letters, such as `EUR`.",
        }
    ]


def test_a_good_folder_is_told_to_programs(techflow: Path) -> None:
    report = json.loads(spec("check", str(techflow), "--json").output)
    assert (report["valid"], report["mistakes"]) == (True, [])
    assert report["content_hash"][:12] in spec("check", str(techflow)).output


def test_warnings_are_told_to_programs(techflow: Path, tmp_path: Path) -> None:
    copy = techflow.rename(tmp_path / "acme")
    report = json.loads(spec("check", "--json", HOLDFAST_ORGANISATION=str(copy)).output)
    assert report["valid"]
    assert report["warnings"][0].startswith(
        "The files say `organisation: techflow`, and this installation serves 'acme'"
    )


def test_nothing_is_published_of_a_folder_with_mistakes(home: Path, tmp_path: Path) -> None:
    bikeshop, here = (
        tmp_path / "bikeshop",
        {"HOLDFAST_HOME": str(home), "HOLDFAST_ORGANISATION": str(tmp_path / "bikeshop")},
    )
    write_bikeshop(bikeshop)
    (bikeshop / "topics.yaml").write_text("# " + "x" * 10_000_000)
    refused = spec("publish", str(bikeshop), **here)
    assert refused.exit_code == 1
    assert "topics.yaml: is too large. Split it" in refused.output
    assert "Nothing of bikeshop is published here." in spec("list", **here).output


def test_the_folder_of_the_settings_is_the_default(techflow: Path) -> None:
    given = spec("check", str(techflow))
    assert spec("check", HOLDFAST_ORGANISATION=str(techflow)).output == given.output


def test_a_change_is_another_version(techflow: Path) -> None:
    before = spec("check", str(techflow)).output.splitlines()[0]
    article = min((techflow / "knowledge").glob("**/*.md"))
    article.write_text(article.read_text() + "\nOne more sentence.\n")
    after = spec("check", str(techflow)).output.splitlines()[0]
    assert after.rpartition(" ")[2] != before.rpartition(" ")[2]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    result = spec("check", str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert result.output.startswith(f"There is no folder {tmp_path / 'nowhere'}. Correct the path, or begin")


@pytest.mark.parametrize(("name", "warned"), [("techflow", False), ("acme", True)])
def test_a_copy_that_keeps_the_name_of_the_organisation_is_warned_of(
    techflow: Path, tmp_path: Path, name: str, warned: bool
) -> None:
    copy = techflow.rename(tmp_path / name)
    result = spec("check", HOLDFAST_ORGANISATION=str(copy))
    assert result.exit_code == 0
    assert ("Warning: The files say `organisation: techflow`" in result.output) is warned


def test_publishing_says_whose_conversations_follow_and_lists_them_by_default(home: Path, tmp_path: Path) -> None:
    bikeshop, acme = tmp_path / "bikeshop", {"HOLDFAST_HOME": str(home), "HOLDFAST_ORGANISATION": "specs/acme"}
    write_bikeshop(bikeshop)
    published = spec("publish", str(bikeshop), **acme)
    assert published.exit_code == 0
    assert ": new conversations of bikeshop follow it." in published.output
    assert "this installation serves 'acme'" in published.output
    assert "Nothing of acme is published here." in spec("list", **acme).output
    assert "active" in spec("list", **acme | {"HOLDFAST_ORGANISATION": str(bikeshop)}).output


@pytest.fixture
def bikeshop(tmp_path: Path) -> Path:
    write_bikeshop(tmp_path / "bikeshop")
    return tmp_path / "bikeshop"


@pytest.fixture
def installed(database_url: str, tmp_path: Path, bikeshop: Path) -> dict[str, str]:
    """The settings of an installation that serves the bike shop, with a database that runs already."""
    home = str(tmp_path / "home")
    return {"HOLDFAST_DATABASE_URL": database_url, "HOLDFAST_HOME": home, "HOLDFAST_ORGANISATION": str(bikeshop)}


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def published(result: Result) -> str:
    """The short hash that a command has told."""
    assert result.exit_code == 0, result.output
    return result.output.split()[1].rstrip(":")


def test_versions_are_published_gone_back_to_and_remembered(bikeshop: Path, installed: dict[str, str]) -> None:
    first = published(spec("publish", "--by", "lea", "--reason", "opening\n day", **installed))
    change(bikeshop / "organisation.yaml", "name: Bike Shop", "name: Two Wheels")
    second = published(spec("publish", "--replaces", first[:6], **installed))
    refused = spec("publish", "--replaces", first, "--by", "tom", **installed)
    assert refused.exit_code == 1
    assert f"operator made {second} the active version on" in refused.output

    back = spec("rollback", "--reason", "the new name is taken", "--by", "tom", **installed)
    assert back.output == f"Rolled back to {first}: new conversations of bikeshop follow it.\n"
    told = json.loads(spec("history", "--json", **installed).output)
    assert [(one["content_hash"][:12], one["kind"], one["published_by"], one["reason"]) for one in told] == [
        (first, "rollback", "tom", "the new name is taken"),
        (second, "publish", "operator", ""),
        (first, "publish", "lea", "opening day"),
    ]
    assert [one["until"] for one in told] == [None, told[0]["at"], told[1]["at"]]
    assert [one["open_conversations"] for one in told] == [0, 0, 0]
    table = spec("history", **installed).output
    assert table == spec("list", **installed).output
    assert all(word in table for word in (first, second, "rolled back", "opening day", "active"))


def test_what_a_change_of_the_files_would_change_is_told(bikeshop: Path, installed: dict[str, str]) -> None:
    assert "No specification of bikeshop is published" in spec("diff", **installed).output
    first = published(spec("publish", **installed))
    assert spec("diff", **installed).output == f"{first} → {first}: nothing changes\n"

    change(bikeshop / "agents" / "billing.yaml", "escalate_below: 0.8", "escalate_below: 0.9")
    change(bikeshop / "knowledge" / "warranty.md", "10 years", "12 years")
    told = spec("diff", **installed).output
    assert "2 changes\n~ AI agent billing, escalate_below: 0.8 → 0.9\n" in told
    assert "    - Every frame has a warranty of 10 years" in told
    assert "    + Every frame has a warranty of 12 years" in told
    assert spec("diff", str(bikeshop), **installed).output == told
    assert spec("diff", first, **installed).output == told

    second = published(spec("publish", **installed))
    assert spec("diff", first[:8], second[:8], **installed).output == told
    back = json.loads(spec("diff", second, first, "--json", **installed).output)
    assert back[0] == {
        "path": ["ai_agents", "billing", "escalate_below"],
        "kind": "changed",
        "before": 0.9,
        "after": 0.8,
        "words": "AI agent billing, escalate_below: 0.9 → 0.8",
    }


def test_a_plan_is_told_kept_and_applied_once(bikeshop: Path, installed: dict[str, str], tmp_path: Path) -> None:
    first, kept = published(spec("publish", **installed)), str(tmp_path / "plan.json")
    change(bikeshop / "organisation.yaml", "  escalate_below: 0.7", "  escalate_below: 0.75")
    change(bikeshop / "agents" / "service.yaml", "escalate_below: null", "escalate_below: 0.1")
    told = spec("plan", "--out", kept, **installed)
    assert told.exit_code == 0
    assert told.output.startswith(f"bikeshop: {first} → ")
    assert "~ threshold escalate_below: 0.7 → 0.75" in told.output
    assert "Warning: agents/service.yaml" in told.output
    assert "escalate_below: 0.1 has no effect" in told.output
    assert "Of 0 recorded turns 0 would be decided as now, 0 differently; of 0 nobody can know." in told.output
    data = json.loads(spec("plan", "--json", "--conversations", "3", **installed).output)
    assert [one["words"] for one in data["changes"]] == [
        "threshold escalate_below: 0.7 → 0.75",
        "AI agent service, escalate_below added: 0.1",
    ]
    assert (data["redecided"]["turns"], data["redecided"]["kinds"]) == (0, {})

    applied = spec("apply", kept, "--by", "lea", "--reason", "fewer mistakes", **installed)
    assert published(applied).rstrip(",") == data["publication"]["planned"][:12]
    again = spec("apply", kept, **installed)
    assert (again.exit_code, "lea made" in again.output) == (1, True)
    assert len(json.loads(spec("history", "--json", **installed).output)) == 2


def test_of_files_with_mistakes_no_plan_is_made(bikeshop: Path, installed: dict[str, str], tmp_path: Path) -> None:
    published(spec("publish", **installed))
    rules = "approval_rules:\n- {id: any}\n- {id: large, amount_above: 100}"
    change(bikeshop / "organisation.yaml", "approval_rules: []", rules)
    told = spec("plan", "--out", str(tmp_path / "plan.json"), **installed)
    assert (told.exit_code, (tmp_path / "plan.json").exists()) == (1, False)
    assert "approval_rules.1.id: never applies, because 'any' above it holds whenever this one does" in told.output


def test_the_files_of_a_published_version_come_back(bikeshop: Path, installed: dict[str, str], tmp_path: Path) -> None:
    first = published(spec("publish", **installed))
    change(bikeshop / "organisation.yaml", "name: Bike Shop", "name: Two Wheels")
    exported = spec("export", first, str(tmp_path / "old"), **installed)
    assert exported.output.endswith("They are the version to the letter.\n")
    assert first in spec("check", str(tmp_path / "old"), **installed).output
    again = spec("export", first, str(tmp_path / "old"), **installed)
    assert (again.exit_code, "is not empty" in again.output) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("rollback",), 2, "--reason"),
        (("rollback", "--reason", "why"), 1, "No specification of bikeshop is published"),
        (("rollback", "abc", "--reason", "x" * 501), 2, "longer than 500 characters"),
        (("publish", "--replaces", "abc"), 1, "No version 'abc' of bikeshop is published here"),
        (("plan",), 1, "No specification of bikeshop is published"),
        (("plan", "--conversations", "-1"), 2, "--conversations"),
        (("apply", "nowhere.json"), 1, "nowhere.json cannot be used (No such file or directory)"),
        (("diff", "abc", "def"), 1, "No version 'abc' of bikeshop is published here"),
        (("export", "abc", "nowhere"), 1, "No version 'abc' of bikeshop is published here"),
        (("publish", "--by", "x" * 501), 2, "longer than 500 characters"),
    ],
)
def test_wrong_use_is_told_and_publishes_nothing(
    installed: dict[str, str], arguments: tuple[str, ...], code: int, says: str
) -> None:
    refused = spec(*arguments, **installed)
    assert (refused.exit_code, says in " ".join(refused.output.split())) == (code, True)
    assert "Nothing of bikeshop is published here." in spec("history", **installed).output


def test_the_schema_is_written_for_editors(tmp_path: Path) -> None:
    result = spec("schema", str(tmp_path / "schema"))
    written = sorted((tmp_path / "schema").iterdir())
    assert result.exit_code == 0
    assert [line.removeprefix("wrote ") for line in sorted(result.output.splitlines())] == [str(one) for one in written]
    assert all(json.loads(one.read_text())["$schema"] for one in written)
