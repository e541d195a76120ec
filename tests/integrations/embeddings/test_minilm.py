"""Texts of any lengths go through the model together, and none is changed by the others."""

import numpy as np
import pytest

from integrations.embeddings.minilm import PRICE_OF_A_RUN, TEXTS_AT_ONCE, MiniLmEmbedder, _of_like_length

TEXTS = [" ".join(["where is my invoice of last month"] * times) for times in (9, 1, 1, 4, 2, 1, 30)] + ["hi", ""]


async def test_a_text_has_the_same_vector_beside_longer_ones() -> None:
    together = await MiniLmEmbedder().embed(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        [alone] = await MiniLmEmbedder().embed([text])
        assert vector == pytest.approx(alone, abs=1e-5)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("lengths", "groups"),
    [
        ([], []),
        ([5], [[0]]),
        ([9, 8, 9], [[1, 0, 2]]),
        ([100, 8, 9], [[1, 2], [0]]),
        ([8, 8 + PRICE_OF_A_RUN - 1], [[0, 1]]),
        ([8, 8 + PRICE_OF_A_RUN], [[0], [1]]),
        ([8, 8, 8 + PRICE_OF_A_RUN // 2], [[0, 1], [2]]),
        ([7] * (TEXTS_AT_ONCE + 1), [list(range(TEXTS_AT_ONCE)), [TEXTS_AT_ONCE]]),
    ],
)
def test_a_run_of_its_own_is_worth_what_filling_up_costs(lengths: list[int], groups: list[list[int]]) -> None:
    assert _of_like_length(lengths) == groups
