"""`holdfast spec new`: what it writes can be checked and played, and what is there already stays."""

from pathlib import Path

from typer.testing import CliRunner, Result

from cli.main import app


def spec(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(app, ["spec", *arguments], env={"COLUMNS": "300", **environment})


def test_a_new_folder_is_valid_and_its_scenarios_pass(tmp_path: Path) -> None:
    ferry = tmp_path / "ferry"
    begun = spec("new", str(ferry))
    assert begun.exit_code == 0
    assert f"wrote {ferry / 'agents' / 'general.yaml'}\n" in begun.output
    assert begun.output.endswith(f"Change the files to your own, then `holdfast spec check {ferry}`.\n")
    checked = spec("check", str(ferry), HOLDFAST_ORGANISATION=str(ferry))
    assert checked.output.startswith("ferry is valid: 1 AI agent, 2 topics, 1 article. Content hash ")
    assert checked.output.splitlines()[1:] == ["Conversations are kept: no retention.conversation_days is set."]
    played = spec("test", str(ferry))
    assert played.output.endswith("2 scenarios: 2 passed, 0 failed.\n")


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    refused = spec("new", str(tmp_path))
    assert refused.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_name_that_cannot_be_is_told(tmp_path: Path) -> None:
    refused = spec("new", str(tmp_path / "Our Ferry"))
    assert refused.exit_code == 1
    assert "'Our Ferry' can be none. Name it with small letters" in refused.output


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "ferry").touch()
    refused = spec("new", str(tmp_path / "ferry"))
    assert refused.exit_code == 1
    assert "ferry cannot be used (Not a directory). Check the path" in refused.output


def test_who_has_no_organisation_is_told_how_to_begin(tmp_path: Path) -> None:
    missing = spec("check", HOLDFAST_ORGANISATION=str(tmp_path / "ferry"))
    assert f"`holdfast spec new {tmp_path / 'ferry'}`" in missing.output
    (tmp_path / "ferry").mkdir()
    empty = spec("check", HOLDFAST_ORGANISATION=str(tmp_path / "ferry"))
    assert "organisation.yaml: the file is missing. Create it; `holdfast spec new` writes one" in empty.output


def test_it_can_be_served_where_it_stands(tmp_path: Path) -> None:
    spec("new", str(tmp_path / "ferry"))
    checked = spec("check", str(tmp_path / "ferry"), HOLDFAST_ORGANISATION="specs/techflow")
    assert f"`export HOLDFAST_ORGANISATION={tmp_path / 'ferry'}`" in checked.output
