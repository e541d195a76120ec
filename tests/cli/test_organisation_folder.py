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


@pytest.mark.parametrize(("given", "told"), [(True, "/nowhere."), (False, "/nowhere. HOLDFAST_ORGANISATION names it.")])
def test_a_folder_that_is_none_is_told_and_who_named_it(tmp_path: Path, given: bool, told: str) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(NotFoundError) as caught:
        organisation_folder(Settings(organisation=nowhere), nowhere if given else None)
    assert str(caught.value) == f"There is no folder {tmp_path}{told}"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "organisation.yaml").touch()
    with pytest.raises(NotFoundError, match="no folder"):
        organisation_folder(Settings(), tmp_path / "organisation.yaml")


@pytest.mark.parametrize("folder", ["techflow", "specs/techflow", "/etc/holdfast/techflow/"])
def test_a_folder_of_the_organisations_name_is_served(folder: str) -> None:
    assert not_served(Settings(organisation=Path(folder)), "techflow") is None


@pytest.mark.parametrize(
    ("folder", "served"), [("specs/acme", "'acme'"), ("specs", "'specs'"), ("specs/TechFlow", "'TechFlow'")]
)
def test_any_other_folder_is_not(folder: str, served: str) -> None:
    told = not_served(Settings(organisation=Path(folder)), "techflow")
    assert told
    assert f"`organisation: techflow`, and this installation serves {served}" in told
