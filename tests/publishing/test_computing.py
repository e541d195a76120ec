"""Fitting computes elsewhere and gives the same."""

import os
from collections.abc import Callable, Mapping, Sequence

import pytest

from domain.conversation.confidence import Calibration
from domain.conversation.turn import CustomerContext
from domain.errors import InvalidInputError
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import SpecVersion
from integrations.embeddings.base import NOTHING_KNOWN, KnownVectors
from publishing.computing import Compute, Fit, FittedModels, VectorsToFit, in_a_process, in_a_thread
from tests.organisation import VERSION

Where = Callable[[Compute, VectorsToFit], Fit]


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


async def _elsewhere(where: Where, compute: Compute) -> FittedModels:
    return await where(compute, no_vectors)(VERSION, (LabelledMessage(id="1", text="Hi", expected="clarify"),), {})
