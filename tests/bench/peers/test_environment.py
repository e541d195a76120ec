"""The environments of the peers: their locks, and what is said when one cannot be installed. Nothing is downloaded."""

import re
from pathlib import Path

import pytest

from bench.peers.environment import PEERS, PeerKind, installed
from domain.errors import UnavailableError
from embedded.application import ROOT

PACKAGE = re.compile(r"^([a-z0-9-]+)(\[[a-z,]+\])?==(\S+)", re.MULTILINE)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))


def kind(lock: Path, text: str) -> PeerKind:
    lock.write_text(text)
    return PeerKind("Stub", "stub", lock)


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_lock_has_what_is_wanted_with_hashes(peer: PeerKind) -> None:
    lock, wanted = peer.lock.read_text(), peer.lock.with_suffix(".in").read_text()
    locked = {name: version for name, _, version in PACKAGE.findall(lock)}
    assert all(locked[name] == version for name, _, version in PACKAGE.findall(wanted))
    assert lock.count("--hash=sha256:") >= len(locked)
    assert len(PACKAGE.findall(wanted)) == len(wanted.splitlines())


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_a_program_is_where_its_module_says(peer: PeerKind) -> None:
    assert (ROOT / peer.module.replace(".", "/")).with_suffix(".py").exists()


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.name)
def test_nothing_of_a_peer_is_in_our_own_locks(peer: PeerKind) -> None:
    (first, *_) = PACKAGE.findall(peer.lock.with_suffix(".in").read_text())
    for lock in (ROOT / "requirements").glob("*.lock"):
        assert f"\n{first[0]}==" not in lock.read_text()


@pytest.mark.usefixtures("nowhere")
async def test_an_environment_is_made_once_and_anew_for_another_lock(tmp_path: Path) -> None:
    folder, lock = tmp_path / "environment", tmp_path / "stub.lock"
    python = await installed(kind(lock, "# nothing\n"), folder)
    assert python.exists()
    (folder / "kept").touch()

    assert await installed(kind(lock, "# nothing\n"), folder) == python
    assert (folder / "kept").exists()
    await installed(kind(lock, "# nothing else\n"), folder)
    assert not (folder / "kept").exists()


@pytest.mark.usefixtures("nowhere")
async def test_without_a_network_a_sentence_says_so_and_nothing_counts_as_installed(tmp_path: Path) -> None:
    folder = tmp_path / "environment"
    lacking = kind(tmp_path / "stub.lock", f"dbos==3.4.0 --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        with pytest.raises(UnavailableError, match=r"^Stub is not measured: it cannot be installed \(.+\)$") as said:
            await installed(lacking, folder)
        assert "\n" not in str(said.value)
