"""The version that is published in the middle of the demo, and commands that fail."""

from pathlib import Path

import pytest

from config.settings import Settings
from demo.publication import APPROVERS, CHANGED_RULE, CommandError, change_files, holdfast
from demo.stage import connected
from domain.conversation.confidence import Calibration
from domain.specification.changes import changes_between
from embedded.application import ROOT
from publishing.export import export_version
from publishing.reuse import basis_of
from publishing.specification import load_specification
from storage.views import PublishedSpec

PLAYED = connected(load_specification(ROOT / "specs" / "techflow"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the version that is played, as they are exported."""
    published = PublishedSpec(version=PLAYED.version, topic_model=b"", calibration=Calibration(), labelled=())
    assert export_version(published, tmp_path / "techflow").is_same
    return tmp_path / "techflow"


def test_two_people_approve_what_is_about_money_and_nothing_else_changes(folder: Path) -> None:
    change_files(folder)
    changed = load_specification(folder)
    before, after = PLAYED.version.specification, changed.version.specification
    assert after.model_copy(update={"approval_rules": before.approval_rules}) == before
    approvers = {rule.id: rule.approvers for rule in after.approval_rules}
    assert approvers == {rule.id: rule.approvers for rule in before.approval_rules} | {CHANGED_RULE: APPROVERS}
    told = [str(change) for change in changes_between(PLAYED.version, changed.version)]
    assert told == ["approval rule money, approvers: 1 → 2"]
    assert changed.directory == PLAYED.directory


def test_for_the_changed_version_nothing_is_fitted_anew(folder: Path) -> None:
    change_files(folder)
    assert basis_of(load_specification(folder).version) == basis_of(PLAYED.version)


async def test_what_a_command_prints_is_returned(tmp_path: Path) -> None:
    assert "history" in await holdfast("spec", "--help", settings=Settings(home=tmp_path))


async def test_a_command_that_fails_says_why(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, organisation=tmp_path / "nobody")
    with pytest.raises(CommandError, match=r"`holdfast spec check`: There is no folder .*nobody"):
        await holdfast("spec", "check", settings=settings)
