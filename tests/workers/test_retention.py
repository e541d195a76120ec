"""The schedule that erases conversations follows the published specification."""

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.conversation.erasing import EraseConversationsInput
from domain.specification.calendar import BusinessCalendar
from domain.specification.organisation import RetentionRules
from tests.organisation import SPECIFICATION
from workers.retention import schedule_erasing
from workflows.retention import retention_id


async def test_it_is_there_where_the_specification_says_how_long_and_runs_in_a_quiet_hour(
    temporal_client: Client,
) -> None:
    kept = SPECIFICATION.model_copy(
        update={"organisation": "keepshop", "calendar": BusinessCalendar(timezone="Asia/Tokyo")}
    )
    erasing = kept.model_copy(update={"retention": RetentionRules(conversation_days=30)})
    schedule = temporal_client.get_schedule_handle(retention_id(EraseConversationsInput(organisation="keepshop")))
    await schedule_erasing(temporal_client, kept)
    with pytest.raises(RPCError):
        await schedule.describe()

    await schedule_erasing(temporal_client, erasing)
    described = await schedule.describe()
    assert described.info.num_actions == 0
    (next_run, *_) = described.info.next_action_times
    assert (next_run.hour, next_run.minute) == (18, 0)  # UTC; three in the night in Tokyo
    await schedule.pause(note="an audit")
    await schedule_erasing(temporal_client, erasing)
    assert (await schedule.describe()).schedule.state.note == "an audit"

    await schedule_erasing(temporal_client, kept)
    with pytest.raises(RPCError):
        await schedule.describe()
