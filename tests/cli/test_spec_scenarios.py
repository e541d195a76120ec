"""`holdfast spec test` on a small organisation."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from cli.spec_scenarios import how_decided
from domain.conversation.ownership import Status
from domain.quality.scenarios import CameOfStep
from publishing.specification.yaml_text import parsed
from tests.cli.bikeshop_files import write, write_bikeshop

PASSES = """\
id: password
title: A forgotten password
steps:
  - says: How do I reset my password?
    expect: { ai_agent: service, topic: account, outcome: send, cites: [password], holds: [30 minutes] }
"""
WAITS = """\
id: refund
title: A refund waits
steps:
  - says: I want my 300 EUR back for the bike
    expect: { outcome: ask_approval, reason: supervised, approval: { rule: default } }
  - does: approve
    expect: { effect: send }
"""
FAILS = """\
id: parcel
title: A parcel
steps:
  - says: I want my 300 EUR back for the bike
    expect: { topic: delivery, outcome: send }
  - does: approve
    roles: [packer]
    expect: { effect: send }
  - does: take_over
    expect: { status: with_human }
  - says: Hello?
    expect: { outcome: send }
"""


def spec_test(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["spec", "test", *map(str, arguments)], env={"COLUMNS": "300"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_bikeshop(tmp_path)
    write(tmp_path / "scenarios" / "password.yaml", PASSES)
    write(tmp_path / "scenarios" / "refund.yaml", WAITS)
    return tmp_path


def test_a_line_for_each_scenario(folder: Path) -> None:
    result = spec_test(folder)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "passed password: A forgotten password",
        "passed refund: A refund waits",
        "2 scenarios: 2 passed, 0 failed.",
    ]


def test_what_failed_says_what_was_expected_what_came_and_what_decided(folder: Path) -> None:
    write(folder / "scenarios" / "a_parcel.yaml", FAILS)
    result = spec_test(folder)
    assert result.exit_code == 1
    told = [line.strip() for line in result.stdout.splitlines()]
    assert told[:4] == [
        "FAILED parcel: A parcel",
        "step 1: I want my 300 EUR back for the bike",
        "topic: expected delivery, came refund",
        "outcome: expected send, came ask_approval",
    ]
    assert told[4].startswith("decided: ask_approval (supervised), rule default: billing / refund, confidence 0.")
    assert told[5:11] == [
        "step 2: person: approve",
        "effect: expected send, came refused",
        "refused: Only people with the role approver may decide this approval.",
        "step 4: Hello?",
        "outcome: expected send, came none",
        "nothing was decided; the conversation is with human",
    ]
    assert told[-1] == "3 scenarios: 2 passed, 1 failed."


def test_only_some_are_played(folder: Path) -> None:
    write(folder / "scenarios" / "a_parcel.yaml", FAILS)
    result = spec_test(folder, "--only", "password", "--only", "refund")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == "2 scenarios: 2 passed, 0 failed."
    assert spec_test(folder, "--only", "refund").stdout.splitlines()[-1] == "1 scenario: 1 passed, 0 failed."


def test_where_people_own_every_conversation_it_is_said_why_nothing_is_decided(folder: Path) -> None:
    card = folder / "agents" / "service.yaml"
    write(card, card.read_text(encoding="utf-8").replace("mode: delegation", "mode: co_pilot"))
    result = spec_test(folder, "--only", "password")
    assert result.exit_code == 1
    assert result.stdout.startswith("service is the default AI agent and in co_pilot, so people own every conversation")
    assert json.loads(spec_test(folder, "--only", "password", "--json").stdout)["passed"] is False


def test_programs_get_everything(folder: Path) -> None:
    write(folder / "scenarios" / "a_parcel.yaml", FAILS)
    result = spec_test(folder, "--json")
    report = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (report["organisation"], report["passed"]) == ("bikeshop", False)
    assert [(one["id"], one["passed"]) for one in report["scenarios"]] == [
        ("parcel", False),
        ("password", True),
        ("refund", True),
    ]
    step = report["scenarios"][0]["steps"][0]
    assert step["differences"][0] == {"what": "topic", "expected": "delivery", "came": "refund"}
    assert (step["came"]["outcome"], step["came"]["approval"]["rule"]) == ("ask_approval", "default")
    assert len(report["content_hash"]) == 64


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("--only", "pasword"),
            "There is no scenario 'pasword'. Did you mean 'password'? Use one of password, refund.",
        ),
        (("--only", "xyz"), "There is no scenario 'xyz'. Use one of password, refund."),
    ],
)
def test_an_unknown_scenario_is_named(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    result = spec_test(folder, *arguments)
    assert result.exit_code == 1
    assert told in result.stderr


def test_without_scenarios_it_says_what_to_do(tmp_path: Path) -> None:
    write_bikeshop(tmp_path)
    result = spec_test(tmp_path)
    assert result.exit_code == 1
    assert f"There is no scenario in {tmp_path}/scenarios: add a file" in result.stderr


def test_an_empty_folder_and_none_are_told(tmp_path: Path) -> None:
    empty = spec_test(tmp_path)
    assert empty.exit_code == 1
    assert "organisation.yaml: the file is missing" in empty.stderr
    nowhere = spec_test(tmp_path / "nowhere")
    assert nowhere.exit_code == 1
    assert "There is no folder" in nowhere.stderr


def test_a_broken_specification_is_told_with_its_lines_and_nothing_is_played(folder: Path) -> None:
    write(folder / "scenarios" / "refund.yaml", WAITS.replace("reason: supervised", "reason: suprevised"))
    result = spec_test(folder)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "scenarios/refund.yaml:5: steps.0.expect.reason: is none of the words that may stand here" in result.stderr


def test_programs_get_the_mistakes_too(folder: Path) -> None:
    write(folder / "scenarios" / "refund.yaml", "id: refund\n")
    result = spec_test(folder, "--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["valid"]) == (1, False)
    assert {mistake["path"] for mistake in report["mistakes"]} == {"title", "steps"}


def test_a_text_of_a_scenario_obeys_no_terminal(folder: Path) -> None:
    write(folder / "scenarios" / "refund.yaml", 'id: bell\ntitle: "A\\x1b[2Jbell"\n' + PASSES.split("\n", 2)[2])
    result = spec_test(folder, "--only", "bell")
    assert "\x1b" not in result.stdout
    assert "A [2Jbell" in result.stdout


def test_the_scenario_in_the_guide_is_one_of_the_bank() -> None:
    guide = Path("docs/guides/specification.md").read_text(encoding="utf-8")
    [shown] = [block for block in guide.split("```yaml\n")[1:] if "id: dispute_waits" in block]
    kept = Path("specs/talvora/scenarios/dispute_waits.yaml").read_text(encoding="utf-8")
    defaults = {"channel": "web_chat", "verified": True}
    assert parsed(shown.split("```")[0]).data == defaults | parsed(kept).data


def test_what_a_person_decided_is_told() -> None:
    assert how_decided(CameOfStep(status=Status.AWAITING_APPROVAL, effect="wait_for_more")) == (
        "the decision came to wait_for_more; the conversation is awaiting approval"
    )


def test_what_decided_needs_no_topic() -> None:
    came = CameOfStep.model_validate(
        {"status": Status.OPEN, "outcome": "clarify", "reason": "ambiguous", "ai_agent": "a", "confidence": 0.123}
    )
    assert how_decided(came) == "decided: clarify (ambiguous): a / no topic, confidence 0.12"
