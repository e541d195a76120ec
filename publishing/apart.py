"""Work with a specification in a process of its own: the gateway answers customers, and never fits or loads a model.

The process is `python -m publishing`. It gets what it needs on its standard input, never as arguments, since a secret
is among it; its standard output is one `Outcome`.
"""

import asyncio
import pickle
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from domain import errors
from domain.errors import HoldfastError, InvalidInputError, UnavailableError
from domain.model import Frozen
from integrations.llm.provider import ModelAccess
from integrations.tools.base import ToolSettings
from publishing.edits import Done, EditPlan, PlanEdit, PublishEdit, RollBack
from publishing.specification import SpecificationError

LONGEST_SECONDS = 900.0
ROOT = Path(__file__).parents[1]

Work = PlanEdit | PublishEdit | RollBack


@dataclass(frozen=True)
class Setup:
    """What the process is given of its installation."""

    database_url: SecretStr
    models: Mapping[str, ModelAccess]
    tools: ToolSettings


@dataclass(frozen=True)
class Task:
    """What the process reads."""

    setup: Setup
    work: Work


class Outcome(Frozen):
    """What it writes: the `result` as JSON, or the name of an error of ours, whose `text` is safe to show."""

    result: str = ""
    refused: str | None = None
    text: str = ""


class WorkApart:
    """Does one thing at a time, because each takes a core and some hundred megabytes.

    Every method raises what the work raises, and UnavailableError when it was broken off.
    """

    def __init__(self, setup: Setup, *, seconds: float = LONGEST_SECONDS) -> None:
        self._setup = setup
        self._seconds = seconds
        self._alone = asyncio.Lock()

    async def plan(self, edit: PlanEdit) -> EditPlan:
        """What publishing the edit would change."""
        return EditPlan.model_validate_json(await self._do(edit))

    async def publish(self, edit: PublishEdit) -> Done:
        """Make the edit the active version."""
        return Done.model_validate_json(await self._do(edit))

    async def roll_back(self, asked: RollBack) -> Done:
        """Make an older version the active one."""
        return Done.model_validate_json(await self._do(asked))

    async def _do(self, work: Work) -> str:
        async with self._alone:
            outcome = await self._run(pickle.dumps(Task(self._setup, work)))
        if outcome.refused is not None:
            raise error_of(outcome)
        return outcome.result

    async def _run(self, given: bytes) -> Outcome:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "publishing", cwd=ROOT, stdin=pipe, stdout=pipe
        )
        try:
            told, _ = await asyncio.wait_for(process.communicate(given), self._seconds)
        except TimeoutError as error:
            raise UnavailableError(
                "It took too long and was broken off. Look at the history, then try again."
            ) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise UnavailableError("It was broken off; the gateway's log says why. Try again.")
        return Outcome.model_validate_json(told)


def outcome_of(error: HoldfastError) -> Outcome:
    """By the nearest kind of error that stands in the tree; mistakes of files are wrong input."""
    if isinstance(error, SpecificationError):
        return Outcome(refused=InvalidInputError.__name__, text=error.summary)
    known = next(kind for kind in type(error).__mro__ if getattr(errors, kind.__name__, None) is kind)
    return Outcome(refused=known.__name__, text=str(error))


def error_of(outcome: Outcome) -> HoldfastError:
    """The error that an outcome tells of."""
    kinds = {kind.__name__: kind for kind in vars(errors).values() if isinstance(kind, type)}
    kind = kinds.get(outcome.refused or "", InvalidInputError)
    error = kind(outcome.text)
    return error if isinstance(error, HoldfastError) else InvalidInputError(outcome.text)
