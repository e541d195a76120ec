"""`/v1/inbox` and `/v1/search`: the conversations that a person sees, and what is found by words."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from domain.conversation.inbox import (
    COUNTED_AT_MOST,
    COUNTED_BY_WORDS,
    Asking,
    InboxCounts,
    InboxRow,
    InboxRules,
    Patience,
    View,
    cursor_of,
    patience_of,
    position_of,
    rules_of,
)
from domain.conversation.messages import ConversationId
from domain.conversation.ownership import Status
from domain.model import Frozen
from domain.specification.organisation import ChannelKind
from gateway.api.requests import ServicesDependency
from gateway.auth import Caller, Viewer
from gateway.colleagues import teammates
from gateway.services import Services
from storage.searching import SearchHit

router = APIRouter(prefix="/v1", tags=["inbox"])

MAX_ROWS = 100
MAX_SEARCHED_CHARACTERS = 200
Searched = Annotated[str, Query(min_length=1, max_length=MAX_SEARCHED_CHARACTERS)]


class InboxAnswer(Frozen):
    """A page of a view."""

    rows: tuple[InboxRow, ...]
    next_cursor: str | None = Field(description="For the page after this one; null when this is the last.")
    total: int = Field(
        description=f"How many fit; {COUNTED_AT_MOST} means so many or more. So does {COUNTED_BY_WORDS} where "
        "`text` has words that stand nearly everywhere."
    )


class SearchAnswer(Frozen):
    """What was found, the latest first."""

    hits: tuple[SearchHit, ...]


@router.get("/inbox")
async def show_inbox(
    caller: Viewer,
    services: ServicesDependency,
    view: View = "all",
    channel: Annotated[ChannelKind | None, Query(max_length=64)] = None,
    status: Status | None = None,
    ai_agent: Annotated[str | None, Query(max_length=64)] = None,
    text: Annotated[str | None, Query(max_length=MAX_SEARCHED_CHARACTERS)] = None,
    only: Annotated[
        list[ConversationId] | None, Query(max_length=MAX_ROWS, description="Of these conversations.")
    ] = None,
    cursor: Annotated[str | None, Query(max_length=400, description="next_cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS)] = 50,
) -> InboxAnswer:
    """Conversations changed last first; those at risk of their deadline with the one that waits longest first.

    `mine`: you own it, or are asked for its approval. `team`: people of your teams own it, or nobody yet. `approval`: a
    draft waits. `ai`: an AI agent owns it. `risk`: a deadline is over or comes within half an hour. Without `all`, only
    what is not resolved, unless `status=resolved` asks for it.
    """
    now = services.now()
    specification = await services.specifications.of(caller.organisation)
    rules = rules_of(specification)
    asking = Asking(
        organisation=caller.organisation,
        person_id=caller.person.id,
        view=view,
        colleagues=teammates(specification, caller.person.id),
        channel=channel,
        status=status,
        ai_agent=ai_agent,
        text=text or None,
        found=await _found(services, caller, text),
        only=tuple(only or ()),
    )
    patience = await _patience(services, caller, rules) if view == "risk" else None
    after = position_of(cursor) if cursor else None
    page, total = await asyncio.gather(
        services.store.inbox_rows.page(asking, patience, after, limit + 1),
        services.store.inbox_rows.count(asking, patience),
    )
    shown = page[:limit]
    rows = await services.store.inbox_rows.rows([one.id for one in shown], caller.person.id, now)
    return InboxAnswer(
        rows=tuple(row.judged(rules, now) for row in rows),
        next_cursor=cursor_of(shown[-1]) if len(page) > limit else None,
        total=total,
    )


@router.get("/inbox/counts")
async def count_inbox(caller: Viewer, services: ServicesDependency) -> InboxCounts:
    """How many conversations each view has; 10000 means so many or more."""
    specification = await services.specifications.of(caller.organisation)
    asking = Asking(
        organisation=caller.organisation,
        person_id=caller.person.id,
        colleagues=teammates(specification, caller.person.id),
    )
    return await services.store.inbox_rows.counts(asking, await _patience(services, caller, rules_of(specification)))


@router.get("/search")
async def search(
    caller: Viewer, services: ServicesDependency, text: Searched, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> SearchAnswer:
    """Messages, notes and names of customers in which all words, or longer ones, occur; the latest first."""
    return SearchAnswer(hits=tuple(await services.store.searching.search(caller.organisation, text, limit)))


async def _found(services: Services, caller: Caller, text: str | None) -> tuple[str, ...] | None:
    if not text:
        return None
    found = await services.store.searching.matching(caller.organisation, text)
    return None if found is None else tuple(found)


async def _patience(services: Services, caller: Caller, rules: InboxRules) -> Patience:
    climbed = await services.store.inbox_rows.climbed(caller.organisation)
    return patience_of(climbed, rules, services.now())
