"""Which organisation an installation serves, and what is told where the files are of another one."""

from pathlib import Path

import pytest

from cli.organisation_folder import not_served, organisation_folder
from config.settings import Settings
from domain.errors import NotFoundError


def test_the_given_folder_comes_before_that_of_the_settings(tmp_path: Path) -> None:
    settings = Settings(organisation=tmp_path)
    (tmp_path / "other").mkdir()
    assert organisation_folder(settings) == tmp_path
    assert organisation_folder(settings, tmp_path / "other") == tmp_path / "other"


@pytest.mark.parametrize(
    ("given", "told"), [(True, "Correct the path"), (False, "HOLDFAST_ORGANISATION names it: correct that")]
)
def test_a_folder_that_is_none_is_told_and_what_to_do(tmp_path: Path, given: bool, told: str) -> None:
    nowhere = tmp_path / "no where"
    with pytest.raises(NotFoundError) as caught:
        organisation_folder(Settings(organisation=nowhere), nowhere if given else None)
    begin = f"{told}, or begin an organisation with `holdfast spec new '{nowhere}'`."
    assert str(caught.value) == f"There is no folder {nowhere}. {begin}"


def test_who_has_named_none_is_told_how_to_name_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The default is the organisation of this repository, which is not there elsewhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HOLDFAST_ORGANISATION", raising=False)
    with pytest.raises(NotFoundError, match="Set HOLDFAST_ORGANISATION to that of your organisation, or begin one"):
        organisation_folder(Settings())


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "organisation.yaml").touch()
    with pytest.raises(NotFoundError, match="no folder"):
        organisation_folder(Settings(), tmp_path / "organisation.yaml")


@pytest.mark.parametrize("folder", ["techflow", "specs/techflow", "/etc/holdfast/techflow/"])
def test_a_folder_of_the_organisations_name_is_served(folder: str) -> None:
    assert not_served(Settings(organisation=Path(folder)), "techflow", Path(folder)) is None


@pytest.mark.parametrize(
    ("folder", "served"), [("specs/acme", "'acme'"), ("specs", "'specs'"), ("specs/TechFlow", "'TechFlow'")]
)
def test_a_folder_of_another_name_is_to_be_renamed(folder: str, served: str) -> None:
    told = not_served(Settings(organisation=Path(folder)), "techflow", Path(folder))
    assert told
    assert f"`organisation: techflow`, and this installation serves {served}, " in told
    assert told.endswith("Give the folder and the organisation the same name.")


@pytest.mark.parametrize(
    ("folder", "typed"), [("ferry", "ferry"), ("/our specs/ferry", "'/our specs/ferry'"), ("../ferry/", "../ferry")]
)
def test_a_folder_that_is_named_rightly_is_only_to_be_served(folder: str, typed: str) -> None:
    told = not_served(Settings(), "ferry", Path(folder))
    assert told
    assert "this installation serves 'techflow'. To serve it, " in told
    assert told.endswith(f"`export HOLDFAST_ORGANISATION={typed}`.")


def test_the_folder_that_one_stands_in_has_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ferry").mkdir()
    monkeypatch.chdir(tmp_path / "ferry")
    assert "To serve it, " in str(not_served(Settings(), "ferry", Path()))
