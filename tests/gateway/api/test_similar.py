"""`GET /v1/conversations/{id}/similar`, through the real application."""

import asyncio
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from temporalio.client import Client

from domain.conversation.confidence import Calibration
from domain.specification.organisation import ModelSpec
from gateway.app import create_app
from gateway.options import GatewayOptions
from integrations.embeddings.base import Embedder
from storage.database import Database
from storage.specs import SpecRepository
from tests.compass import Compass
from tests.gateway.conftest import ORGANISATION, Gateway, serving
from tests.organisation import VERSION
from tests.storage.resolved import opened, resolved
from tests.storage.stage import Stage

ASKS = "cv_asks_now"
NAMED: list[str] = []


def compass(named: str) -> Embedder:
    NAMED.append(named)
    return Compass()


@pytest.fixture
async def similar(options: GatewayOptions, database: Database, temporal_client: Client) -> AsyncIterator[Gateway]:
    """A gateway whose embedding model is a compass, and a customer who asks for the north."""
    NAMED.clear()
    await opened(Stage(database), ASKS, "0 degrees")
    app = create_app(options, temporal=temporal_client, embedder_of=compass)
    async with serving(app) as url, httpx.AsyncClient(base_url=url, timeout=30) as http:
        yield Gateway(url, options, http, database, temporal_client)


async def look(gateway: Gateway, conversation_id: str = ASKS, role: str = "viewer", **params: Any) -> httpx.Response:
    path = f"/v1/conversations/{conversation_id}/similar"
    return await gateway.http.get(path, headers=await gateway.key(role), params=params)


async def publish(database: Database, embedder: str) -> None:
    model = ModelSpec(embedder=embedder)
    version = VERSION.model_copy(update={"specification": VERSION.specification.model_copy(update={"model": model})})
    await SpecRepository(database).publish(version, b"", Calibration(), "test")


async def test_a_person_sees_how_the_like_was_answered(similar: Gateway) -> None:
    stage = Stage(similar.database)
    await resolved(stage, "cv_near_by", "20 degrees", answer="Go straight on.")
    await resolved(stage, "cv_far_off", "90 degrees")
    found = (await look(similar)).json()
    (one,) = found.pop("conversations")
    assert found == {"model": "compass", "compared": 2, "not_compared_yet": 0}
    assert one.pop("resolved_at")
    assert one == {
        "conversation_id": "cv_near_by",
        "likeness": pytest.approx(0.9397, abs=1e-4),
        "channel": "web_chat",
        "resolved_by": "silence",
        "topic": "delivery",
        "question": "20 degrees",
        "answer": "Go straight on.",
        "answered_by": "ai_agent",
        "answered_by_id": "service",
        "rating": None,
    }
    assert [VERSION.specification.model.embedder] == NAMED


async def test_five_are_shown_or_as_many_as_asked_for(similar: Gateway) -> None:
    for number in range(7):
        await resolved(Stage(similar.database), f"cv_past_{number}", f"{number} degrees")
    assert len((await look(similar)).json()["conversations"]) == 5
    two = (await look(similar, limit=2)).json()["conversations"]
    assert [one["conversation_id"] for one in two] == ["cv_past_0", "cv_past_1"]


@pytest.mark.parametrize("limit", ["0", "21", "-1", "many", ""])
async def test_a_limit_out_of_range_is_told(similar: Gateway, limit: str) -> None:
    answer = await look(similar, limit=limit)
    assert answer.status_code == 422
    assert "limit" in answer.json()["detail"]


async def test_no_model_is_an_answer_of_its_own(similar: Gateway) -> None:
    """With the real registry behind it, as the specification in use names none."""
    await publish(similar.database, "none")
    app = create_app(similar.options, temporal=similar.temporal)
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await look(Gateway(url, similar.options, http, similar.database, similar.temporal))
    assert answer.status_code == 409
    assert "names no embedding model" in answer.json()["detail"]


async def test_the_model_is_that_of_the_version_in_use(similar: Gateway) -> None:
    await look(similar)
    await publish(similar.database, "compatible:bge-m3")
    await look(similar)
    await look(similar)
    assert NAMED == ["embedded", "compatible:bge-m3"]


async def test_a_key_that_is_missing_is_named(similar: Gateway) -> None:
    await publish(similar.database, "openai:text-embedding-3-small")
    app = create_app(similar.options, temporal=similar.temporal)
    async with serving(app) as url, httpx.AsyncClient(base_url=url) as http:
        answer = await look(Gateway(url, similar.options, http, similar.database, similar.temporal))
    assert (answer.status_code, "OPENAI_API_KEY" in answer.json()["detail"]) == (500, True)


async def test_nothing_written_is_told(similar: Gateway) -> None:
    await opened(Stage(similar.database), "cv_silent")
    answer = await look(similar, "cv_silent")
    assert (answer.status_code, "written nothing" in answer.json()["detail"]) == (409, True)


async def test_where_nothing_is_published_that_is_told(similar: Gateway) -> None:
    await similar.database.fetchval("UPDATE spec_versions SET active = false")
    answer = await look(similar)
    assert (answer.status_code, "spec publish" in answer.json()["detail"]) == (409, True)


@pytest.mark.parametrize("wrong", ["cv_nothing", "%00", "a'b", "x" * 500])
async def test_an_unknown_id_is_not_found(similar: Gateway, wrong: str) -> None:
    assert (await look(similar, wrong)).status_code == 404


async def test_who_may_not_read_the_conversation_sees_nothing_like_it(similar: Gateway) -> None:
    await resolved(Stage(similar.database), "cv_near_by", "0 too", answer="Secret")
    path = f"/v1/conversations/{ASKS}/similar"
    for headers, status in (
        ({}, 401),
        ({"Authorization": "Bearer hf_wrong"}, 401),
        (await similar.key("integration"), 403),
        (await similar.key("admin", organisation="another"), 404),
    ):
        answer = await similar.http.get(path, headers=headers)
        assert answer.status_code == status
        assert "Secret" not in answer.text


async def test_no_conversation_of_another_organisation_is_shown(similar: Gateway) -> None:
    stage = Stage(similar.database)
    await resolved(stage, "cv_of_others", "0 as well", organisation="another", answer="Secret")
    answer = await look(similar)
    assert (answer.json()["compared"], answer.json()["conversations"]) == (0, [])
    assert "Secret" not in answer.text


async def test_the_gateway_loads_no_model_before_it_is_asked() -> None:
    """In a process of its own: the model's runtime comes with the first look, not with the application."""
    asked = "import sys, gateway.app; print(sorted({'onnxruntime', 'openai', 'tokenizers'} & set(sys.modules)))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", asked, stdout=asyncio.subprocess.PIPE)
    told, _ = await process.communicate()
    assert told.decode().strip() == "[]"


async def test_the_embedded_model_answers_while_the_gateway_serves(gateway: Gateway) -> None:
    stage = Stage(gateway.database)
    await opened(stage, ASKS, "I forgot my password and cannot sign in")
    await resolved(
        stage, "cv_password", "How can I reset the password of my account?", answer="Choose Forgot password."
    )
    await resolved(stage, "cv_saddle", "My saddle came with a scratch")
    found, health = await asyncio.gather(look(gateway), gateway.http.get("/healthz"))
    assert health.status_code == 200
    assert [one["conversation_id"] for one in found.json()["conversations"]] == ["cv_password"]
    assert ORGANISATION not in found.text
