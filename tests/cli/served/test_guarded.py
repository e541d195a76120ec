import pytest

from domain.guarding.calls import GuardedCall, approval_of, call_id_of
from domain.specification.people import Members
from storage.guarded_calls import GuardedCallRepository
from tests.cli.served.conftest import Holdfast
from tests.gateway.conftest import ORGANISATION, Gateway
from tests.storage.stage import NOW

CALL = GuardedCall(
    call_id=call_id_of("cli"),
    organisation=ORGANISATION,
    activity="refund",
    task_queue="payments",
    arguments=("A-1", 49.5),
    rule="refunds",
    reason="Money leaves.",
)


async def test_what_waits_is_listed_and_shown(gateway: Gateway, holdfast: Holdfast) -> None:
    key = (await gateway.key("lead", person="lea"))["Authorization"].removeprefix("Bearer ")
    to = ("--url", gateway.url, "--key", key)
    assert (await holdfast("guarded", "list", *to)).output.strip() == "No call waits for a decision."
    approval = approval_of(CALL, None, Members(), NOW)
    await GuardedCallRepository(gateway.database).open(CALL, "waiting", approval, NOW)
    (line,) = (await holdfast("guarded", "list", *to)).output.splitlines()
    assert line.startswith(CALL.call_id)
    assert line.endswith("refund")
    shown = (await holdfast("guarded", "show", CALL.call_id, *to)).output
    for told in ('refund("A-1", 49.5)', "Reason: Money leaves.", "Who decides: lead, 0 of 1 approved", CALL.digest):
        assert told in shown


@pytest.mark.parametrize("options", [(), ("--approve", "--reject", "no")])
async def test_exactly_one_decision_is_given(holdfast: Holdfast, options: tuple[str, ...]) -> None:
    refused = await holdfast("guarded", "decide", CALL.call_id, *options)
    assert (refused.exit_code, "exactly one" in refused.output) == (1, True)
