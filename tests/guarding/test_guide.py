"""The example of docs/guides/require-approval.md, as it stands there."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from temporalio.worker import Worker

from domain.conversation.ownership import Person
from tests.guarding.conftest import Shop
from tests.organisation import VERSION
from workers.sandbox import workflow_runner

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "require-approval.md"


async def test_the_example_waits_for_people_and_pays_once(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "refunds_of_the_guide.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("HOLDFAST_ORGANISATION", f"specs/{VERSION.specification.organisation}")
    example = import_module("refunds_of_the_guide")
    client = shop.platform.temporal
    worker = Worker(
        client,
        task_queue="payments",
        workflows=[example.RefundWorkflow],
        activities=[example.pay_out],
        workflow_runner=workflow_runner(),
    )
    async with worker:
        refund = example.Refund(order="A-1", amount=49.5, asked_by="bo")
        handle = await client.start_workflow(example.RefundWorkflow.run, refund, id="guide-A-1", task_queue="payments")
        call = await shop.call()
        assert (call.reason, call.requester) == ("Money leaves.", Person(id="bo").id)
        assert (await shop.decide(call.call_id, person="bo", action="approve")).status_code == 403
        assert (await shop.decide(call.call_id, person="cy", action="approve")).json()["effect"] == "call"
        assert await handle.result() == "paid 49.5 for A-1"
