"""Where models are fitted: not in the event loop, which answers customers meanwhile."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

from domain.conversation.confidence import Calibration
from domain.conversation.turn import CustomerContext
from domain.quality.evaluation import LabelledMessage
from domain.specification.organisation import SpecVersion

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


def in_a_thread(compute: Compute, vectors_to_fit: VectorsToFit) -> Fit:
    """For a command, which has nothing else to do."""

    async def fit(
        version: SpecVersion, labelled: Sequence[LabelledMessage], contexts: Mapping[str, CustomerContext]
    ) -> FittedModels:
        vectors = await vectors_to_fit(version, labelled)
        return await asyncio.to_thread(compute, version, labelled, contexts, vectors)

    return fit


def in_a_process(compute: Compute, vectors_to_fit: VectorsToFit) -> Fit:
    """For a worker, whose conversations would wait; the other process ends with its work, come what may."""

    async def fit(
        version: SpecVersion, labelled: Sequence[LabelledMessage], contexts: Mapping[str, CustomerContext]
    ) -> FittedModels:
        vectors = await vectors_to_fit(version, labelled)
        pool = ProcessPoolExecutor(1, get_context("spawn"), os.nice, (POLITENESS,), max_tasks_per_child=1)
        try:
            work = partial(compute, version, labelled, contexts, vectors)
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return fit
