"""Going back to an older version: what new conversations follow at once, and what open ones keep."""

from collections.abc import AsyncIterator
from functools import cache

import pytest
from temporalio.testing import ActivityEnvironment

from activities.conversation import ConversationActivities
from answering.organisations import Organisations
from answering.topics.ngram import NgramTopicModel, train
from answering.understanding import OrganisationModels
from domain.conversation.activity_models import FetchCustomerContextInput, FetchedContext, OpenConversationInput
from domain.conversation.confidence import Calibration
from domain.conversation.requests import StartConversation
from domain.errors import ConflictError, NotFoundError, UnavailableError
from domain.quality.topics import LabelledText
from domain.specification.organisation import SpecVersion
from integrations.embeddings.base import Embedder
from integrations.embeddings.none import NoEmbedder
from integrations.knowledge.markdown import MarkdownKnowledge
from publishing.rollback import roll_back
from storage.conversations import ConversationRepository
from storage.database import Database, connect
from storage.specs import SpecRepository
from storage.turns import TurnRepository
from storage.views import PublishedSpec
from tests.answering.test_vectors import Counting, Shelf
from tests.gateway.workers import NO_MODELS, no_tools
from tests.organisation import SPECIFICATION, VERSION
from tests.publishing.test_serving import published

ORGANISATION = SPECIFICATION.organisation


def named(name: str) -> SpecVersion:
    return VERSION.model_copy(update={"specification": SPECIFICATION.model_copy(update={"name": name})})


def words_only(_: str) -> Embedder:
    return NoEmbedder()


@cache
def topics() -> NgramTopicModel:
    examples = [LabelledText(text=text, label=topic.id) for topic in SPECIFICATION.topics for text in topic.examples]
    return train(examples, SPECIFICATION.out_of_scope_examples)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await connect(database_url)
    yield database
    await database.close()


@pytest.fixture
def specs(database: Database) -> SpecRepository:
    return SpecRepository(database)


async def publish(specs: SpecRepository, *names: str) -> list[str]:
    model = topics().to_bytes()
    return [await specs.publish(named(name), model, Calibration(), "lea") for name in names]


async def back(specs: SpecRepository, version: str | None = None) -> str:
    return await roll_back(specs, ORGANISATION, version, "tom", "it answered wrongly", words_only)


class Worker:
    """Opens conversations as a worker does that has been running all along."""

    def __init__(self, database: Database) -> None:
        async def load(published: PublishedSpec) -> OrganisationModels:
            knowledge = MarkdownKnowledge(published.version.articles)
            return OrganisationModels(published.version, knowledge, topics(), published.calibration)

        async def no_context(_: FetchCustomerContextInput) -> FetchedContext:
            raise AssertionError("nobody asked for it")

        spent = TurnRepository(database).spent_since
        organisations = Organisations(SpecRepository(database), NO_MODELS, load, spent, no_tools)
        self._activities = ConversationActivities(ConversationRepository(database), organisations, no_context)

    async def opens(self, conversation_id: str) -> str:
        """The version that the conversation pins, or has pinned when it was opened before."""
        start = StartConversation(organisation=ORGANISATION, conversation_id=conversation_id)
        opened = await ActivityEnvironment().run(self._activities.open_conversation, OpenConversationInput(start=start))
        return str(opened.spec_hash)


async def test_the_next_conversation_follows_it_and_open_ones_keep_theirs(
    database: Database, specs: SpecRepository
) -> None:
    """Which version is active is read anew for every conversation that opens: nothing has to expire first."""
    worker = Worker(database)
    good, bad = await publish(specs, "Good", "Bad")
    assert await worker.opens("conversation-1") == bad
    assert await back(specs) == good
    assert await worker.opens("conversation-2") == good
    assert await worker.opens("conversation-1") == bad


async def test_it_goes_back_one_version_after_the_other_and_then_no_further(specs: SpecRepository) -> None:
    first, second, _ = await publish(specs, "One", "Two", "Three")
    assert [await back(specs), await back(specs)] == [second, first]
    with pytest.raises(NotFoundError, match=f"nothing to go back to: {first[:12]} is the first version"):
        await back(specs)
    assert await specs.active(ORGANISATION) == first


async def test_any_version_can_be_named_a_newer_one_too(specs: SpecRepository) -> None:
    first, _, third = await publish(specs, "One", "Two", "Three")
    assert await back(specs, first[:12]) == first
    assert await back(specs, third) == third
    newest, *_ = await specs.history(ORGANISATION)
    assert (newest.kind, newest.published_by, newest.reason) == ("rollback", "tom", "it answered wrongly")


@pytest.mark.parametrize(
    ("names", "version", "error", "says"),
    [
        ((), None, NotFoundError, "run `holdfast spec publish`"),
        (("One", "Two"), "0" * 64, NotFoundError, "No version '0000.* `holdfast spec history` lists"),
        (("One", "Two"), "active", ConflictError, "is the active version already"),
    ],
)
async def test_what_cannot_be_is_told_and_changes_nothing(
    specs: SpecRepository, names: tuple[str, ...], version: str | None, error: type[Exception], says: str
) -> None:
    await publish(specs, *names)
    active = await specs.active(ORGANISATION)
    with pytest.raises(error, match=says):
        await back(specs, active if version == "active" else version)
    assert await specs.active(ORGANISATION) == active
    assert len(await specs.history(ORGANISATION)) == len(names)


async def test_a_version_that_could_not_be_served_here_does_not_become_active(specs: SpecRepository) -> None:
    fitted = await published(Counting(), Shelf())
    await specs.publish(VERSION, fitted.topic_model, fitted.calibration, "lea")
    (active,) = await publish(specs, "Two")
    with pytest.raises(UnavailableError, match="embedding model 'counting', which is not in use here"):
        await back(specs)
    assert await specs.active(ORGANISATION) == active
