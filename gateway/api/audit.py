"""`/v1/audit`: everything that happened in the organisation."""

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api.requests import MAX_ID, Moment, ServicesDependency
from gateway.auth import Auditor
from storage.audit import AuditFilter
from storage.views import AuditEvent

router = APIRouter(prefix="/v1/audit", tags=["people"])


@router.get("")
async def list_audit(
    caller: Auditor,
    services: ServicesDependency,
    kind: Annotated[str | None, Query(max_length=100)] = None,
    actor: Annotated[str | None, Query(max_length=200, description="A person's id, or what acted by itself.")] = None,
    conversation_id: Annotated[str | None, Query(max_length=200)] = None,
    since: Moment | None = None,
    until: Moment | None = None,
    before: Annotated[
        int | None, Query(ge=1, le=MAX_ID, description="event_id of the last one of the page before.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[AuditEvent]:
    """The newest first. Events carry references and numbers, never what somebody said."""
    wanted = AuditFilter(
        kind=kind, actor=actor, conversation_id=conversation_id, since=since, until=until, before=before
    )
    return await services.store.audit.of_organisation(caller.organisation, wanted, limit)
