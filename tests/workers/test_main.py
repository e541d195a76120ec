"""`python -m workers` as a process."""

import asyncio
import sys
from pathlib import Path

from config.settings import Settings, child_environment

ROOT = Path(__file__).parents[2]


async def _ended(settings: Settings) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers", cwd=ROOT, env=child_environment(settings), stderr=asyncio.subprocess.PIPE
    )
    _, told = await process.communicate()
    return process.returncode, told.decode()


async def test_a_missing_setting_ends_it_with_one_sentence() -> None:
    code, told = await _ended(Settings(database_url=None, temporal_address=None))
    assert code == 1
    assert "A worker needs HOLDFAST_DATABASE_URL and HOLDFAST_TEMPORAL_ADDRESS" in told
    assert "Traceback" not in told


async def test_a_database_that_does_not_answer_ends_it_with_one_sentence(tmp_path: Path) -> None:
    nowhere = Settings.model_validate(
        {"database_url": f"postgresql:///x?host={tmp_path}", "temporal_address": "127.0.0.1:1"}
    )
    code, told = await _ended(nowhere)
    assert code == 1
    assert "PostgreSQL does not answer" in told
    assert "Traceback" not in told
