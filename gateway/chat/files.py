"""`/v1/chat/{conversation}/files`: what a customer attaches."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response, Security, UploadFile
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from domain.conversation.messages import Attachment
from domain.errors import ConflictError, NotFoundError
from gateway.chat.transcript import ErasedConversationError
from gateway.files import accepted, as_download
from gateway.media import MAX_FILES_PER_CONVERSATION
from gateway.problems import not_authenticated, too_many_requests
from gateway.services import Services, services_of
from gateway.tokens import BadTokenError

router = APIRouter(prefix="/v1/chat/{conversation_id}/files", tags=["chat"])

_bearer = HTTPBearer(auto_error=False, scheme_name="Chat token", description="The token of the chat session.")
ServicesDependency = Annotated[Services, Depends(services_of)]


async def conversation_of_token(
    conversation_id: str,
    services: ServicesDependency,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> str:
    """The conversation that the caller's token opens."""
    if credentials is None:
        raise not_authenticated("A chat token is needed: send `Authorization: Bearer <token of the session>`.")
    try:
        return services.read_token(credentials.credentials, conversation_id).conversation_id
    except BadTokenError as error:
        raise not_authenticated(str(error)) from error


Conversation = Annotated[str, Depends(conversation_of_token)]


@router.post("", status_code=201)
async def upload_file(conversation: Conversation, services: ServicesDependency, file: UploadFile) -> Attachment:
    """Keep one file, to be named in a message: images, PDF, plain text and CSV up to 5 MiB; the bytes decide."""
    wait = services.message_limit.wait_seconds(conversation)
    if wait:
        raise too_many_requests("Too many files at once. Wait a moment.", retry_after_seconds=wait)
    known = await services.store.conversations.get(conversation)
    if known and known.is_erased:
        raise ConflictError(str(ErasedConversationError()))
    name, media_type, content = await accepted(file)
    if await services.store.attachments.count(conversation) >= MAX_FILES_PER_CONVERSATION:
        raise ConflictError(f"A conversation takes at most {MAX_FILES_PER_CONVERSATION} files.")
    return await services.store.attachments.save(conversation, name=name, media_type=media_type, content=content)


@router.get("/{attachment_id}", response_class=Response)
async def download_file(conversation: Conversation, attachment_id: str, services: ServicesDependency) -> Response:
    """The bytes, always as a download; a colleague's who answers, too."""
    stored = await services.store.attachments.get(conversation, attachment_id)
    if stored is None:
        raise NotFoundError("There is no such file in this conversation.")
    return as_download(stored.attachment.name, stored.attachment.media_type, stored.content)
