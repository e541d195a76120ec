"""Writing into an organisation's folder: everything or nothing, one at a time."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import ConflictError, InvalidInputError
from domain.market.records import InstalledPackage, MarketLock
from publishing.market.folder import (
    LOCK,
    PENDING,
    FileChange,
    held,
    lock_text,
    read_lock,
    take_back,
    validated_with,
    write_all,
)
from publishing.specification import SpecificationError, load_specification
from tests.publishing.market.conftest import content_of_all
from tests.publishing.specification.conftest import Folder

DIGEST = "sha256:" + "0" * 64
INSTALLED = InstalledPackage(
    version="1.0.0", digest=DIGEST, source="here", granted=("fact:plan",), parts={"agents/a.yaml#b": "1"}
)


def changes_of(folder: Folder) -> tuple[FileChange, ...]:
    """One file new, one replaced, one gone."""
    topics = (folder.path / "topics.yaml").read_bytes()
    article = (folder.path / "knowledge" / "delivery.md").read_bytes()
    return (
        FileChange("agents/new.yaml", None, b"id: new\n"),
        FileChange("topics.yaml", topics, topics + b"# more\n"),
        FileChange("knowledge/delivery.md", article, None),
    )


def test_everything_is_written(folder: Folder) -> None:
    changes = changes_of(folder)
    write_all(folder.path, changes)
    assert (folder.path / "agents" / "new.yaml").read_bytes() == b"id: new\n"
    assert (folder.path / "topics.yaml").read_bytes() == changes[1].after
    assert not (folder.path / "knowledge" / "delivery.md").exists()
    assert [path.name for path in folder.path.iterdir() if path.name.startswith(".")] == []


def test_a_file_that_was_changed_meanwhile(folder: Folder) -> None:
    changes = changes_of(folder)
    folder.write("topics.yaml", "topics: []\n")
    before = content_of_all(folder.path)
    with pytest.raises(ConflictError, match=r"topics\.yaml was changed meanwhile"):
        write_all(folder.path, changes)
    assert content_of_all(folder.path) == before


def test_a_file_that_came_meanwhile(folder: Folder) -> None:
    changes = changes_of(folder)
    folder.write("agents/new.yaml", "id: ours\n")
    with pytest.raises(ConflictError):
        write_all(folder.path, changes)


def test_what_fails_half_way_is_taken_back(folder: Folder) -> None:
    """A file stands where a folder would be made for the last one."""
    folder.write("scenarios", "no folder")
    before = content_of_all(folder.path)
    with pytest.raises(FileExistsError):
        write_all(folder.path, (*changes_of(folder), FileChange("scenarios/new.yaml", None, b"id: new\n")))
    assert content_of_all(folder.path) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from publishing.market import folder

how, where = sys.argv[1], Path(sys.argv[2])
moves = 0
put = os.replace

def replace(source, target):
    global moves
    put(source, target)
    moves += 1
    if moves == int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGINT if how == "interrupted" else signal.SIGKILL)

os.replace = replace
topics = (where / "topics.yaml").read_bytes()
folder.write_all(where, (
    folder.FileChange("agents/new.yaml", None, b"id: new\\n"),
    folder.FileChange("topics.yaml", topics, topics + b"# more\\n"),
    folder.FileChange("scenarios/new.yaml", None, b"id: new\\n"),
))
"""


def end_after(move: int, how: str, folder: Path) -> int:
    """Write three files in a process of its own, which ends after so many files were moved."""
    command = (sys.executable, "-c", KILLED, how, str(folder), str(move))
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.parametrize("move", [1, 2, 3, 4])
def test_ctrl_c_leaves_nothing_half_written(folder: Folder, move: int) -> None:
    before = content_of_all(folder.path)
    assert end_after(move, "interrupted", folder.path) != 0
    assert content_of_all(folder.path) == before


@pytest.mark.parametrize("move", [1, 2, 3, 4])
def test_what_was_killed_is_taken_back_by_the_next_command(folder: Folder, move: int) -> None:
    before = content_of_all(folder.path)
    assert end_after(move, "killed", folder.path) == -signal.SIGKILL
    with held(folder.path):
        assert content_of_all(folder.path) == before


def test_what_came_to_its_end_is_not_taken_back(folder: Folder) -> None:
    write_all(folder.path, changes_of(folder))
    after = content_of_all(folder.path)
    with held(folder.path):
        take_back(folder.path)
    assert content_of_all(folder.path) == after


def test_what_was_only_staged_is_removed(folder: Folder) -> None:
    before = content_of_all(folder.path)
    folder.write(f"{PENDING}/new/topics.yaml", "topics: []\n")
    take_back(folder.path)
    assert content_of_all(folder.path) == before


@pytest.mark.parametrize("name", ["../mine.txt", "knowledge/../../mine.txt", "organisation.yaml", "notes.txt", ""])
def test_a_change_that_no_command_began_is_not_taken_back(folder: Folder, name: str) -> None:
    """A folder comes from others, too: nothing outside of it, or besides what packages bring, is touched for it."""
    mine = folder.path.parent / "mine.txt"
    mine.write_text("mine")
    folder.write(f"{PENDING}/names", f"topics.yaml\n{name}\n")
    before = content_of_all(folder.path)
    with pytest.raises(InvalidInputError, match="which no market command writes"), held(folder.path):
        pass
    assert (mine.read_text(), content_of_all(folder.path)) == ("mine", before)


def test_what_stands_beside_a_specification_is_not_copied(folder: Folder) -> None:
    """A pipe would be waited for, and a link that leads back followed for ever."""
    version = load_specification(folder.path).version
    (folder.path / "dumps").mkdir()
    os.mkfifo(folder.path / "dumps" / "pipe")
    os.mkfifo(folder.path / "knowledge" / "pipe")
    (folder.path / "knowledge" / "back").symlink_to(folder.path)
    (folder.path / "gone").symlink_to(folder.path / "nowhere")
    assert validated_with(folder.path, ()).version == version


def test_a_folder_of_a_specification_may_be_a_link(folder: Folder) -> None:
    shared = folder.path.parent / "shared"
    (folder.path / "knowledge").rename(shared)
    (folder.path / "knowledge").symlink_to(shared)
    assert validated_with(folder.path, ()).version == load_specification(folder.path).version


def test_one_command_at_a_time(folder: Folder) -> None:
    with held(folder.path), pytest.raises(ConflictError, match="Another `holdfast market`"), held(folder.path):
        pass
    with held(folder.path):
        pass


def test_the_copy_is_what_is_checked(folder: Folder) -> None:
    before = content_of_all(folder.path)
    topics = (folder.path / "topics.yaml").read_bytes()
    good = FileChange("topics.yaml", topics, topics.replace(b"title: Delivery", b"title: Arrival"))
    assert validated_with(folder.path, [good]).version.specification.topics[0].title == "Arrival"
    bad = FileChange("topics.yaml", topics, topics.replace(b"ai_agent: general", b"ai_agent: nobody"))
    with pytest.raises(SpecificationError, match="no AI agent 'nobody'"):
        validated_with(folder.path, [bad])
    assert content_of_all(folder.path) == before


def test_nothing_is_installed_without_a_lock(folder: Folder) -> None:
    assert read_lock(folder.path) == MarketLock()


def test_a_lock_is_read_as_it_was_written(folder: Folder) -> None:
    lock = MarketLock(packages={"returns": INSTALLED})
    folder.write(LOCK, lock_text(lock))
    assert read_lock(folder.path) == lock


@pytest.mark.parametrize(
    ("text", "error", "told"),
    [
        ("format: 2\n", InvalidInputError, "Update Holdfast"),
        ("format: 1\npackages: {returns: {}}\n", SpecificationError, "market.lock.yaml:2"),
        ("format: [\n", SpecificationError, "is not valid YAML"),
    ],
)
def test_a_lock_that_cannot_be_read(folder: Folder, text: str, error: type[Exception], told: str) -> None:
    folder.write(LOCK, text)
    with pytest.raises(error) as caught:
        read_lock(folder.path)
    assert told in str(caught.value)
