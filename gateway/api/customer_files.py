"""`/v1/conversations/{id}/files`: what customers sent along, for the people who answer."""

from urllib.parse import quote

from fastapi import APIRouter, Response

from domain.errors import NotFoundError
from gateway.api.conversations import find_conversation
from gateway.api.requests import ServicesDependency
from gateway.auth import Viewer

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.get("/{conversation_id}/files/{attachment_id}", response_class=Response)
async def read_customer_file(
    conversation_id: str, attachment_id: str, caller: Viewer, services: ServicesDependency
) -> Response:
    """The bytes, always as a download: a customer's file is never shown as a page of ours."""
    found = await find_conversation(services, caller, conversation_id)
    stored = await services.store.attachments.get(found.conversation_id, attachment_id)
    if stored is None:
        raise NotFoundError("There is no such file in this conversation. GET /v1/conversations/{id} names them.")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(stored.attachment.name, safe='')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(stored.content, media_type=stored.attachment.media_type, headers=headers)
