"""A worker process from its settings."""

from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from config.settings import Settings
from domain.conversation.turn import CustomerContext
from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from embedded.ports import free_port
from embedded.temporal_server import TemporalServer
from integrations.breakers import Breakers
from integrations.crm.base import CrmNote, CustomerReference
from integrations.crm.salesforce.allowance import ApiAllowance
from integrations.crm.salesforce.api import SalesforceSettings
from integrations.knowledge.markdown import MarkdownKnowledge
from integrations.knowledge.source import SourcedArticle
from integrations.limits import VendorLimits
from integrations.llm.local import LocalReplyWriter
from integrations.llm.remote import RemoteDraftValidator, RemoteReplyWriter
from storage.database import Database, connect
from storage.vendors import VendorLimitRepository, VendorStateRepository
from tests.integrations.llm.providers import REQUEST
from tests.organisation import ARTICLES
from workers.composition import model_factory, workers_from
from workers.guards import Guards

KNOWLEDGE = MarkdownKnowledge(ARTICLES, "en")


def settings(**values: object) -> Settings:
    unset = {"openai_api_key": None, "openai_base_url": None, "database_url": None, "temporal_address": None}
    return Settings.model_validate({**unset, **values})


@pytest.mark.parametrize("given", [{}, {"temporal_address": "127.0.0.1:1"}, {"database_url": "postgresql:///nowhere"}])
async def test_a_missing_address_is_named(given: dict[str, str]) -> None:
    async with AsyncExitStack() as stack:
        with pytest.raises(CredentialsError, match="HOLDFAST_DATABASE_URL and HOLDFAST_TEMPORAL_ADDRESS"):
            await workers_from(settings(**given), stack)


async def test_every_queue_is_served(database_url: str, temporal_server: TemporalServer) -> None:
    given = settings(
        database_url=database_url, temporal_address=temporal_server.address, worker_metrics_port=free_port()
    )
    async with AsyncExitStack() as stack:
        workers = await workers_from(given, stack)
    assert sorted(worker.task_queue for worker in workers) == [
        "conversations",
        "crm",
        "delivery",
        "llm",
        "publishing",
        "reading",
    ]


@pytest.mark.parametrize("queues", ["llm", "crm,delivery"])
async def test_a_process_can_serve_some_queues_only(
    database_url: str, temporal_server: TemporalServer, queues: str
) -> None:
    given = settings(database_url=database_url, temporal_address=temporal_server.address, worker_queues=queues)
    async with AsyncExitStack() as stack:
        workers = await workers_from(given, stack)
    assert ",".join(worker.task_queue for worker in workers) == queues


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:1"])
async def test_work_is_traced_where_somebody_listens(
    database_url: str, temporal_server: TemporalServer, endpoint: str | None
) -> None:
    given = settings(database_url=database_url, temporal_address=temporal_server.address, otlp_endpoint=endpoint)
    async with AsyncExitStack() as stack:
        workers = await workers_from(given.model_copy(update={"worker_metrics_port": free_port()}), stack)
    traced = [type(one).__name__ for one in workers[0].client.config()["interceptors"]]
    assert traced == (["TracingInterceptor", "ByMessageInterceptor"] if endpoint else [])


async def test_a_queue_that_does_not_exist_is_told(database_url: str, temporal_server: TemporalServer) -> None:
    given = settings(database_url=database_url, temporal_address=temporal_server.address, worker_queues="lm")
    async with AsyncExitStack() as stack:
        with pytest.raises(InvalidInputError, match="No such task queue: lm"):
            await workers_from(given, stack)


def test_without_a_key_the_embedded_model_writes_and_nobody_validates() -> None:
    factory = model_factory(settings())
    assert isinstance(factory.writer(None, KNOWLEDGE), LocalReplyWriter)
    assert factory.default_validator is None
    with pytest.raises(HoldfastError, match="needs an API key"):
        factory.writer("openai:gpt-4.1", KNOWLEDGE)


def test_a_key_makes_openai_write_and_validate() -> None:
    factory = model_factory(settings(openai_api_key="sk-test", openai_model="gpt-4.1"))
    assert isinstance(factory.writer(None, KNOWLEDGE), RemoteReplyWriter)
    assert isinstance(factory.writer("local", KNOWLEDGE), LocalReplyWriter)
    assert factory.default_validator == "openai:gpt-4.1"
    assert isinstance(factory.validator("openai:gpt-4.1"), RemoteDraftValidator)


def guards(database: Database) -> Guards:
    return Guards(Breakers(VendorStateRepository(database)), VendorLimits(VendorLimitRepository(database)))


class UsedUp:
    """A CRM whose vendor says that most of the day's calls are used."""

    settings_class = SalesforceSettings

    def __init__(self) -> None:
        self.allowance = ApiAllowance(0.1, lambda: datetime.now(UTC))

    async def fetch_customer_context(self, *_: object) -> CustomerContext:
        self.allowance.admit()
        self.allowance.note(950, 1000)
        return CustomerContext()

    async def add_note(self, *_: object) -> None:
        self.allowance.admit()

    async def fetch_articles(self, _: object) -> tuple[SourcedArticle, ...]:
        self.allowance.admit()
        return ()


async def test_a_limit_that_one_process_hears_of_holds_for_all_that_is_asked_of_the_vendor(database_url: str) -> None:
    database = await connect(database_url)
    await guards(database).crm(UsedUp()).fetch_customer_context("acme", CustomerReference(), {})
    elsewhere = guards(database)
    notes = elsewhere.notes(UsedUp())
    assert notes
    note = CrmNote(key="n", subject="s", text="t", at=datetime.now(UTC))
    for asked in (
        elsewhere.crm(UsedUp()).fetch_customer_context("acme", CustomerReference(), {}),
        notes.add_note("acme", CustomerReference(), note),
        elsewhere.source(UsedUp()).fetch_articles(None),
    ):
        with pytest.raises(RateLimitedError):
            await asked
    await database.close()


async def test_both_of_openais_interfaces_are_one_vendor_that_answers_or_not(database_url: str) -> None:
    database = await connect(database_url)
    near = model_factory(settings(openai_api_key="sk-test", openai_base_url="http://127.0.0.1:9/v1"))
    guarded = guards(database).models(near)
    for named in ("openai:gpt-4.1", "openai-responses:gpt-4.1"):
        with pytest.raises(UnavailableError):
            await guarded.writer(named, KNOWLEDGE).write_reply(REQUEST)
    assert [state.vendor for state in await VendorStateRepository(database).read()] == ["openai"]
    await database.close()
