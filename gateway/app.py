"""Composition root of the gateway."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute
from temporalio.client import Client

from answering.vectors import EmbedderOf
from gateway import pages, problems, webhooks
from gateway.api import (
    absences,
    approvals,
    audit,
    bulk_decisions,
    co_pilot,
    console_settings,
    conversation_files,
    conversations,
    explanation,
    figures,
    guarded_calls,
    health,
    inbox,
    journeys,
    keys,
    live,
    market,
    me,
    merging,
    people,
    rooms,
    sending,
    similar,
    specification,
    specification_files,
    specification_publishing,
    supervision,
    trust,
    vendors,
    working_together,
)
from gateway.chat import files, rating, sessions, socket
from gateway.console import sign_in
from gateway.desk import webhook as desk_webhook
from gateway.desk.running import open_desks
from gateway.media import MAX_FILE_BYTES
from gateway.metrics import MeasureRequests
from gateway.options import GatewayOptions
from gateway.security import BodyLimit, SecurityHeaders
from gateway.services import open_services
from gateway.telemetry import Telemetry, TraceRequests
from integrations.channels.base import Channel
from integrations.desk.base import Desk

DESCRIPTION = (
    "Customer service on Temporal: chat for customers, approvals and conversations for people. People sign in at "
    "/console/sign-in, and send what changes something with the header `X-CSRF-Token`, whose value GET /v1/me tells. "
    "Systems and programs send an API key as `Authorization: Bearer hf_…`; `holdfast keys create` makes one, and "
    "`make up` keeps its operator's in .holdfast/api_key."
)
ROUTED = (
    sessions,
    files,
    rating,
    socket,
    webhooks,
    bulk_decisions,
    desk_webhook,
    approvals,
    absences,
    guarded_calls,
    conversations,
    working_together,
    inbox,
    live,
    rooms,
    conversation_files,
    similar,
    figures,
    explanation,
    co_pilot,
    supervision,
    merging,
    journeys,
    specification,
    specification_files,
    specification_publishing,
    market,
    trust,
    sending,
    vendors,
    sign_in,
    me,
    people,
    keys,
    audit,
    console_settings,
    health,
)
MAX_BODY_BYTES = 256 * 1024
MAX_WEBHOOK_BYTES = 1024 * 1024
"""Vendors write letters beyond ASCII as six characters, and an edit in Slack has the text four times."""
MAX_DRAFT_BYTES = 6 * 1024 * 1024
"""Two million characters at most are accepted, many of which JSON writes as more than one byte."""
MULTIPART_OVERHEAD_BYTES = 16 * 1024


def create_app(
    options: GatewayOptions,
    *,
    temporal: Client | None = None,
    channels: Mapping[str, Channel] | None = None,
    telemetry: Telemetry | None = None,
    embedder_of: EmbedderOf | None = None,
    desks: Mapping[str, Desk] | None = None,
) -> FastAPI:
    """The gateway as an ASGI application; what is given of its neighbours replaces those that it would make itself."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_services(options, temporal, channels, telemetry, embedder_of) as services,
            open_desks(services, desks) as app.state.desks,
        ):
            app.state.services = services
            yield

    app = FastAPI(
        title="Holdfast API",
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    app.router.routes.extend(_routes())
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    pages.install(app)
    problems.install(app)
    app.add_middleware(BodyLimit, limit_bytes=_body_limit)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=options.widget_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
    )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(MeasureRequests)
    if telemetry:
        app.add_middleware(TraceRequests, tracer=telemetry.provider.get_tracer(__name__))
    return app


def _body_limit(path: str) -> int:
    if path.startswith("/webhooks/"):
        return MAX_WEBHOOK_BYTES
    if path in {"/v1/specification/draft", "/v1/specification/check"}:
        return MAX_DRAFT_BYTES
    return MAX_FILE_BYTES + MULTIPART_OVERHEAD_BYTES if path.endswith("/files") else MAX_BODY_BYTES


@cache
def _routes() -> list[BaseRoute]:
    """Of all modules. FastAPI works out a route at its first request, once for each time that it was included."""
    router = APIRouter()
    for module in ROUTED:
        router.include_router(module.router, responses=_problem_responses())
    return router.routes


def _problem_responses() -> dict[int | str, dict[str, Any]]:
    return {"default": {"model": problems.Problem, "description": "A problem (RFC 9457, application/problem+json)."}}


def _openapi(app: FastAPI) -> dict[str, Any]:
    """With the types of problems, which the page at /docs lists."""
    kinds = {name: {"status": status, "title": title} for name, (status, title) in problems.TITLES.items()}
    return FastAPI.openapi(app) | {"x-problems": kinds}
