"""`holdfast conversations`: list conversations, show one, answer it and resolve it, from a terminal."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from time import monotonic, sleep
from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console, Group, RenderableType
from rich.text import Text

from cli.explanation import explanation_lines
from cli.formatting import acknowledged, entry, listed, since, suggested
from cli.gateway_client import Key, Url, body_of, gateway
from cli.similar_conversations import similar_lines
from cli.watching import happened
from domain.conversation.explanation import Explanation
from domain.conversation.messages import Author
from domain.conversation.ownership import Status
from domain.conversation.similar import DEFAULT_SIMILAR, MAX_SIMILAR, SimilarConversations
from domain.specification.languages import writes_in
from gateway.api.conversations import AskReply, AskResolve, ConversationDetails
from storage.views import ApprovalView, ConversationView

app = typer.Typer(help="List, show, answer and resolve conversations.", no_args_is_help=True, add_completion=False)
console = Console()

LOOK_SECONDS = 1.0
APPROVALS: TypeAdapter[list[ApprovalView]] = TypeAdapter(list[ApprovalView])
CONVERSATIONS: TypeAdapter[list[ConversationView]] = TypeAdapter(list[ConversationView])


@app.command("list")
def list_conversations(
    status: Annotated[Status | None, typer.Option(help="Only those that stand so.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 50,
    url: Url = None,
    key: Key = None,
) -> None:
    """Where conversations stand, those changed last first. `--status with_human` is what people have to answer."""
    params = {"limit": limit} | ({"status": status.value} if status else {})
    conversations = CONVERSATIONS.validate_json(gateway(url, key).get("/v1/conversations", **params))
    if not conversations:
        console.print(f"No conversation is {status.value}." if status else "There is no conversation yet.")
        return
    for view in conversations:
        why = (view.escalation_reason or "").replace("_", " ")
        erased = "erased" if view.is_erased else ""
        suggested = (f"for {one.person}" for one in view.suggested[:1])
        stands = (view.status.value, why, *suggested, erased, since(view.updated_at))
        console.print(entry(view.conversation_id, stands, f"{view.owner} · {view.channel}"))


@app.command()
def show(conversation_id: str, url: Url = None, key: Key = None) -> None:
    """What was said, what colleagues noted, where it stands, and what the AI agent would have said."""
    details = ConversationDetails.model_validate_json(gateway(url, key).get(f"/v1/conversations/{conversation_id}"))
    console.print(Group(*_parts(details)))


@app.command()
def watch(
    conversation_id: str,
    seconds: Annotated[float | None, typer.Option("--for", min=0, help="End after so many seconds.")] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Follow a conversation as it happens, drafts and their approvals included, until Ctrl-C.

    `holdfast approvals` stops a draft that waits; `reply` takes the conversation over.
    """
    client, told, ends = gateway(url, key), set[str](), None if seconds is None else monotonic() + seconds
    with suppress(KeyboardInterrupt):
        while True:
            details = ConversationDetails.model_validate_json(client.get(f"/v1/conversations/{conversation_id}"))
            approvals = APPROVALS.validate_json(client.get("/v1/approvals", state="open", limit=200))
            for one in happened(details, approvals):
                if one.key not in told:
                    console.print(one.line, soft_wrap=True)
                    told.add(one.key)
            if ends is not None and monotonic() >= ends:
                return
            sleep(LOOK_SECONDS)


def _parts(details: ConversationDetails) -> Iterator[RenderableType]:
    view = details.conversation
    if view.erased_at:
        yield Text(_erased(view.erased_at), style="yellow")
    for message in details.messages:
        who = message.author_id or message.author.value
        yield Text.assemble((f"{message.at:%Y-%m-%d %H:%M} {who}  ", "bold"), message.text)
        for file in message.attachments:
            yield Text(f"file: {file.name}, {file.media_type}, {file.size_bytes:,} bytes", style="dim")
    for delivery in details.deliveries:
        if delivery.state != "delivered" or delivery.report:
            told = " ".join(filter(None, (delivery.report, delivery.report_code))) or delivery.state
            yield Text.assemble((f"{delivery.message_key} on {delivery.channel}  ", "bold"), told, style="dim")
    for note in details.notes:
        yield Text.assemble((f"{note.at:%Y-%m-%d %H:%M} note of {note.author_id}  ", "bold"), note.text, style="dim")
    if unsent := _unsent(details):
        yield Text.assemble(("draft that was not sent  ", "bold"), unsent, style="dim")
    language = details.customer_language
    yield listed(
        [
            ("Status", view.status.value),
            ("Owner", str(view.owner)),
            ("Why a person", (view.escalation_reason or "nobody asked for one").replace("_", " ")),
            *suggested(view.suggested),
            *[("Why this AI agent", turn.draft.chosen_because) for turn in details.turns[-1:] if turn.draft.chosen_by],
            *([("Customer", writes_in(language))] if language else []),
            ("Mode", view.mode.value),
            ("Channel", view.channel),
        ]
    )


def _erased(at: datetime) -> str:
    return f"Erased on {at:%Y-%m-%d} by retention: what was said until then, and who said it, is gone for good."


def _unsent(details: ConversationDetails) -> str:
    """The text of the last draft where it has not left and a message of the customer still waits; else nothing."""
    answered = details.conversation.answered_seq
    waits = any(message.author is Author.CUSTOMER and message.seq > answered for message in details.messages)
    drafts = [turn.draft for turn in details.turns[-1:] if waits]
    sent = {message.draft_id for message in details.messages}
    return next((draft.text for draft in drafts if draft.draft_id not in sent), "")


@app.command()
def similar(
    conversation_id: str,
    limit: Annotated[int, typer.Option(min=1, max=MAX_SIMILAR, help="How many at most.")] = DEFAULT_SIMILAR,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """How the like was answered before: resolved conversations whose customers asked for much the same."""
    path = f"/v1/conversations/{conversation_id}/similar"
    found = SimilarConversations.model_validate_json(gateway(url, key).get(path, limit=limit))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        console.print(Group(*similar_lines(found)))


@app.command()
def explain(
    conversation_id: str,
    seq: Annotated[int, typer.Argument(min=1, help="The message's number in the transcript.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Why a message left: what it answers and rests on, what people decided, what lowered the confidence."""
    path = f"/v1/conversations/{conversation_id}/messages/{seq}/explanation"
    found = Explanation.model_validate_json(gateway(url, key).get(path))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        console.print(Group(*explanation_lines(found)))


@app.command()
def reply(
    conversation_id: str,
    text: Annotated[str, typer.Argument(help="What the customer reads.")],
    url: Url = None,
    key: Key = None,
) -> None:
    """Answer the customer yourself; takes the conversation over when the AI agent owns it."""
    response = gateway(url, key).post(f"/v1/conversations/{conversation_id}/replies", body_of(AskReply, text=text))
    acknowledged(console, response.content, "Your answer is on its way.")


@app.command()
def resolve(
    conversation_id: str,
    note: Annotated[str, typer.Option(help="For your colleagues.")] = "",
    url: Url = None,
    key: Key = None,
) -> None:
    """Say that it is done; a later message of the customer reopens it."""
    response = gateway(url, key).post(f"/v1/conversations/{conversation_id}/resolve", body_of(AskResolve, note=note))
    acknowledged(console, response.content, "The conversation is resolved.")
