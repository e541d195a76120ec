"""Where a market comes from: folders and git repositories."""

import subprocess
from pathlib import Path

import pytest

from domain.errors import InvalidInputError, NotFoundError, UnavailableError
from publishing.market.sources import market_from
from tests.publishing.market.conftest import Shelf

AS_SOMEBODY = ("-c", "user.name=Ada", "-c", "user.email=ada@north.example", "-c", "commit.gpgsign=false")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(("git", *AS_SOMEBODY, *arguments), cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(shelf: Shelf) -> Path:
    git(shelf.path, "init", "--quiet")
    git(shelf.path, "add", "--all")
    git(shelf.path, "commit", "--quiet", "--message", "packages")
    return shelf.path


def test_a_folder(shelf: Shelf) -> None:
    with market_from(str(shelf.path)) as market:
        assert market.package("returns").manifest.name == "returns"
        assert market.source == str(shelf.path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no folder"), market_from(str(tmp_path / "none")):
        pass


def test_a_repository_is_fetched_and_gone_afterwards(repository: Path) -> None:
    with market_from(repository.as_uri()) as market:
        assert market.package("returns").manifest.name == "returns"
        fetched = market.folder
        assert fetched != repository
    assert not fetched.exists()


def test_nothing_of_a_repository_is_run(repository: Path, tmp_path: Path) -> None:
    """Git makes no hooks from a clone; those of a template folder are left out, too."""
    trace = tmp_path / "trace"
    hook = repository / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {trace}\n")
    hook.chmod(0o755)
    with market_from(repository.as_uri()) as market:
        assert not list((market.folder / ".git").glob("hooks/*"))
    assert not trace.exists()


def test_a_link_in_a_repository_is_no_link_here(repository: Path) -> None:
    (repository / "linked").symlink_to("returns")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "link")
    with market_from(repository.as_uri()) as market:
        assert not (market.folder / "linked").is_symlink()


def test_submodules_are_not_fetched(repository: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    git(other, "commit", "--quiet", "--allow-empty", "--message", "other")
    git(repository, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other.as_uri(), "inside")
    git(repository, "commit", "--quiet", "--message", "submodule")
    with market_from(repository.as_uri()) as market:
        assert not list((market.folder / "inside").iterdir())


@pytest.mark.parametrize(
    "address",
    [
        "http://git.wheels.example/market.git",
        "git://git.wheels.example/market.git",
        "ext::echo market",
        "fd::17/market",
        "ssh::https://git.wheels.example/market",
        "ftp://git.wheels.example/market",
        "ssh://-git.wheels.example/market.git",
        "ssh://git@-git.wheels.example/market.git",
        "https://[git.wheels.example/market.git",
    ],
)
def test_other_protocols_are_refused(address: str) -> None:
    with pytest.raises(InvalidInputError, match="file://, https://, ssh://"), market_from(address):
        pass


@pytest.mark.parametrize("given", ["--upload-pack=echo", "-c", ""])
def test_what_looks_like_an_option_is_a_folder_that_is_not_there(given: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError), market_from(given or str(tmp_path / "none")):
        pass


@pytest.mark.parametrize("before", ["https://ada:s3cret@", "https://s3cret@", "ssh://git:s3cret@"])
def test_a_password_in_an_address_is_refused_and_not_told(before: str) -> None:
    address = f"{before}git.wheels.example/market.git"
    with pytest.raises(InvalidInputError) as caught, market_from(address):
        pass
    assert "s3cret" not in str(caught.value)


def test_git_is_missing() -> None:
    with (
        pytest.raises(UnavailableError, match="git is not installed here"),
        market_from("https://git.wheels.example/market.git", git="no-such-git"),
    ):
        pass


def test_nobody_is_there() -> None:
    """Port 1 of this machine answers nobody, as without a network."""
    with (
        pytest.raises(UnavailableError, match="git could not fetch the market"),
        market_from("https://127.0.0.1:1/market.git"),
    ):
        pass


def test_a_repository_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="Check the address"), market_from((tmp_path / "none").as_uri()):
        pass


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("warning: x\\nfatal: no access\\n\\nPlease make sure\\nthat it exists.", r"market: no access\. Check"),
        ("one\\nanother", r"market: another\. Check"),
        ("", r"market: it said nothing\. Check"),
    ],
)
def test_what_git_failed_at_is_told(tmp_path: Path, told: str, reason: str) -> None:
    """What takes the place of git here says this, and fails."""
    failing = tmp_path / "failing"
    failing.write_text(f"#!/bin/sh\nprintf '{told}' >&2\nexit 128\n")
    failing.chmod(0o755)
    with (
        pytest.raises(UnavailableError, match=reason),
        market_from("https://git.wheels.example/market.git", git=str(failing)),
    ):
        pass


def test_it_takes_too_long(tmp_path: Path) -> None:
    """What takes the place of git here never ends by itself."""
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 3600\n")
    slow.chmod(0o755)
    with (
        pytest.raises(UnavailableError, match=r"not be fetched within 0\.1 seconds"),
        market_from("https://git.wheels.example/market.git", git=str(slow), seconds=0.1),
    ):
        pass
