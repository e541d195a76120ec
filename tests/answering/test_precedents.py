"""Messages of like meaning tell whether an AI agent may answer."""

import numpy as np
import pytest

from answering.precedents import Precedents, precedents_of
from domain.quality.evaluation import LabelledMessage
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors, Vector
from tests.organisation import SPECIFICATION


def pointing(degrees: float) -> Vector:
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], dtype=np.float32)


VECTORS = KnownVectors("angles", {"answered": pointing(0), "also answered": pointing(10), "for a person": pointing(90)})
PRECEDENTS = Precedents([("answered", True), ("also answered", True), ("for a person", False)], VECTORS)


@pytest.mark.parametrize(("degrees", "low", "high"), [(0, 0.95, 1), (5, 0.95, 1), (90, 0, 0.05), (180, 0.45, 0.55)])
def test_the_nearest_decide_and_where_none_is_near_nothing_is_known(degrees: float, low: float, high: float) -> None:
    assert low <= PRECEDENTS.answered(pointing(degrees)) <= high


def test_between_two_kinds_both_count() -> None:
    assert 0.3 < PRECEDENTS.answered(pointing(50)) < 0.8


def test_without_vectors_nothing_is_known() -> None:
    assert PRECEDENTS.answered(None) == 0.5
    assert Precedents([("answered", True)], NOTHING_KNOWN).answered(pointing(0)) == 0.5
    assert Precedents([], VECTORS).answered(pointing(0)) == 0.5


def test_examples_and_labelled_messages_are_precedents_and_vague_ones_are_not() -> None:
    topics = [topic.model_copy(update={"escalate": topic.id == "refund"}) for topic in SPECIFICATION.topics]
    specification = SPECIFICATION.model_copy(update={"topics": tuple(topics)})
    labelled = [
        LabelledMessage(id="1", text="with approval", expected="ask_approval"),
        LabelledMessage(id="2", text="for a person", expected="escalate"),
        LabelledMessage(id="3", text="it does not work", expected="clarify"),
    ]
    found = dict(precedents_of(specification, labelled))
    assert (found["with approval"], found["for a person"], "it does not work" in found) == (True, False, False)
    assert found["I want my money back"] is False
    assert found["I cannot sign in to my account"] is True
    assert not any(found[text] for text in SPECIFICATION.out_of_scope_examples)
