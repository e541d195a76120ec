"""The picture of the comparison is a PNG that grows with the systems."""

import struct
from pathlib import Path

import pytest

from bench.figures import SystemFigures
from bench.peers.picture import save_comparison
from tests.bench.peers.test_report import OURS, PEER, PEERS


@pytest.mark.parametrize(("systems", "height"), [([OURS], 322), ([OURS, PEER], 405), ([OURS, PEER, PEER], 487)])
def test_the_picture_has_a_row_for_each_system(tmp_path: Path, systems: list[SystemFigures], height: int) -> None:
    file = tmp_path / "images" / "peers.png"
    save_comparison(file, PEERS.model_copy(update={"systems": systems}))
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert struct.unpack(">II", content[16:24]) == (1290, height)
