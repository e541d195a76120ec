"""What the sandbox of workflows refuses, and that code which it does not watch does none of it."""

import ast
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowFailureError
from temporalio.exceptions import ApplicationError
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import RestrictedWorkflowAccessError, SandboxMatcher, SandboxRestrictions

from embedded.application import ROOT
from embedded.temporal_server import TemporalServer
from tests.workers.forbidden import ChoosesAtRandom, OpensFile, ReadsClock
from workers.sandbox import workflow_runner

LIMIT = timedelta(seconds=10)
CONSTANT = frozenset({"zoneinfo"})
"""Passed through: the time zones of a deployment."""

MODULES = [path for package in ("workflows", "domain") for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.fixture
async def client(temporal_server: TemporalServer) -> Client:
    return await Client.connect(temporal_server.address)


@pytest.mark.parametrize("breaking", [OpensFile, ReadsClock, ChoosesAtRandom])
async def test_the_sandbox_of_the_worker_refuses_what_is_not_deterministic(client: Client, breaking: type) -> None:
    """Three ways into it: a builtin, a module, a module that is imported late."""
    worker = Worker(
        client,
        task_queue=f"sandbox-{uuid4().hex}",
        workflows=[breaking],
        workflow_runner=workflow_runner(),
        workflow_failure_exception_types=[RestrictedWorkflowAccessError],
    )
    async with worker:
        with pytest.raises(WorkflowFailureError) as refused:
            await client.execute_workflow(
                breaking.__name__, id=uuid4().hex, task_queue=worker.task_queue, execution_timeout=LIMIT
            )
    assert isinstance(refused.value.cause, ApplicationError)
    assert refused.value.cause.type == RestrictedWorkflowAccessError.__name__


def module_names(node: ast.Import) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each name of the statement stands for: `import a.b` binds `a`, `import a.b as c` binds `c`."""
    for alias in node.names:
        root = alias.name.split(".")[0]
        yield (alias.asname, tuple(alias.name.split("."))) if alias.asname else (root, (root,))


def used(tree: ast.Module) -> Iterator[tuple[str, ...]]:
    """Every dotted name that is reached through an import. Builtins are refused at run time, wherever they are."""
    imported: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= dict(module_names(node))
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported |= {alias.asname or alias.name: (*node.module.split("."), alias.name) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            root, *rest = ast.unparse(node).split(".")
            if root in imported:
                yield (*imported[root], *rest)


def matched(rules: SandboxMatcher, name: Sequence[str]) -> bool:
    if not name:
        return False
    first, *rest = name
    if {first, "*"} & (rules.access | rules.use) and first not in rules.exclude:
        return True
    below = rules.children.get(first)
    return below is not None and (below.match_self or matched(below, rest))


def refused(name: Sequence[str]) -> bool:
    """Whether the SDK's own rules refuse it in a running workflow."""
    rules = SandboxRestrictions.default
    return name[0] not in CONSTANT and (
        matched(rules.invalid_modules, name) or matched(rules.invalid_module_members, name)
    )


def violations(text: str) -> list[str]:
    return sorted({".".join(name) for name in used(ast.parse(text)) if refused(name)})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_module_that_runs_in_workflows_does_what_the_sandbox_refuses(path: Path) -> None:
    assert violations(path.read_text()) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import random\nrandom.choice([1])", ["random.choice"]),
        ("import random as chance\nchance.choice([1])", ["random.choice"]),
        ("from random import choice\nchoice([1])", ["random.choice"]),
        ("from datetime import datetime\ndatetime.now()", ["datetime.datetime.now"]),
        ("import datetime\ndatetime.date.today()", ["datetime.date.today"]),
        ("from uuid import uuid4\nuuid4()", ["uuid.uuid4"]),
        ("import time\ntime.time()", ["time.time"]),
        ("import os\nos.environ['x']", ["os.environ"]),
        ("import urllib.request\nurllib.request.urlopen('x')", ["urllib.request.urlopen"]),
        ("from datetime import datetime\ndatetime.fromisoformat('2026-01-01')", []),
        ("from random import Random\nRandom(1).random()", []),
        ("class Door:\n    def open(self): ...\nDoor().open()", []),
    ],
)
def test_the_rules_are_read_as_the_sandbox_reads_them(text: str, found: list[str]) -> None:
    assert violations(text) == found
