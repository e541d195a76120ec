"""The program that drives a build finds in the present one what it calls."""

import inspect
from pathlib import Path

from bench import testbed
from config.settings import Settings
from embedded.platform import Platform, with_free_ports


def test_the_present_build_can_be_driven_by_it(tmp_path: Path) -> None:
    settings = with_free_ports(Settings(home=tmp_path))
    platform = Platform(settings, application=testbed._parts, prepare=testbed._prepare, report=lambda *_: None)
    assert [part.name for part in testbed._parts(platform.settings)] == [testbed.WORKER]
    inspect.signature(testbed._reached).bind(platform)
