"""`/v1/conversations/{id}/files`: what customers and the people who answer send along."""

from fastapi import APIRouter, Response, UploadFile

from domain.conversation.messages import Attachment
from domain.errors import ConflictError, NotFoundError
from gateway.api.conversations import find_conversation, require_files_go, require_open
from gateway.api.requests import ServicesDependency
from gateway.auth import HumanAgent, Viewer
from gateway.files import accepted, as_download
from gateway.media import MAX_FILES_PER_CONVERSATION

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


@router.get("/{conversation_id}/files/{attachment_id}", response_class=Response)
async def read_file_of_conversation(
    conversation_id: str, attachment_id: str, caller: Viewer, services: ServicesDependency
) -> Response:
    """The bytes, always as a download."""
    found = await find_conversation(services, caller, conversation_id)
    stored = await services.store.attachments.get(found.conversation_id, attachment_id)
    if stored is None:
        raise NotFoundError("There is no such file in this conversation. GET /v1/conversations/{id} names them.")
    return as_download(stored.attachment.name, stored.attachment.media_type, stored.content)


@router.post("/{conversation_id}/files", status_code=201)
async def keep_file(
    conversation_id: str, caller: HumanAgent, services: ServicesDependency, file: UploadFile
) -> Attachment:
    """Keep one file for a reply of yours: images, PDF, plain text and CSV up to 5 MiB; the bytes decide."""
    found = await find_conversation(services, caller, conversation_id)
    require_open(found)
    await require_files_go(services, found)
    name, media_type, content = await accepted(file)
    if await services.store.attachments.count(conversation_id, by_people=True) >= MAX_FILES_PER_CONVERSATION:
        raise ConflictError(f"At most {MAX_FILES_PER_CONVERSATION} files can be sent in a conversation.")
    return await services.store.attachments.save(
        conversation_id, name=name, media_type=media_type, content=content, person_id=caller.person.id
    )
