"""`holdfast restore` on a platform that lies still: it starts PostgreSQL and Temporal for itself, and no worker."""

from pathlib import Path

import pytest

from config.settings import Settings
from tests.cli.running import python


@pytest.mark.chaos
@pytest.mark.parametrize(
    ("command", "said"), [("check", "0"), ("reconcile", "0 event(s) that Temporal had lost go to it once more")]
)
async def test_an_empty_platform_agrees(home: Path, command: str, said: str) -> None:
    settings = Settings(home=home, temporal_address=None, database_url=None, openai_api_key=None)
    async with python(settings, "-m", "cli.main", "restore", command) as running:
        assert await running.ends() == 0, running.output
    assert said in running.output
    assert "are given to a person" in running.output
