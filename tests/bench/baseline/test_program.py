"""The program that drives a build finds in the present one what it calls."""

import inspect
from pathlib import Path

from bench import testbed
from config.settings import Settings


def test_the_present_build_can_be_driven_by_it(tmp_path: Path) -> None:
    settings = testbed.with_free_ports(Settings(home=tmp_path))
    platform = testbed.Platform(settings, application=testbed._parts, prepare=testbed._prepare, report=lambda *_: None)
    assert [part.name for part in testbed._parts(platform.settings)] == [testbed.WORKER]
    inspect.signature(testbed._reached).bind(platform)
