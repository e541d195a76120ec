"""The organisation that `holdfast spec new` begins with."""

import json
from pathlib import Path

import jsonschema
import pytest

from domain.errors import ConflictError, InvalidInputError
from domain.quality.scenarios import Scenario
from publishing.specification.loading import load_specification
from publishing.specification.schemas import generated_schemas
from publishing.specification.starting import start_organisation
from publishing.specification.yaml_text import parsed

MODELINE = "# yaml-language-server: $schema="


@pytest.fixture
def ferry(tmp_path: Path) -> Path:
    start_organisation(tmp_path / "ferry")
    return tmp_path / "ferry"


@pytest.mark.parametrize(
    ("folder", "name"),
    [("ferry", "Ferry"), ("north_ferries", "North Ferries"), ("a", "A"), ("no", "No"), ("on-2", "On 2"), ("e3", "E3")],
)
def test_it_is_valid_and_has_the_name_of_its_folder(tmp_path: Path, folder: str, name: str) -> None:
    written = start_organisation(tmp_path / folder)
    loaded = load_specification(tmp_path / folder)
    specification = loaded.version.specification
    assert (specification.organisation, specification.name) == (folder, name)
    assert loaded.warnings == ()
    assert all(path.is_file() for path in written)


def test_its_scenarios_show_an_answer_and_a_person(ferry: Path) -> None:
    def outcome(scenario: Scenario) -> str:
        expected = scenario.steps[0].expect
        assert expected
        return str(expected.outcome)

    assert {outcome(scenario) for scenario in load_specification(ferry).scenarios} == {"send", "escalate"}


def test_an_editor_finds_the_schema_of_every_file_wherever_the_folder_stands(ferry: Path, tmp_path: Path) -> None:
    moved = ferry.rename(tmp_path / "elsewhere")
    files = sorted(moved.rglob("*.yaml"))
    assert len(files) == 5
    for file in files:
        text = file.read_text(encoding="utf-8")
        schema = file.parent / text.splitlines()[0].removeprefix(MODELINE)
        assert schema.resolve().is_relative_to(moved.resolve())
        jsonschema.validate(parsed(text).data, json.loads(schema.read_text(encoding="utf-8")))


def test_the_schemas_are_those_of_this_version(ferry: Path) -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in (ferry / "schema").iterdir()}
    assert written == generated_schemas()


@pytest.mark.parametrize("name", ["Ferry", "north ferries", "2ferries", "f" * 64, "true", "null", "false", "fährë"])
def test_a_name_that_no_organisation_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError, match="small letters, digits, - and _, a letter first"):
        start_organisation(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_nothing_is_written_over(ferry: Path) -> None:
    mine = ferry / "organisation.yaml"
    mine.write_text("organisation: mine", encoding="utf-8")
    with pytest.raises(ConflictError, match="is not empty"):
        start_organisation(ferry)
    assert mine.read_text(encoding="utf-8") == "organisation: mine"


def test_an_empty_folder_is_as_good_as_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "ferry").mkdir()
    start_organisation(tmp_path / "ferry")
    assert load_specification(tmp_path / "ferry")


def test_the_folder_that_one_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ferry").mkdir()
    monkeypatch.chdir(tmp_path / "ferry")
    assert Path("organisation.yaml") in start_organisation(Path())
    assert load_specification(tmp_path / "ferry").version.specification.organisation == "ferry"
