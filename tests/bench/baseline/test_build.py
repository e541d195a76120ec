"""Builds of commits, in repositories of the test's own. Nothing is downloaded."""

import subprocess
from pathlib import Path

import pytest

from bench.baseline.build import BENCHMARKS, LOCKS, installed
from domain.errors import ConflictError, NotFoundError, UnavailableError

WHO = ["-c", "user.name=Bench", "-c", "user.email=bench@bench.example", "-c", "commit.gpgsign=false"]


def git(repository: Path, *arguments: str) -> str:
    command = ["git", "-C", str(repository), *WHO, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def committed(repository: Path, *files: str, text: str = "# nothing\n") -> str:
    """A commit with these files alone."""
    for name in files:
        (repository / name).parent.mkdir(parents=True, exist_ok=True)
        (repository / name).write_text(text)
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "test: a commit")
    return git(repository, "rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    for variable in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    return folder


@pytest.mark.parametrize("benchmark", BENCHMARKS)
@pytest.mark.parametrize("lock", LOCKS)
async def test_a_commit_becomes_a_build_whatever_its_layout(
    repository: Path, tmp_path: Path, benchmark: str, lock: str
) -> None:
    commit = committed(repository, f"{benchmark.replace('.', '/')}/testbed.py", lock)
    build = await installed(commit[:7], tmp_path / "builds", repository)

    assert (build.name, build.benchmark, build.folder) == (commit[:12], benchmark, tmp_path / "builds" / commit)
    assert build.python.exists()
    assert (build.folder / lock).read_text() == "# nothing\n"


async def test_a_build_is_of_its_commit_and_is_used_again(repository: Path, tmp_path: Path) -> None:
    files = "bench/testbed.py", LOCKS[0]
    then = committed(repository, *files)
    committed(repository, *files, text="# something else\n")
    first = await installed(then, tmp_path / "builds", repository)
    assert (first.folder / "bench" / "testbed.py").read_text() == "# nothing\n"
    (first.folder / "kept").touch()
    (first.python.parent / "kept").touch()

    assert await installed("HEAD~1", tmp_path / "builds", repository) == first
    assert (first.folder / "kept").exists()
    assert (first.python.parent / "kept").exists()


async def test_git_knows_of_no_other_worktree_and_the_checkout_is_as_it_was(repository: Path, tmp_path: Path) -> None:
    commit = committed(repository, "bench/testbed.py", LOCKS[0])
    await installed(commit, tmp_path / "builds", repository)

    assert len(git(repository, "worktree", "list").splitlines()) == 1
    assert git(repository, "status", "--porcelain") == ""


async def test_what_was_left_unfinished_is_made_anew(repository: Path, tmp_path: Path) -> None:
    commit = committed(repository, "bench/testbed.py", LOCKS[0])
    unfinished = tmp_path / "builds" / f"{commit}.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "half").touch()
    build = await installed(commit, tmp_path / "builds", repository)

    assert not unfinished.exists()
    assert not (build.folder / "half").exists()


@pytest.mark.parametrize("commit", ["0123456", "no-such-branch", "--all", "", "HEAD:bench", "HEAD~7"])
async def test_a_commit_that_does_not_exist_is_named(repository: Path, tmp_path: Path, commit: str) -> None:
    committed(repository, "bench/testbed.py", LOCKS[0])
    with pytest.raises(NotFoundError, match="There is no commit"):
        await installed(commit, tmp_path / "builds", repository)
    assert not (tmp_path / "builds").exists()


@pytest.mark.parametrize("files", [("README.md",), ("bench/testbed.py",), LOCKS])
async def test_a_commit_that_cannot_be_measured_is_refused(
    repository: Path, tmp_path: Path, files: tuple[str, ...]
) -> None:
    with pytest.raises(NotFoundError, match="no benchmark or lock"):
        await installed(committed(repository, *files), tmp_path / "builds", repository)


async def test_without_a_checkout_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match="git checkout"):
        await installed("HEAD", tmp_path / "builds", tmp_path)


async def test_a_folder_within_another_repository_is_no_checkout(repository: Path, tmp_path: Path) -> None:
    commit = committed(repository, "bench/testbed.py", LOCKS[0])
    with pytest.raises(ConflictError, match="git checkout"):
        await installed(commit, tmp_path / "builds", repository / "bench")


async def test_without_git_that_is_said(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConflictError, match="git"):
        await installed("HEAD", tmp_path / "builds", repository)


async def test_an_environment_that_cannot_be_installed_is_said_and_tried_again(
    repository: Path, tmp_path: Path
) -> None:
    commit = committed(repository, "bench/testbed.py", LOCKS[0], text=f"dbos==3.4.0 --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        with pytest.raises(UnavailableError, match=rf"^Commit {commit[:12]} is not measured: it cannot be installed"):
            await installed(commit, tmp_path / "builds", repository)
