"""Days and weeks, skipped on a server with a clock for each workflow, over the real database."""

from datetime import UTC, datetime, timedelta

from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import WorkflowEnvironment

from domain.conversation.ownership import Status
from domain.conversation.requests import Resolve, Snooze
from tests.e2e.bikeshop import DELIVERY, PASSWORD, REFUND
from tests.e2e.house import ANNA, House
from tests.e2e.promises import check_promises


async def test_a_late_message_continues_the_conversation_whose_workflow_has_ended(
    patient_house: House, environment: WorkflowEnvironment
) -> None:
    talk = patient_house.talk()
    first = await talk.says(PASSWORD)
    before = await talk.answered(1)
    await talk.ask(Resolve(request_id="r1", by=ANNA))
    await talk.until(lambda seen: seen.row.status is Status.RESOLVED)
    await environment.fast_forward(talk.handle, timedelta(days=8))
    assert (await talk.handle.describe()).status is WorkflowExecutionStatus.COMPLETED

    await talk.receive(first)
    await talk.says(DELIVERY)
    seen = await talk.answered(2)
    assert seen.row.created_at == before.row.created_at
    assert [author for author, _ in seen.said] == ["customer", "ai_agent", "customer", "ai_agent"]
    assert seen.row.status is Status.OPEN
    assert seen.kinds.count("reopened") == 1
    await check_promises(talk)


async def test_silence_resolves(patient_house: House, environment: WorkflowEnvironment) -> None:
    talk = patient_house.talk()
    await talk.says(PASSWORD)
    await talk.answered(1)
    await environment.fast_forward(talk.handle, timedelta(hours=73))
    seen = await talk.until(lambda seen: seen.row.status is Status.RESOLVED)
    assert seen.events[-1].actor == "silence"
    await talk.says(DELIVERY)
    assert (await talk.answered(2)).row.status is Status.OPEN
    await check_promises(talk)


async def test_an_approval_is_reminded_of_and_given_90_days_later(
    patient_house: House, environment: WorkflowEnvironment
) -> None:
    talk = patient_house.talk()
    await talk.says(REFUND)
    await talk.asked()
    await environment.fast_forward(talk.handle, timedelta(days=90))
    seen = await talk.until(lambda seen: "approval_reminded" in seen.kinds)
    assert seen.replies == []
    await talk.decide("approve", "d1")
    assert len((await talk.answered(1)).replies) == 1
    await check_promises(talk)


async def test_every_snooze_ends(patient_house: House, environment: WorkflowEnvironment) -> None:
    talk = patient_house.talk()
    await talk.says(PASSWORD)
    await talk.answered(1)
    for number in (1, 2):
        until = datetime.now(UTC) + timedelta(hours=6 * number)
        await talk.ask(Snooze(request_id=f"s{number}", by=ANNA, until=until))
        await talk.until(lambda seen: seen.row.status is Status.SNOOZED)
        await environment.fast_forward(talk.handle, timedelta(hours=6))
        seen = await talk.until(lambda seen: seen.row.status is Status.OPEN)
        assert (seen.kinds.count("woken"), seen.row.snoozed_until) == (number, None)
