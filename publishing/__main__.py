"""`python -m publishing`: one piece of work for the gateway, beside the conversations (publishing/apart.py)."""

import asyncio
import os
import pickle
import sys

from domain.errors import HoldfastError
from domain.model import Frozen
from integrations.embeddings.registry import embedder
from publishing.apart import Outcome, Task, outcome_of
from publishing.computing import POLITENESS
from publishing.editing import plan_edit, publish_edit, undo
from publishing.edits import PlanEdit, PublishEdit, RollBack
from publishing.publication import Installation
from storage.database import connect


async def carried_out(task: Task) -> Outcome:
    """What came of it; errors of ours are an outcome, others end the process."""
    setup = task.setup
    installation = Installation(setup.tools, lambda named: embedder(named, setup.models))
    try:
        database = await connect(setup.database_url.get_secret_value(), max_size=2)
        try:
            result: Frozen
            match task.work:
                case PlanEdit() as edit:
                    result = await plan_edit(database, installation, edit)
                case PublishEdit() as edit:
                    result = await publish_edit(database, installation, edit)
                case RollBack() as asked:
                    result = await undo(database, installation, asked)
        finally:
            await database.close()
    except HoldfastError as error:
        return outcome_of(error)
    return Outcome(result=result.model_dump_json())


def main() -> None:
    # Conversations come first. Whatever a library prints goes to the log, and not into the answer.
    os.nice(POLITENESS)
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    # It comes from the gateway that started this process, and from nobody else.
    task = pickle.load(sys.stdin.buffer)  # noqa: S301 # nosec B301
    answer.write(asyncio.run(carried_out(task)).model_dump_json())
    answer.close()


if __name__ == "__main__":
    main()
