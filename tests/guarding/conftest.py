"""A company's worker beside Holdfast's, on a real Temporal server and a real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowHandle
from temporalio.worker import Worker

from domain.conversation.confidence import Calibration
from domain.specification.organisation import ApprovalRule, LadderRung
from storage.guarded_calls import GuardedCallView
from storage.specs import SpecRepository
from tests.gateway.conftest import Gateway, database, gateway, options, platform
from tests.guarding import company
from tests.organisation import VERSION
from workers.sandbox import workflow_runner

__all__ = ["database", "gateway", "options", "platform"]

RULES = (ApprovalRule(id="refunds", approvers=1, roles=("approver",)), ApprovalRule(id="large", approvers=2))
LADDER = (
    LadderRung(after_minutes=30, action="remind"),
    LadderRung(after_minutes=60, action="move_up", roles=("lead",)),
)


@pytest.fixture
async def ruled(gateway: Gateway) -> Gateway:
    """With approval rules, and no worker of Holdfast."""
    specification = VERSION.specification.model_copy(update={"approval_rules": RULES, "ladder": LADDER})
    version = VERSION.model_copy(update={"specification": specification})
    await SpecRepository(gateway.database).publish(version, b"", Calibration(), "test")
    return gateway


@pytest.fixture
async def shop(ruled: Gateway, platform: Gateway) -> AsyncIterator["Shop"]:
    """With both workers."""
    company.done.clear()
    company.gates.clear()
    async with company_worker(platform.temporal):
        yield Shop(platform)


def company_worker(client: Client, **options: Any) -> AbstractAsyncContextManager[Worker]:
    return Worker(
        client,
        task_queue=company.QUEUE,
        workflows=[company.RefundWorkflow, company.VoucherWorkflow],
        activities=[company.refund, company.voucher],
        workflow_runner=workflow_runner(),
        **options,
    )


class Shop:
    """What a company does, and what its people see."""

    def __init__(self, platform: Gateway) -> None:
        self.platform = platform

    async def refund(self, **fields: Any) -> WorkflowHandle[Any, Any]:
        asked = company.Refund.model_validate({"order": f"A-{uuid4().hex[:8]}", "amount": 49.5, **fields})
        return await self.platform.temporal.start_workflow(
            company.RefundWorkflow.run, asked, id=f"refund-{uuid4().hex}", task_queue=company.QUEUE
        )

    async def call(self, state: str = "waiting") -> GuardedCallView:
        """The newest, once it is there."""
        viewer = await self.platform.key("viewer")
        while True:
            answer = await self.platform.http.get("/v1/guarded-calls", params={"state": state}, headers=viewer)
            if found := answer.json():
                return GuardedCallView.model_validate(found[0])

    async def decide(self, call_id: str, role: str = "approver", person: str = "bo", **body: Any) -> Any:
        headers = await self.platform.key(role, person=person)
        path = f"/v1/guarded-calls/{call_id}/decisions"
        return await self.platform.http.post(path, json=body, headers=headers)
