"""Where models are fitted: not in the event loop, which answers customers meanwhile."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

from domain.conversation.confidence import Calibration
from domain.conversation.turn import CustomerContext
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import SpecVersion
from publishing.reuse import basis_of, fitted_from

if TYPE_CHECKING:
    from integrations.embeddings.base import KnownVectors

POLITENESS = 10
"""Added to the niceness of a process that computes: conversations come first."""


@dataclass(frozen=True)
class FittedModels:
    """What is stored with a published version."""

    topic_model: bytes
    calibration: Calibration


Compute = Callable[
    [SpecVersion, Sequence[LabelledMessage], Mapping[str, CustomerContext], "KnownVectors"], FittedModels
]
"""`publishing.fitting.fit_models`, given by who composes because it brings the numeric libraries."""
VectorsToFit = Callable[[SpecVersion, Sequence[LabelledMessage]], Awaitable["KnownVectors"]]
"""`publishing.fitting.vectors_to_fit`, likewise: what the texts mean, from the store or made now."""
Fit = Callable[[SpecVersion, Sequence[LabelledMessage], Mapping[str, CustomerContext]], Awaitable[FittedModels]]
Known = Callable[[str, str], Awaitable[FittedModels | None]]
"""An organisation's models that were fitted before from what has this hash (`publishing.reuse.fitted_from`), if any."""
Run = Callable[[Callable[[], FittedModels]], Awaitable[FittedModels]]


async def none_known(organisation: str, fitted_from: str) -> FittedModels | None:
    """Everything is fitted anew."""
    return None


def in_a_thread(compute: Compute, vectors_to_fit: VectorsToFit, known: Known = none_known) -> Fit:
    """For a command, which has nothing else to do."""
    return _fit(compute, vectors_to_fit, known, asyncio.to_thread)


def in_a_process(compute: Compute, vectors_to_fit: VectorsToFit, known: Known = none_known) -> Fit:
    """For a worker, whose conversations would wait; the other process ends with its work, come what may."""

    async def run(work: Callable[[], FittedModels]) -> FittedModels:
        pool = ProcessPoolExecutor(1, get_context("spawn"), os.nice, (POLITENESS,), max_tasks_per_child=1)
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return _fit(compute, vectors_to_fit, known, run)


def _fit(compute: Compute, vectors_to_fit: VectorsToFit, known: Known, run: Run) -> Fit:
    """Nothing is computed where models are known that were fitted from the same."""

    async def fit(
        version: SpecVersion, labelled: Sequence[LabelledMessage], contexts: Mapping[str, CustomerContext]
    ) -> FittedModels:
        basis = basis_of(version)
        vectors = await vectors_to_fit(basis, labelled)
        name = fitted_from(basis, labelled, contexts, vectors.model)
        found = await known(basis.specification.organisation, name)
        if found is not None:
            return found
        models = await run(partial(compute, basis, labelled, contexts, vectors))
        return replace(models, calibration=models.calibration.model_copy(update={"fitted_from": name}))

    return fit
