"""What a status adds up to."""

from datetime import UTC, datetime

import pytest

from domain.errors import ConflictError, NotFoundError
from workers.rollout.status import RolloutStatus, State, VersionStatus

EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "conversations", "others", "empty"),
    [
        ("drained", 0, 0, True),
        ("inactive", 0, 0, True),
        ("drained", 1, 0, False),
        ("drained", 0, 1, False),
        ("draining", 0, 0, False),
        ("current", 0, 0, False),
        ("ramping", 0, 0, False),
    ],
)
def test_workers_may_end_when_nothing_is_open_and_temporal_confirms_it(
    state: State, conversations: int, others: int, empty: bool
) -> None:
    version = VersionStatus(build_id="v1", state=state, conversations=conversations, others=others)
    assert version.empty is empty


@pytest.mark.parametrize(("current", "elsewhere"), [("v2", 3 + 4), ("v1", 5 + 4), (None, 3 + 5)])
def test_who_has_to_move_is_who_is_not_on_the_current_version(current: str | None, elsewhere: int) -> None:
    versions = (
        VersionStatus(build_id="v2", state="current", conversations=5),
        VersionStatus(build_id="v1", state="draining", conversations=3),
    )
    status = RolloutStatus(deployment="holdfast", current=current, versions=versions, without_version=4)
    assert status.elsewhere == elsewhere


def test_the_version_before_is_the_one_that_was_current_last() -> None:
    versions = (
        VersionStatus(build_id="v4", state="inactive"),
        VersionStatus(build_id="v3", state="current", last_current_at=LATE),
        VersionStatus(build_id="v1", state="drained", last_current_at=LATE),
        VersionStatus(build_id="v2", state="drained", last_current_at=EARLY),
    )
    before = RolloutStatus(deployment="holdfast", current="v3", versions=versions).before_current
    assert before
    assert before.build_id == "v1"
    assert RolloutStatus(deployment="holdfast", current="v3", versions=versions[:2]).before_current is None


def test_to_go_back_twice_does_not_go_forward() -> None:
    versions = (
        VersionStatus(build_id="v2", state="draining", last_current_at=EARLY),
        VersionStatus(build_id="v1", state="current", last_current_at=LATE),
    )
    assert RolloutStatus(deployment="holdfast", current="v1", versions=versions).before_current is None
    assert RolloutStatus(deployment="holdfast", current=None, versions=versions).before_current is None


def test_a_version_that_is_not_there_is_told_with_those_that_are() -> None:
    status = RolloutStatus(deployment="shop", versions=(VersionStatus(build_id="v2", state="current"),))
    assert status.version("v2").build_id == "v2"
    with pytest.raises(NotFoundError, match=r"deployment shop \(known: v2\)"):
        status.version("v1")
    with pytest.raises(NotFoundError, match="known: none"):
        RolloutStatus(deployment="shop").version("v1")


def test_a_version_whose_workers_are_gone_is_not_gone_back_to() -> None:
    versions = (
        VersionStatus(build_id="v2", state="current", workers=2),
        VersionStatus(build_id="v1", state="draining", conversations=5),
    )
    status = RolloutStatus(deployment="holdfast", versions=versions)
    assert status.running("v2").workers == 2
    with pytest.raises(ConflictError, match="No worker of version v1 has asked for conversations lately"):
        status.running("v1")
    with pytest.raises(NotFoundError):
        status.running("v0")
