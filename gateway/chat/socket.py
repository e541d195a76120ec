"""`WS /v1/chat/{conversation}`: the handshake, then a ChatConnection."""

from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends
from pydantic import TypeAdapter
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway.chat.connection import ChatConnection
from gateway.chat.frames import ErrorFrame, Hello
from gateway.chat.incoming import RefusedFrameError, parse, receive
from gateway.chat.transcript import ErasedConversationError
from gateway.problems import Problem, problem, respond
from gateway.services import Services, services_of
from gateway.tokens import BadTokenError, WrongConversationError

router = APIRouter()

HELLO: TypeAdapter[Hello] = TypeAdapter(Hello)
HELLO_WITHIN = timedelta(seconds=10)
CLOSE_BAD_HELLO = 4400
CLOSE_NOT_AUTHENTICATED = 4401
CLOSE_NO_SUCH_CONVERSATION = 4404
CLOSE_NO_HELLO = 4408


@router.websocket("/v1/chat/{conversation_id}")
async def chat(socket: WebSocket, conversation_id: str, services: Annotated[Services, Depends(services_of)]) -> None:
    """Accept, take the hello, serve. Refusals after the upgrade are an error frame and a close code."""
    if not _origin_allowed(socket, services.options.widget_origins):
        refusal = problem("forbidden", "This page may not embed the chat. Add its origin to the gateway's settings.")
        await socket.send_denial_response(respond(refusal))
        return
    await socket.accept()
    try:
        hello = await _hello(socket)
        if hello is not None:
            token = services.read_token(hello.token, conversation_id)
            await ChatConnection(socket, services, token).run(hello.last_seq)
    except TimeoutError:
        await _leave(socket, CLOSE_NO_HELLO, problem("invalid-input", "The first frame must be a hello, at once."))
    except RefusedFrameError as error:
        await _leave(socket, CLOSE_BAD_HELLO, error.problem)
    except (WrongConversationError, ErasedConversationError) as error:
        await _leave(socket, CLOSE_NO_SUCH_CONVERSATION, problem("not-found", str(error)))
    except BadTokenError as error:
        await _leave(socket, CLOSE_NOT_AUTHENTICATED, problem("not-authenticated", str(error)))
    except WebSocketDisconnect:
        return


async def _hello(socket: WebSocket) -> Hello | None:
    raw = await receive(socket, HELLO_WITHIN)
    return None if raw is None else parse(raw, HELLO)


async def _leave(socket: WebSocket, code: int, refusal: Problem) -> None:
    await socket.send_text(ErrorFrame(problem=refusal).model_dump_json(exclude_none=True))
    await socket.close(code, refusal.detail[:120])


def _origin_allowed(socket: WebSocket, origins: tuple[str, ...]) -> bool:
    """Browsers name the page's origin; our own pages and the configured ones may connect, and programs name none."""
    origin = socket.headers.get("origin")
    if origin is None or "*" in origins or origin in origins:
        return True
    return urlsplit(origin).netloc == socket.headers.get("host")
