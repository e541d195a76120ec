import asyncio
from pathlib import Path

import asyncpg
import pytest

from domain.errors import ConflictError, UnavailableError
from storage.migrate import MIGRATIONS, migrate, read_migrations


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text("CREATE TABLE first (id integer);")
    (tmp_path / "0002_second.sql").write_text("ALTER TABLE first ADD COLUMN name text;")
    (tmp_path / "notes.txt").write_text("not a migration")
    return tmp_path


async def test_each_file_is_applied_once_in_order(empty_database_url: str, folder: Path) -> None:
    assert await migrate(empty_database_url, folder) == ["0001_first", "0002_second"]
    (folder / "0003_third.sql").write_text("ALTER TABLE first ADD COLUMN age integer;")
    assert await migrate(empty_database_url, folder) == ["0003_third"]
    assert await migrate(empty_database_url, folder) == []


async def test_a_changed_file_is_named(empty_database_url: str, folder: Path) -> None:
    await migrate(empty_database_url, folder)
    (folder / "0001_first.sql").write_text("CREATE TABLE first (id bigint);")
    with pytest.raises(ConflictError, match="0001_first was changed after it was applied"):
        await migrate(empty_database_url, folder)


async def test_a_mistake_in_one_file_undoes_all_of_them(empty_database_url: str, folder: Path) -> None:
    (folder / "0003_third.sql").write_text("ALTER TABLE missing ADD COLUMN age integer;")
    with pytest.raises(asyncpg.UndefinedTableError):
        await migrate(empty_database_url, folder)
    (folder / "0003_third.sql").unlink()
    assert await migrate(empty_database_url, folder) == ["0001_first", "0002_second"]


async def test_many_at_once_apply_each_file_once(empty_database_url: str, folder: Path) -> None:
    applied = await asyncio.gather(*(migrate(empty_database_url, folder) for _ in range(4)))
    assert sorted(applied) == [[], [], [], ["0001_first", "0002_second"]]


async def test_the_schema_is_made_by_the_files_of_the_package(empty_database_url: str) -> None:
    assert await migrate(empty_database_url) == [migration.name for migration in read_migrations(MIGRATIONS)]


async def test_no_server_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        await migrate(f"postgresql://nobody@/nothing?host={tmp_path}")
