"""The sandbox in which conversations run."""

from typing import Any

from temporalio.converter import StorageDriverStoreContext, WorkflowSerializationContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

PASSED_THROUGH = ("workflows", "pydantic_core", "zoneinfo", "tzdata", "importlib")
"""Our own code and what it uses: pure, or (time zones) constant for a deployment.

A module that is not passed through is loaded anew for each conversation: 3 ms and 44 KB. What the sandbox refuses at
run time in such a module, a test refuses in the text of all modules that run in workflows.
"""


def workflow_runner() -> SandboxedWorkflowRunner:
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return PlainPayloads(restrictions=restrictions)


class PlainPayloads(SandboxedWorkflowRunner):
    """The sandbox of the SDK, for a data converter that looks at a payload and at nothing else, as ours does."""

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        return _WithoutContexts(super().create_instance(det))


class _WithoutContexts(WorkflowInstance):
    """Knows the context of every payload beforehand: it is the workflow's.

    The SDK asks seven times for each payload, each time by compiling and running a program inside of the sandbox,
    which was a seventh of the CPU of a replay. Contexts matter to codecs, converters and storage drivers that
    ask for them; there is none.
    """

    def __init__(self, sandboxed: WorkflowInstance) -> None:
        self._sandboxed = sandboxed
        info = sandboxed.get_info()
        self._context = WorkflowSerializationContext(namespace=info.namespace, workflow_id=info.workflow_id)

    def activate(self, act: Any) -> Any:
        return self._sandboxed.activate(act)

    def get_serialization_context(self, command_info: object) -> WorkflowSerializationContext:
        return self._context

    def get_external_store_context(self, command_info: object) -> StorageDriverStoreContext:
        return NOWHERE

    def get_info(self) -> Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        return self._sandboxed.get_thread_id()


NOWHERE = StorageDriverStoreContext(target=None)
