"""The embedding models of specifications in use: made when first used, once, and behind their vendor's breaker."""

import pytest
from pydantic import SecretStr

from domain.conversation.confidence import Calibration
from domain.errors import ConflictError, CredentialsError, InvalidInputError, UnavailableError
from gateway.embedders import ActiveEmbedders, embedders
from gateway.specifications import ActiveSpecifications
from integrations.breakers import FAILURES, Breakers
from integrations.embeddings.base import Embedder
from integrations.embeddings.minilm import MiniLmEmbedder
from integrations.embeddings.none import NoEmbedder
from integrations.llm.provider import ModelAccess
from storage.database import Database
from storage.specs import SpecRepository
from storage.vendors import VendorStateRepository
from tests.compass import Compass
from tests.gateway.conftest import ORGANISATION
from tests.organisation import VERSION

NOBODY = ModelAccess(api_key=SecretStr("sk-test"), base_url="http://127.0.0.1:9/v1")


@pytest.fixture
def specifications(database: Database) -> ActiveSpecifications:
    return ActiveSpecifications(SpecRepository(database))


async def test_an_embedder_is_made_once(specifications: ActiveSpecifications) -> None:
    made: list[str] = []

    def make(named: str) -> Embedder:
        made.append(named)
        return Compass()

    active = ActiveEmbedders(specifications, make)
    assert await active.of(ORGANISATION) is await active.of(ORGANISATION)
    assert made == ["embedded"]


async def test_one_that_could_not_be_made_is_tried_again(specifications: ActiveSpecifications) -> None:
    failures = [CredentialsError("no key")]

    def make(named: str) -> Embedder:
        if failures:
            raise failures.pop()
        return Compass(named)

    active = ActiveEmbedders(specifications, make)
    with pytest.raises(CredentialsError):
        await active.of(ORGANISATION)
    assert (await active.of(ORGANISATION)).model == "embedded"


async def test_an_organisation_without_a_specification_has_none(specifications: ActiveSpecifications) -> None:
    with pytest.raises(ConflictError, match="spec publish"):
        await ActiveEmbedders(specifications, Compass).of("another")


async def test_each_kind_and_its_vendor(database: Database) -> None:
    vendors = VendorStateRepository(database)
    make = embedders({"compatible": NOBODY}, Breakers(vendors))
    assert isinstance(make("embedded"), MiniLmEmbedder)
    assert isinstance(make("none"), NoEmbedder)
    with pytest.raises(InvalidInputError):
        make("abacus")
    remote = make("compatible:bge-m3")
    assert remote.model == "bge-m3"
    for _ in range(FAILURES):
        with pytest.raises(UnavailableError, match="cannot be reached"):
            await remote.embed(["one"])
    (state,) = await vendors.read()
    assert (state.vendor, state.answers) == ("compatible", False)
    with pytest.raises(UnavailableError) as refused:
        await remote.embed(["one"])
    assert refused.value.retry_after is not None


async def test_the_specification_is_read_where_its_version_is_active(
    specifications: ActiveSpecifications, database: Database
) -> None:
    await SpecRepository(database).publish(VERSION, b"", Calibration(), "test")
    assert (await ActiveEmbedders(specifications, Compass).of(ORGANISATION)).model == "embedded"
