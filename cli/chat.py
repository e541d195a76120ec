"""`holdfast chat`: the customer's side of a conversation in a terminal."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from cli.gateway_client import GatewayClient, GatewayError, api_key, body_of, gateway_url
from cli.terminal_chat import TerminalChat
from config.settings import local_settings
from gateway.chat.sessions import ChatSession, StartSession, VerifiedCustomer

console = Console()


def chat(
    conversation: Annotated[str | None, typer.Option(help="Resume this conversation.")] = None,
    email: Annotated[str | None, typer.Option(help="Speak as this verified customer.")] = None,
    url: Annotated[str | None, typer.Option(help="Address of the gateway. Default: the one of `make up`.")] = None,
    key: Annotated[str | None, typer.Option(help="API key, for --email. Default: the one of `make up`.")] = None,
) -> None:
    """Chat as a customer would. An empty line or Ctrl-D leaves; the conversation can be resumed."""
    settings = local_settings()
    address = gateway_url(settings, url)
    if conversation:
        session = _saved(settings.home, conversation)
    else:
        session = _start(GatewayClient(address, api_key(settings.home, key) if email else None), email)
        _save(settings.home, session)
    with suppress(KeyboardInterrupt):
        asyncio.run(TerminalChat(address, session, console).run())
    console.print(f"Resume with: holdfast chat --conversation {session.conversation_id}", style="dim")


def _start(gateway: GatewayClient, email: str | None) -> ChatSession:
    body = StartSession(customer=body_of(VerifiedCustomer, email=email) if email else None)
    return ChatSession.model_validate_json(gateway.post("/v1/chat/sessions", body).content)


def _file(home: Path, conversation_id: str) -> Path:
    return home / "chats" / f"{Path(conversation_id).name}.json"


def _save(home: Path, session: ChatSession) -> None:
    """The token is a secret: only its owner may read it."""
    path = _file(home, session.conversation_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(session.model_dump_json())


def _saved(home: Path, conversation_id: str) -> ChatSession:
    try:
        return ChatSession.model_validate_json(_file(home, conversation_id).read_text())
    except (OSError, ValidationError) as error:
        raise GatewayError(
            f"No conversation {conversation_id} was started from here. Start one with `holdfast chat`."
        ) from error
