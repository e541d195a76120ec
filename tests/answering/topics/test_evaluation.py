"""Evaluation: what is measured on what."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from answering.topics.evaluation import Reader, evaluate
from domain.errors import InvalidInputError
from domain.quality.topics import LabelledText
from integrations.embeddings.base import Vectors
from tests.answering.topics.examples import OUTSIDE, messages

SHARED = Path(__file__).parents[4] / "shared" / "data"
TEST = messages()[::4]
TRAIN = [message for message in messages() if message not in TEST]


def test_figures_of_an_easy_organisation() -> None:
    figures = evaluate(TRAIN, TEST, OUTSIDE[:3], OUTSIDE[3:]).figures
    assert figures.accuracy == 1
    assert figures.targets["0.03"].coverage == 1
    assert (figures.topics, figures.test_messages, figures.train_messages) == (3, 18 + 3, 54 + 3)
    assert figures.out_of_scope is not None
    assert figures.out_of_scope.measured_on == "test"


def test_recall_is_cross_validated_when_the_test_has_nothing_out_of_scope() -> None:
    scope = evaluate(TRAIN, TEST, OUTSIDE).figures.out_of_scope
    assert scope is not None
    assert (scope.measured_on, scope.messages) == ("cross-validation", len(OUTSIDE))


def test_no_out_of_scope_messages_no_out_of_scope_figures() -> None:
    assert evaluate(TRAIN, TEST).figures.out_of_scope is None


def test_out_of_scope_test_messages_do_not_touch_the_other_figures() -> None:
    with_them, without = evaluate(TRAIN, TEST, (), OUTSIDE).figures, evaluate(TRAIN, TEST).figures
    assert with_them.targets == without.targets
    assert with_them.calibration_error == without.calibration_error


def test_an_empty_test_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="no in-scope message"):
        evaluate(TRAIN, [])


def test_a_topic_that_only_the_test_has_is_named() -> None:
    with pytest.raises(InvalidInputError, match="lack: shipping"):
        evaluate(TRAIN, [LabelledText(text="to Norway?", label="shipping")])


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.is_dir(), reason="did not run: ../shared/data is missing")
def test_close_topics_of_one_company() -> None:
    """Every fifth message of 20 of the 77 topics is held out."""
    with (SHARED / "banking77" / "train.csv").open(encoding="utf-8", newline="") as file:
        rows = [LabelledText(**row) for row in csv.DictReader(file)]
    kept = sorted({row.label for row in rows})[:20]
    rows = [row for row in rows if row.label in kept]
    figures = evaluate([row for i, row in enumerate(rows) if i % 5], rows[::5]).figures
    assert figures.accuracy > 0.9
    assert figures.targets["0.03"].coverage > 0.8
    assert figures.calibration_error < 0.05


def test_vectors_are_made_for_every_message_and_named() -> None:
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> Vectors:
        asked.extend(texts)
        return np.array([[len(text), text.count("e")] for text in texts], dtype=np.float32).reshape(-1, 2)

    figures = evaluate(TRAIN, TEST, OUTSIDE[:3], OUTSIDE[3:], reader=Reader("letters", embed)).figures
    assert figures.model == "letters"
    assert {message.text for message in (*TRAIN, *TEST)} | set(OUTSIDE) == set(asked)
    assert evaluate(TRAIN, TEST).figures.model == "none"
