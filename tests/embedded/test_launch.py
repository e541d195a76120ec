import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from domain.errors import ConflictError
from embedded.launch import tied_to_parent, unprivileged_account
from tests.embedded.parts import alive, until

PARENT = """
import subprocess, sys, time
child = subprocess.Popen(sys.argv[1:])
print(child.pid, flush=True)
time.sleep(600)
"""


async def dies_with_its_parent(command: list[str]) -> None:
    """Kill a parent with SIGKILL and wait until its child is gone."""
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PARENT, *command, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout
    child = int(await parent.stdout.readline())
    await until(lambda: _runs(child, command[-2]))
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    await until(lambda: not alive(child))


def _runs(process_id: int, program: str) -> bool:
    """Whether the process has become the program: only then is it tied."""
    return Path(f"/proc/{process_id}/cmdline").read_bytes().startswith(program.encode())


async def test_a_part_dies_with_its_killed_parent() -> None:
    await dies_with_its_parent(tied_to_parent(["sleep", "600"]))


async def test_a_part_under_the_other_account_dies_with_its_killed_parent() -> None:
    await dies_with_its_parent(unprivileged_account().command(["sleep", "600"], signal.SIGTERM))


def test_the_account_is_never_root() -> None:
    assert unprivileged_account().uid != 0


def test_a_folder_of_the_account_is_closed_to_others(tmp_path: Path) -> None:
    account = unprivileged_account()
    account.own(tmp_path / "folder")

    status = (tmp_path / "folder").stat()
    assert status.st_uid == account.uid
    assert status.st_mode & 0o077 == 0


def test_a_folder_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "folder").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(ConflictError, match="belongs to another user"):
        unprivileged_account().own(tmp_path / "folder")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can use another account")
async def test_the_account_passes_folders_that_only_root_may_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "file").write_text("content")
    command = unprivileged_account().command(["cat", str(closed / "file")], signal.SIGKILL)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)

    assert (await process.communicate())[0] == b"content"
