"""The reliability diagram is a picture of the asked size."""

from pathlib import Path

import numpy as np
from matplotlib.image import imread

from answering.topics.reliability_diagram import save_reliability_diagram


def test_a_png_is_written_into_a_new_folder(tmp_path: Path) -> None:
    path = tmp_path / "new" / "reliability.png"
    random = np.random.default_rng(0)
    confidence = random.random(300)
    save_reliability_diagram(path, confidence, random.random(300) < confidence, "Topic confidence")
    picture = imread(path)
    assert picture.shape[:2] == (1080, 960)
    assert picture.std() > 0.05


def test_a_single_message_can_be_drawn(tmp_path: Path) -> None:
    save_reliability_diagram(tmp_path / "one.png", np.array([1.0]), np.array([True]), "One")
    assert (tmp_path / "one.png").stat().st_size > 0
