"""What a process tells Temporal of its version."""

import pytest
from pydantic import ValidationError
from temporalio.common import VersioningBehavior, WorkerDeploymentVersion

from config.settings import Settings
from workers.rollout.version import pinned, version_of


def test_without_a_build_id_there_is_no_version() -> None:
    assert version_of(Settings()) is None
    assert pinned(None) is None


def test_a_build_id_pins_every_workflow() -> None:
    version = version_of(Settings.model_validate({"worker_build_id": "1.4.0", "worker_deployment": "shop"}))
    assert version == WorkerDeploymentVersion("shop", "1.4.0")
    config = pinned(version)
    assert config
    assert (config.use_worker_versioning, config.default_versioning_behavior) == (True, VersioningBehavior.PINNED)


@pytest.mark.parametrize("build_id", ["1.4.0", "v2", "2026-11-29_a1b2c3"])
def test_a_build_id_is_a_word(build_id: str) -> None:
    assert Settings.model_validate({"worker_build_id": build_id}).worker_build_id == build_id


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("worker_build_id", value) for value in ("sha256:ab", "a'b", 'a"b', "a b", ".a", "a" * 64, "a/b")),
        *(("worker_deployment", value) for value in ("shop.eu", "shop:eu", "", "a'b", "a" * 64)),
    ],
)
def test_what_temporal_would_read_as_something_else_is_refused(field: str, value: str) -> None:
    with pytest.raises(ValidationError, match=field):
        Settings.model_validate({field: value})
