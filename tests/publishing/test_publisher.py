"""How a version becomes the active one, whoever asks for it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from domain.conversation.confidence import Calibration
from domain.conversation.turn import CustomerContext
from domain.errors import ConflictError, NotFoundError
from domain.identity.directory import Account, Contact, DirectoryImport
from domain.quality.evaluation import LabelledMessage
from domain.specification.articles import SourcedArticle
from domain.specification.knowledge_sources import KnowledgeSourceSpec
from domain.specification.organisation import SpecVersion
from publishing.computing import FittedModels
from publishing.publisher import Contexts, Proposal, Publisher
from storage.customers import CustomerRepository
from storage.database import Database, connect
from storage.knowledge import KnowledgeRepository
from storage.specs import SpecRepository
from tests.organisation import SPECIFICATION, VERSION

ORGANISATION = SPECIFICATION.organisation
SOURCE = KnowledgeSourceSpec(kind="zendesk", default_topic="delivery")
WITH_SOURCE = VERSION.model_copy(
    update={"specification": SPECIFICATION.model_copy(update={"knowledge_sources": (SOURCE,)})}
)
LABELLED = (LabelledMessage(id="1", text="What plan am I on?", expected="answer", customer="dana"),)
DIRECTORY = DirectoryImport(
    accounts=(Account(id="velo", name="Velo", plan="gold", seats=3, status="active"),),
    contacts=(Contact(id="dana", account="velo", name="Dana", email="dana@velo.example"),),
)


class Fitting:
    """Remembers what it was asked to fit."""

    def __init__(self) -> None:
        self.asked: list[tuple[SpecVersion, Sequence[LabelledMessage], Contexts]] = []

    async def fit(
        self, version: SpecVersion, labelled: Sequence[LabelledMessage], contexts: Mapping[str, CustomerContext]
    ) -> FittedModels:
        self.asked.append((version, labelled, contexts))
        return FittedModels(topic_model=b"topics", calibration=Calibration(fitted_on=len(self.asked)))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await connect(database_url)
    yield database
    await database.close()


@pytest.fixture
def fitting() -> Fitting:
    return Fitting()


@pytest.fixture
def publisher(database: Database, fitting: Fitting) -> Publisher:
    return Publisher(database, fitting.fit)


async def nobody() -> Contexts:
    return {}


async def reads(database: Database, *titles: str) -> None:
    """The source was read just now, and has these articles."""
    now = datetime.now(UTC)
    articles = [
        SourcedArticle(
            id=title.lower(), title=title, body_markdown=f"About {title}.", url="https://help.example/", updated=now
        )
        for title in titles
    ]
    await KnowledgeRepository(database).keep(ORGANISATION, "zendesk", articles, now, everything=True)


async def test_a_proposal_becomes_the_active_version_with_its_models(
    database: Database, publisher: Publisher, fitting: Fitting
) -> None:
    published = await publisher.publish(Proposal(VERSION, LABELLED, nobody), "lea")
    specs = SpecRepository(database)
    assert await specs.active(ORGANISATION) == published.spec_hash == VERSION.content_hash
    kept = await specs.load(published.spec_hash)
    assert (kept.topic_model, kept.calibration.fitted_on, kept.labelled) == (b"topics", 1, LABELLED)
    assert fitting.asked == [(VERSION, LABELLED, {})]


async def test_articles_of_sources_are_added_before_it_is_fitted(
    database: Database, publisher: Publisher, fitting: Fitting
) -> None:
    await reads(database, "Trailers")
    published = await publisher.publish(Proposal(WITH_SOURCE, (), nobody), "lea")
    assert (published.sourced, published.changed) == (1, True)
    assert [article.title for article in fitting.asked[0][0].articles][-1] == "Trailers"


async def test_the_directory_is_imported_with_it_and_tells_of_customers_when_it_is_refreshed(
    database: Database, publisher: Publisher, fitting: Fitting
) -> None:
    await publisher.publish(Proposal(WITH_SOURCE, LABELLED, nobody, DIRECTORY), "lea")
    assert (await CustomerRepository(database).find_identity(ORGANISATION, "dana")).email
    await reads(database, "Trailers")
    assert (await publisher.refresh(ORGANISATION, "the clock")).changed
    assert fitting.asked[1][1] == LABELLED
    assert {contact: known.matches for contact, known in fitting.asked[1][2].items()} == {"dana": 1}


async def test_nothing_is_fitted_or_published_where_no_article_has_changed(
    database: Database, publisher: Publisher, fitting: Fitting
) -> None:
    first = await publisher.publish(Proposal(WITH_SOURCE, (), nobody), "lea")
    again = await publisher.refresh(ORGANISATION, "the clock")
    assert (again.spec_hash, again.changed) == (first.spec_hash, False)
    assert len(fitting.asked) == 1


async def test_a_folder_without_changes_is_published_again(publisher: Publisher, fitting: Fitting) -> None:
    for _ in range(2):
        assert (await publisher.publish(Proposal(VERSION, (), nobody), "lea")).changed
    assert len(fitting.asked) == 2


async def test_a_changed_version_is_published_when_it_replaces_the_active_one(
    database: Database, publisher: Publisher
) -> None:
    first = await publisher.publish(Proposal(VERSION, (), nobody), "lea", "the first")
    changed = await publisher.publish(Proposal(WITH_SOURCE, (), nobody, replaces=first.spec_hash), "tom", "a source")
    history = await SpecRepository(database).history(ORGANISATION)
    assert changed.changed
    assert [(one.content_hash, one.published_by, one.reason) for one in history] == [
        (changed.spec_hash, "tom", "a source"),
        (first.spec_hash, "lea", "the first"),
    ]


async def test_on_a_stale_base_nothing_is_fitted_or_published(
    database: Database, publisher: Publisher, fitting: Fitting
) -> None:
    first = await publisher.publish(Proposal(VERSION, (), nobody), "lea")
    second = await publisher.publish(Proposal(WITH_SOURCE, (), nobody), "tom")
    with pytest.raises(ConflictError, match=f"tom made {second.spec_hash[:12]} the active version"):
        await publisher.publish(Proposal(VERSION, (), nobody, DIRECTORY, replaces=first.spec_hash), "lea")
    assert len(fitting.asked) == 2
    assert await SpecRepository(database).active(ORGANISATION) == second.spec_hash


async def test_without_a_version_there_is_nothing_to_refresh(publisher: Publisher) -> None:
    with pytest.raises(NotFoundError, match="holdfast spec publish"):
        await publisher.refresh(ORGANISATION, "the clock")


async def test_who_publishes_meanwhile_is_not_overwritten(database: Database, publisher: Publisher) -> None:
    """Somebody publishes another version while this one is fitted."""
    await publisher.publish(Proposal(WITH_SOURCE, (), nobody), "lea")
    await reads(database, "Trailers")

    async def meanwhile(*_: object) -> FittedModels:
        await publisher.publish(Proposal(VERSION, (), nobody), "ben")
        return FittedModels(topic_model=b"", calibration=Calibration())

    with pytest.raises(ConflictError):
        await Publisher(database, meanwhile).refresh(ORGANISATION, "the clock")
    assert await SpecRepository(database).active(ORGANISATION) == VERSION.content_hash
