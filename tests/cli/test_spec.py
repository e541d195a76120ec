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
    result = spec("validate", str(techflow))
    assert result.exit_code == 0
    assert result.output.startswith("techflow is valid: ")
    assert "Content hash " in result.output


def test_the_folder_of_the_settings_is_the_default(techflow: Path) -> None:
    given = spec("validate", str(techflow))
    assert spec("validate", HOLDFAST_ORGANISATION=str(techflow)).output == given.output


def test_a_change_is_another_version(techflow: Path) -> None:
    before = spec("validate", str(techflow)).output
    article = min((techflow / "knowledge").glob("**/*.md"))
    article.write_text(article.read_text() + "\nOne more sentence.\n")
    assert spec("validate", str(techflow)).output.rpartition(" ")[2] != before.rpartition(" ")[2]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    result = spec("validate", str(tmp_path / "nowhere"))
    assert result.exit_code == 1
    assert result.output == f"There is no folder {tmp_path / 'nowhere'}.\n"


@pytest.mark.parametrize(("name", "warned"), [("techflow", False), ("acme", True)])
def test_a_copy_that_keeps_the_name_of_the_organisation_is_warned_of(
    techflow: Path, tmp_path: Path, name: str, warned: bool
) -> None:
    copy = techflow.rename(tmp_path / name)
    result = spec("validate", HOLDFAST_ORGANISATION=str(copy))
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


def test_the_schema_is_written_for_editors(tmp_path: Path) -> None:
    result = spec("schema", str(tmp_path / "schema"))
    written = sorted((tmp_path / "schema").iterdir())
    assert result.exit_code == 0
    assert [line.removeprefix("wrote ") for line in sorted(result.output.splitlines())] == [str(one) for one in written]
    assert all(json.loads(one.read_text())["$schema"] for one in written)
