"""Messages as sparse rows."""

import numpy as np
import pytest
from scipy import sparse

from answering.topics.features import MAX_PAIRED_STEMS, fit_vocabularies, message_views, rows_of

TEXTS = ["My card has not arrived", "where are my cards", "Größe ändern"]


def rows(texts: list[str], language: str = "en") -> sparse.csr_matrix:
    views = message_views(language)
    vocabularies = fit_vocabularies([view.transform(TEXTS) for view in views])
    return rows_of(vocabularies, [view.transform(texts) for view in views])


def similarity(left: str, right: str, language: str = "en") -> float:
    both = rows([left, right], language)
    return float((both[0] @ both[1].T).toarray().item())


def test_case_accents_and_inflection_do_not_matter_to_words() -> None:
    words, _, _ = message_views("en")
    assert (words.transform(["Card Arrived"]) != words.transform(["cards ARRIVE"])).nnz == 0
    assert (words.transform(["Größe"]) != words.transform(["grosse"])).nnz == 0


def test_pairs_do_not_depend_on_order() -> None:
    _, pairs, _ = message_views("en")
    assert (pairs.transform(["card lost"]) != pairs.transform(["lost a card"])).nnz == 2
    assert (pairs.transform(["card lost"]) != pairs.transform(["lost card"])).nnz == 0


def test_a_long_message_has_a_bounded_number_of_pairs() -> None:
    _, pairs, _ = message_views("en")
    words = " ".join(f"w{number}" for number in range(5_000))
    assert pairs.transform([words]).sum() == MAX_PAIRED_STEMS * (MAX_PAIRED_STEMS - 1) / 2


def test_each_view_of_a_known_message_has_unit_length() -> None:
    assert similarity(TEXTS[0], TEXTS[0]) == pytest.approx(3, rel=1e-5)


@pytest.mark.parametrize("text", ["", "   ", "!?", "xyzzy", "\x00\ud800", "🙂"])
def test_a_message_without_known_features_is_an_empty_row(text: str) -> None:
    row = rows([text])
    assert row.shape[0] == 1
    assert np.isfinite(row.data).all()


def test_an_unknown_language_is_left_unstemmed() -> None:
    words, _, _ = message_views("xx")
    assert (words.transform(["cards"]) != words.transform(["card"])).nnz == 2
