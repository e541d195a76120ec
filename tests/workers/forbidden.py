"""Workflows that do what a workflow must not: the sandbox loads this module anew for each of them."""

from datetime import datetime

from temporalio import workflow


@workflow.defn
class OpensFile:
    @workflow.run
    async def run(self) -> None:
        open("file")  # noqa: ASYNC230, SIM115, PTH123


@workflow.defn
class ReadsClock:
    @workflow.run
    async def run(self) -> None:
        datetime.now()  # noqa: DTZ005


@workflow.defn
class ChoosesAtRandom:
    @workflow.run
    async def run(self) -> None:
        __import__("random").choice([1])
