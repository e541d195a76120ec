"""What every embedder promises, over the registry; remote ones behind the official client and a real socket."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest
from pydantic import SecretStr

from domain.errors import (
    CredentialsError,
    HoldfastError,
    InvalidInputError,
    ModelOutputError,
    RateLimitedError,
    UnavailableError,
)
from integrations.embeddings.base import Embedder, KnownVectors
from integrations.embeddings.registry import EMBEDDERS, embedder
from integrations.llm.provider import ModelAccess
from sandbox.openai import API_KEY, OpenAiStandIn
from sandbox.scripted_model import AnyScriptEntry, Fails, SendsBody
from sandbox.serving import serving
from tests.openai_description import problems

pytestmark = pytest.mark.integrations

REMOTE = ("openai", "compatible")
NAME = "text-embedding-3-small"
ODD_TEXTS = ["", "\n", "?!", "🙂" * 9_000, "x" * 20_000, "\x00\ud800", "ß" * 300]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[OpenAiStandIn, str]]:
    stand_in = OpenAiStandIn()
    with serving(stand_in.app()) as address:
        yield stand_in, f"{address}/v1"


@pytest.fixture
def stand_in(served: tuple[OpenAiStandIn, str]) -> OpenAiStandIn:
    served[0].reset()
    return served[0]


def made(kind: str, url: str, key: str = API_KEY, name: str = NAME) -> Embedder:
    named = f"{kind}:{name}" if kind in REMOTE else kind
    return embedder(named, {kind: ModelAccess(api_key=SecretStr(key), base_url=url)})


@pytest.fixture(params=sorted(EMBEDDERS))
def any_embedder(
    request: pytest.FixtureRequest, stand_in: OpenAiStandIn, served: tuple[OpenAiStandIn, str]
) -> Embedder:
    return made(request.param, served[1])


@pytest.fixture(params=REMOTE)
def remote(request: pytest.FixtureRequest, stand_in: OpenAiStandIn, served: tuple[OpenAiStandIn, str]) -> Embedder:
    return made(request.param, served[1])


class TestEveryEmbedder:
    async def test_one_row_for_each_text_in_order(self, any_embedder: Embedder) -> None:
        together = await any_embedder.embed(["reset my password", "a refund please", "reset my password"])
        alone = await any_embedder.embed(["a refund please"])
        assert together.dtype == np.float32
        assert len(together) == 3
        assert together[1] == pytest.approx(alone[0], abs=1e-5)
        assert together[0] == pytest.approx(together[2], abs=1e-5)

    async def test_vectors_have_unit_length_or_no_dimensions(self, any_embedder: Embedder) -> None:
        vectors = await any_embedder.embed(["reset my password", *ODD_TEXTS])
        lengths = np.linalg.norm(vectors, axis=1)
        assert lengths == pytest.approx(np.full(len(vectors), 1.0 if any_embedder.model else 0.0), abs=1e-5)

    async def test_no_text_has_no_row(self, any_embedder: Embedder) -> None:
        assert len(await any_embedder.embed([])) == 0

    async def test_many_at_once(self, any_embedder: Embedder) -> None:
        texts = [f"message {number}" for number in range(20)]
        alone = await asyncio.gather(*(any_embedder.embed([text]) for text in texts))
        together = await any_embedder.embed(texts)
        assert np.concatenate(alone) == pytest.approx(together, abs=1e-5)


class TestTheEmbeddedOne:
    async def test_texts_of_like_meaning_are_near(self) -> None:
        texts = ["How do I change my password?", "I want new login credentials", "Where is the train station?"]
        mine, like, unlike = await embedder("embedded", {}).embed(texts)
        assert mine @ like > 0.4 > mine @ unlike

    async def test_only_the_beginning_is_read(self) -> None:
        long = "password " * 2_000
        first, second = await embedder("embedded", {}).embed([long, f"{long} train station"])
        assert first.tolist() == second.tolist()

    async def test_the_event_loop_goes_on_meanwhile(self) -> None:
        embedding = asyncio.create_task(embedder("embedded", {}).embed(["a long message " * 50] * 20))
        turns = 0
        while not embedding.done():
            await asyncio.sleep(0)
            turns += 1
        assert turns > 1


class TestRemoteOnes:
    async def test_requests_are_as_the_vendor_describes_them(self, remote: Embedder, stand_in: OpenAiStandIn) -> None:
        await remote.embed(["", "a refund please"])
        assert problems("CreateEmbeddingRequest", stand_in.requests[-1]) == []

    async def test_more_texts_than_fit_in_one_request(self, remote: Embedder, stand_in: OpenAiStandIn) -> None:
        vectors = await remote.embed([f"message {number}" for number in range(600)])
        assert len(vectors) == 600
        assert len(stand_in.requests) == 3

    @pytest.mark.parametrize(
        ("step", "error"),
        [
            (Fails(status=500), UnavailableError),
            (Fails(status=429, headers={"retry-after": "3"}), RateLimitedError),
            (Fails(status=401), CredentialsError),
            (Fails(status=404, code="model_not_found"), InvalidInputError),
            (SendsBody(body="<html>sign in</html>", media_type="text/html"), ModelOutputError),
            (SendsBody(body='{"data": null}'), ModelOutputError),
            (SendsBody(body='{"object": "list", "data": []}'), ModelOutputError),
            (SendsBody(body='{"data": [{"index": 0, "embedding": ["a"]}]}'), ModelOutputError),
            (SendsBody(body='{"data": [{"index": 0, "embedding": null}]}'), ModelOutputError),
        ],
    )
    async def test_failures_are_ours_and_hold_no_text(
        self, remote: Embedder, stand_in: OpenAiStandIn, step: AnyScriptEntry, error: type[HoldfastError]
    ) -> None:
        stand_in.queue(step)
        with pytest.raises(error) as raised:
            await remote.embed(["my secret is 4711"])
        assert "4711" not in str(raised.value)
        assert raised.value.__cause__ is None

    @pytest.mark.parametrize("kind", REMOTE)
    async def test_an_address_where_nobody_answers(self, kind: str) -> None:
        with pytest.raises(UnavailableError, match="cannot be reached"):
            await made(kind, "http://127.0.0.1:9/v1").embed(["hello"])

    def test_what_is_missing_is_named(self) -> None:
        with pytest.raises(CredentialsError, match="OPENAI_API_KEY"):
            embedder(f"openai:{NAME}", {})
        with pytest.raises(InvalidInputError, match="HOLDFAST_COMPATIBLE_BASE_URL"):
            embedder("compatible:bge-m3", {})


def test_an_unknown_kind_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidInputError, match="embedded"):
        embedder("crystal_ball", {})


async def test_known_vectors_are_given_back_and_others_refused() -> None:
    vector = np.array([1.0, 0.0], dtype=np.float32)
    known = KnownVectors("some-model", {"a": vector})
    assert (await known.embed(["a", "a"])).tolist() == [[1.0, 0.0], [1.0, 0.0]]
    assert known.model == "some-model"
    with pytest.raises(UnavailableError):
        await known.embed(["b"])
