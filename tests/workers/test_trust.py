"""The schedule that reviews trust follows the published specification."""

import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from domain.conversation.activity_models import ReviewTrustInput
from domain.specification.modes import Mode
from domain.specification.trust import StepUp, TrustLadder
from tests.organisation import BILLING, SERVICE, SPECIFICATION
from workers.trust import schedule_reviews
from workflows.trust import review_id

STEP = StepUp(to=Mode.SUPERVISION, measure="drafts_unchanged", bound=0.8, conversations=50, days=30)
EARNING = SERVICE.model_copy(update={"trust": TrustLadder(up=(STEP,))})


async def test_it_comes_and_goes_with_the_first_and_last_ai_agent_that_earns_trust(temporal_client: Client) -> None:
    plain = SPECIFICATION.model_copy(update={"organisation": "trustshop"})
    earning = plain.model_copy(update={"ai_agents": (EARNING, BILLING)})
    schedule = temporal_client.get_schedule_handle(review_id(ReviewTrustInput(organisation="trustshop")))
    await schedule_reviews(temporal_client, plain)
    with pytest.raises(RPCError):
        await schedule.describe()

    await schedule_reviews(temporal_client, earning)
    described = (await schedule.describe()).schedule
    assert [interval.every.total_seconds() for interval in described.spec.intervals] == [3600]
    await schedule.pause(note="we are moving")
    await schedule_reviews(temporal_client, earning)
    assert (await schedule.describe()).schedule.state.note == "we are moving"

    await schedule_reviews(temporal_client, plain)
    with pytest.raises(RPCError):
        await schedule.describe()
