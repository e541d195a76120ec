"""A company's own worker: its workflow calls an activity that people approve."""

from datetime import timedelta

from pydantic import BaseModel
from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    from guarding import require_approval

QUEUE = "company"
done: list[tuple[str, float]] = []
gates: dict[str, str] = {}


class Refund(BaseModel):
    order: str
    amount: float
    asked_by: str = ""


class Refunded(BaseModel):
    order: str
    receipt: str


@require_approval(
    rule="refunds", reason="money leaves", requester=lambda refund: refund.asked_by or None, organisation="bikeshop"
)
@activity.defn
async def refund(input: Refund) -> Refunded:
    """Pays out."""
    done.append((input.order, input.amount))
    if input.order in gates:
        raise RuntimeError(gates[input.order])
    return Refunded(order=input.order, receipt=f"R-{input.order}")


@activity.defn(name="send_voucher")
@require_approval(rule="refunds", sample_rate=0.0, organisation="bikeshop")
async def voucher(order: str, amount: float) -> str:
    """Outside of the sample."""
    done.append((order, amount))
    return f"V-{order}"


@workflow.defn
class RefundWorkflow:
    @workflow.run
    async def run(self, input: Refund) -> Refunded:
        return await workflow.execute_activity(refund, input, start_to_close_timeout=timedelta(days=365))


@workflow.defn
class VoucherWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return await workflow.execute_activity(voucher, args=[order, 5.0], start_to_close_timeout=timedelta(days=365))
