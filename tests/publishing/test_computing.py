"""Fitting computes elsewhere and gives the same."""

import os
from collections.abc import Mapping, Sequence
from typing import Protocol

import pytest

from domain.conversation.confidence import Calibration
from domain.conversation.turn import CustomerContext
from domain.errors import InvalidInputError
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import SpecVersion
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors
from publishing.computing import Compute, Fit, FittedModels, Known, VectorsToFit, in_a_process, in_a_thread
from tests.organisation import VERSION
from tests.publishing.test_reuse import with_rules


class Where(Protocol):
    """Where it is computed."""

    def __call__(self, compute: Compute, vectors_to_fit: VectorsToFit, known: Known = ...) -> Fit: ...


LABELLED = (LabelledMessage(id="1", text="Hi", expected="clarify"),)


async def no_vectors(version: SpecVersion, labelled: Sequence[LabelledMessage]) -> KnownVectors:
    return NOTHING_KNOWN


def process_id(
    version: SpecVersion,
    labelled: Sequence[LabelledMessage],
    contexts: Mapping[str, CustomerContext],
    vectors: KnownVectors,
) -> FittedModels:
    assert vectors.model == ""
    return FittedModels(topic_model=str(os.getpid()).encode(), calibration=Calibration(fitted_on=len(labelled)))


def refuse(*_: object) -> FittedModels:
    raise InvalidInputError("There is nothing to fit on.")


@pytest.mark.parametrize(("where", "here"), [(in_a_thread, True), (in_a_process, False)])
async def test_it_computes_beside_the_event_loop(where: Where, here: bool) -> None:
    fitted = await _elsewhere(where, process_id)
    assert (fitted.topic_model == str(os.getpid()).encode()) is here
    assert fitted.calibration.fitted_on == 1


@pytest.mark.parametrize("where", [in_a_thread, in_a_process])
async def test_its_error_is_heard(where: Where) -> None:
    with pytest.raises(InvalidInputError, match="nothing to fit on"):
        await _elsewhere(where, refuse)


@pytest.mark.parametrize("where", [in_a_thread, in_a_process])
async def test_what_is_known_is_not_computed(where: Where) -> None:
    """It is looked up by what it was fitted from, and what was computed says from what."""
    shelf = dict[tuple[str, str], FittedModels]()

    async def known(organisation: str, fitted_from: str) -> FittedModels | None:
        return shelf.get((organisation, fitted_from))

    first = await where(process_id, no_vectors, known)(VERSION, LABELLED, {})
    shelf[VERSION.specification.organisation, first.calibration.fitted_from] = first
    assert await where(refuse, no_vectors, known)(with_rules("tom"), LABELLED, {}) == first
    with pytest.raises(InvalidInputError, match="nothing to fit on"):
        await where(refuse, no_vectors, known)(VERSION, (), {})


async def _elsewhere(where: Where, compute: Compute) -> FittedModels:
    return await where(compute, no_vectors)(VERSION, LABELLED, {})
