"""Schedules follow the published specification."""

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.knowledge_spec import KnowledgeSourceSpec
from domain.steps import SynchroniseKnowledgeInput
from storage.database import connect
from tests.e2e.bikeshop import publish
from tests.e2e.house import scripted
from tests.organisation import SPECIFICATION
from workers.composition import compose
from workers.knowledge import schedule_synchronisation
from workflows.knowledge import synchronisation_id

ORGANISATION = SPECIFICATION.organisation
ZENDESK = KnowledgeSourceSpec(kind="zendesk", default_topic="delivery", every_hours=2)


async def test_schedules_come_change_and_go_with_the_specification(database_url: str, temporal_client: Client) -> None:
    database = await connect(database_url)
    organisations = compose(database, scripted()).conversation.organisations
    named = SynchroniseKnowledgeInput(organisation=ORGANISATION, source="zendesk")
    schedule = temporal_client.get_schedule_handle(synchronisation_id(named))

    await schedule_synchronisation(temporal_client, ORGANISATION, organisations)
    with pytest.raises(RPCError):
        await schedule.describe()

    await publish(database, knowledge_sources=(ZENDESK,))
    await schedule_synchronisation(temporal_client, ORGANISATION, organisations)
    await schedule.pause(note="the vendor moves house")

    await publish(database, knowledge_sources=(ZENDESK.model_copy(update={"every_hours": 1}),))
    await schedule_synchronisation(temporal_client, ORGANISATION, organisations)
    described = (await schedule.describe()).schedule
    assert [interval.every.total_seconds() for interval in described.spec.intervals] == [3600]
    assert (described.state.paused, described.state.note) == (True, "the vendor moves house")

    await publish(database)
    await schedule_synchronisation(temporal_client, ORGANISATION, organisations)
    with pytest.raises(RPCError):
        await schedule.describe()
    await database.close()
