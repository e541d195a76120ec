"""Schedules follow the published specification."""

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.conversation.activity_models import SynchroniseKnowledgeInput
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from tests.e2e.bikeshop import version
from tests.organisation import SPECIFICATION
from workers.knowledge import Schedules
from workflows.knowledge import synchronisation_id

ORGANISATION = SPECIFICATION.organisation
ZENDESK = KnowledgeSourceSpec(kind="zendesk", default_topic="delivery", every_hours=2)


async def test_schedules_come_change_and_go_with_the_specification(temporal_client: Client) -> None:
    schedules = Schedules(temporal_client)
    named = SynchroniseKnowledgeInput(organisation=ORGANISATION, source="zendesk")
    schedule = temporal_client.get_schedule_handle(synchronisation_id(named))

    await schedules.fit(version().specification)
    with pytest.raises(RPCError):
        await schedule.describe()

    await schedules.fit(version(knowledge_sources=(ZENDESK,)).specification)
    await schedule.pause(note="the vendor moves house")

    hourly = version(knowledge_sources=(ZENDESK.model_copy(update={"every_hours": 1}),)).specification
    await schedules.fit(hourly)
    described = (await schedule.describe()).schedule
    assert [interval.every.total_seconds() for interval in described.spec.intervals] == [3600]
    assert (described.state.paused, described.state.note) == (True, "the vendor moves house")

    await Schedules(temporal_client).fit(hourly)
    assert (await schedule.describe()).schedule.state.paused

    await schedules.fit(version().specification)
    with pytest.raises(RPCError):
        await schedule.describe()
