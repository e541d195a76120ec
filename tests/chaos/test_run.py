"""A short run of everything together: a few customers, a few faults, and nothing is wrong afterwards."""

from pathlib import Path

import pytest

from chaos.figures import figures_of
from chaos.report import write
from chaos.run import Plan, Watcher, run
from chaos.stage import chaos_settings
from config.settings import Settings
from embedded.platform import silent

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]
PLAN = Plan(conversations=12, minutes=0.25, seed=20, messages_each=4)


async def test_a_short_run_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    result = await run(chaos_settings(Settings(home=tmp_path)), PLAN, silent, Watcher())
    verdict = result.verdict
    assert verdict.problems == ()
    assert verdict.holds
    assert verdict.messages == PLAN.conversations * PLAN.messages_each
    assert verdict.faults
    assert result.stage.outside.answered_at
    page = tmp_path / "page.md"
    write(page, figures_of(result))
    assert f"{verdict.messages} messages of customers" in page.read_text()
