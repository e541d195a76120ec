"""What is known of a customer: whom it is asked of, and what is said of those that do not answer."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from activities.context import ContextActivities
from answering.organisations import Organisations
from answering.topics.ngram import NgramTopicModel, train
from answering.understanding import OrganisationModels
from domain.conversation.activity_models import FetchCustomerContextInput
from domain.conversation.confidence import Calibration
from domain.conversation.turn import CustomerContext, Fact
from domain.errors import UnavailableError
from domain.quality.topics import LabelledText
from integrations.crm.base import Crm, CustomerReference
from integrations.knowledge.markdown import MarkdownKnowledge
from storage.database import connect
from storage.turns import TurnRepository
from storage.views import PublishedSpec
from tests.gateway.workers import NO_MODELS, no_tools
from tests.organisation import VERSION
from tests.storage.stage import CONVERSATION, NOW, ORGANISATION, Stage, staged

SPECIFICATION = VERSION.specification.model_copy(
    update={"crm": "ledger", "helpdesk": "desk", "crm_fields": {"plan": "Plan"}}
)


class Source:
    """Answers with what it was asked for, or with an error."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.error: UnavailableError | None = None

    async def fetch_customer_context(
        self, organisation: str, reference: CustomerReference, fields: Mapping[str, str]
    ) -> CustomerContext:
        if self.error:
            raise self.error
        facts = (Fact(name=name, value=field, source=self.name, as_of=NOW) for name, field in fields.items())
        return CustomerContext(facts=tuple(facts), matches=1)


@dataclass
class Asking:
    """An organisation with a ledger as its CRM, and a desk."""

    stage: Stage
    ledger: Source
    desk: Source
    customer_id: str
    spec_hash: str

    async def fetch(self) -> CustomerContext:
        """What the first attempt brings. Raises what would be tried again."""
        activities = activities_with(self.stage, {"ledger": self.ledger, "desk": self.desk})
        input = FetchCustomerContextInput(
            organisation=ORGANISATION,
            spec_hash=self.spec_hash,
            sources=("ledger", "desk"),
            conversation_id=CONVERSATION,
            customer_id=self.customer_id,
        )
        fetched = await ActivityEnvironment().run(activities.fetch_customer_context, input)
        context = await self.stage.customers.load_context(fetched.context_id)
        assert context is not None
        return context


def activities_with(stage: Stage, sources: Mapping[str, Crm]) -> ContextActivities:
    models = OrganisationModels(
        version=VERSION, knowledge=MarkdownKnowledge(VERSION.articles), topics=_topics(), calibration=Calibration()
    )

    async def load(_: PublishedSpec) -> OrganisationModels:
        return models

    spent = TurnRepository(stage.database).spent_since
    organisations = Organisations(stage.specs, NO_MODELS, load, spent, no_tools)
    return ContextActivities(stage.customers, sources, organisations)


def _topics() -> NgramTopicModel:
    examples = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
    return train(examples, SPECIFICATION.out_of_scope_examples)


@pytest.fixture
async def asking(database_url: str) -> AsyncIterator[Asking]:
    database = await connect(database_url)
    stage = await staged(database)
    version = VERSION.model_copy(update={"specification": SPECIFICATION})
    spec_hash = await stage.specs.publish(version, b"topics", Calibration(), "lea")
    customer_id = await stage.customers.create(ORGANISATION, email="anna@bikeshop.example", verified=True)
    yield Asking(stage, Source("ledger"), Source("desk"), customer_id, spec_hash)
    await database.close()


async def test_the_fields_of_the_crm_are_asked_of_the_crm_alone(asking: Asking) -> None:
    context = await asking.fetch()
    assert [(fact.source, fact.value) for fact in context.facts] == [("ledger", "Plan")]
    assert context.missing == ()


async def test_a_source_that_fails_is_tried_again(asking: Asking) -> None:
    asking.ledger.error = UnavailableError("no answer")
    with pytest.raises(UnavailableError):
        await asking.fetch()


async def test_a_source_that_will_not_be_back_soon_is_missing_and_the_others_are_not(asking: Asking) -> None:
    asking.desk.error = UnavailableError("a circuit breaker is open", retry_after=timedelta(seconds=30))
    context = await asking.fetch()
    assert context.missing == ("desk",)
    assert [fact.source for fact in context.facts] == ["ledger"]
