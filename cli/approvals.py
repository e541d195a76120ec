"""`holdfast approvals`: what waits for people, decided from a terminal."""

from collections.abc import Iterator
from typing import Annotated, Literal

import typer
from pydantic import TypeAdapter
from pydantic_core import to_json
from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from cli.formatting import acknowledged, listed, since, suggested
from cli.gateway_client import Key, Url, body_of, gateway
from gateway.api.approvals import ApprovalDetails, AskDecision, DecisionAnswer
from gateway.api.conversations import AskHandBack, AskTakeOver
from storage.views import ApprovalState, ApprovalView

app = typer.Typer(help="List, show and decide what waits for people.", no_args_is_help=True, add_completion=False)
console = Console()

APPROVALS: TypeAdapter[list[ApprovalView]] = TypeAdapter(list[ApprovalView])
EFFECTS = {
    "send": "The reply has been sent.",
    "wait_for_more": "Noted. Another approver is needed before it is sent.",
    "reapprove_edit": "Noted. Your text waits for another person's approval.",
    "redraft": "The draft was rejected; the AI agent writes a new one with your reason.",
    "take_over": "The conversation is yours.",
    "reassign": "Somebody else is asked now.",
}
NONE: dict[ApprovalState | None, str] = {None: "There are no approvals.", "open": "Nothing waits for a decision."}


@app.command("list")
def list_approvals(
    state: Annotated[ApprovalState | None, typer.Option(help="Only those in this state.")] = "open",
    every: Annotated[bool, typer.Option("--all", help="Whatever their state.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """What waits for people, the newest first."""
    wanted = None if every else state
    params = {"state": wanted} if wanted else {}
    approvals = APPROVALS.validate_json(gateway(url, key).get("/v1/approvals", **params))
    if not approvals:
        console.print(NONE.get(wanted, f"No approval is {wanted}."))
        return
    for view in approvals:
        console.print(_line(view), _draft(view), sep="\n", no_wrap=True, overflow="ellipsis", crop=True)


def _line(view: ApprovalView) -> Text:
    waits = since(view.requested_at, view.closed_at)
    why, sure = view.approval.reason.replace("_", " "), _percent(view.confidence)
    beside = (view.state, waits, why, sure, *(f"for {one.person}" for one in view.suggested[:1]))
    return Text.assemble((view.approval.approval_id, "bold"), f"  {' · '.join(beside)}")


def _draft(view: ApprovalView) -> Text:
    """The beginning of what would be sent."""
    return Text(f"  {substance(view.approval.text)}", style="dim")


def substance(text: str) -> str:
    """The longest paragraph on one line: neither the greeting before it nor the sources after it tell a draft apart."""
    return " ".join(max(text.split("\n\n"), key=len).split())


@app.command()
def show(approval_id: str, url: Url = None, key: Key = None) -> None:
    """The draft with what is done first, its sources and evidence, what was said before, and who may decide."""
    details = ApprovalDetails.model_validate_json(gateway(url, key).get(f"/v1/approvals/{approval_id}"))
    console.print(Group(*_parts(details)))


def _parts(details: ApprovalDetails) -> Iterator[RenderableType]:
    view, approval = details.approval, details.approval.approval
    for message in details.messages:
        yield Text.assemble((f"{message.author.value}  ", "bold"), message.text)
    yield Panel(Markdown(approval.text), title=f"Draft of {approval.ai_agent}", title_align="left", padding=(1, 2))
    for action in approval.actions:
        yield Text.assemble(
            ("first does  ", "bold"), f"{action.server}.{action.tool} ", to_json(action.arguments).decode()
        )
    for citation in view.citations:
        yield Text.assemble(("source  ", "bold"), citation.title, (f"  {citation.quote}", "dim"))
    yield listed(_facts(view))
    for decision in details.decisions:
        told = decision.refused or decision.reason or decision.effect
        yield Text(f"{decision.decided_at:%Y-%m-%d %H:%M} {decision.decided_by}: {decision.action}, {told}")


def _facts(view: ApprovalView) -> Iterator[tuple[str, str]]:
    approval, evidence = view.approval, view.evidence
    yield "State", view.state if view.closed_by is None else f"{view.state} by {view.closed_by}"
    yield "Waits" if view.closed_at is None else "Waited", since(view.requested_at, view.closed_at)
    yield "Conversation", view.conversation_id
    yield "Why asked", approval.reason
    if view.chosen_because:
        yield "Why this AI agent", view.chosen_because
    yield "Confidence", _percent(view.confidence)
    yield "Topic", f"{evidence.topic or 'unknown'} ({_percent(evidence.topic_confidence)})"
    yield "Retrieval", f"{_percent(evidence.retrieval)}, lead {_percent(evidence.retrieval_margin)}"
    yield "Grounded", _percent(evidence.grounding)
    yield "Missing", ", ".join(evidence.missing_sources) or "nothing"
    yield "Rule", f"{approval.rule}: {approval.approvers_needed} of {approval.who}"
    yield "Approved so far", ", ".join(approval.approved_by) or "nobody yet"
    yield "Assigned to", approval.assignee or "nobody in particular"
    yield from suggested(view.suggested)
    yield "Ladder", f"{approval.rungs_done} reminders so far"
    if approval.leaves_at:
        yield "Leaves by itself", f"{approval.leaves_at:%Y-%m-%d %H:%M} UTC, unless somebody decides before"
    yield "Digest", approval.digest


@app.command()
def decide(
    approval_id: str,
    approve: Annotated[bool, typer.Option("--approve", help="Send the draft as it is.")] = False,
    edit: Annotated[str | None, typer.Option(metavar="TEXT", help="Send this text instead.")] = None,
    reject: Annotated[str | None, typer.Option(metavar="REASON", help="Have it redrafted, with your reason.")] = None,
    take_over: Annotated[bool, typer.Option("--take-over", help="Answer the customer yourself.")] = False,
    reassign: Annotated[str | None, typer.Option(metavar="PERSON", help="Have somebody else asked.")] = None,
    digest: Annotated[
        str | None, typer.Option(help="Of what you saw: another text or action is then not approved.")
    ] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Decide one approval. The first valid decision wins; 1 is the exit code when yours was not it."""
    chosen: dict[Literal["approve", "edit", "reject", "take_over", "reassign"], bool] = {
        "approve": approve,
        "edit": edit is not None,
        "reject": reject is not None,
        "take_over": take_over,
        "reassign": reassign is not None,
    }
    actions = [action for action, given in chosen.items() if given]
    if len(actions) != 1:
        raise typer.BadParameter("Give exactly one of --approve, --edit, --reject, --take-over, --reassign.")
    body = body_of(AskDecision, action=actions[0], text=edit, reason=reject or "", assignee=reassign, digest=digest)
    response = gateway(url, key).post(f"/v1/approvals/{approval_id}/decisions", body)
    answer = DecisionAnswer.model_validate_json(response.content)
    if answer.state == "accepted":
        console.print(f"Accepted as {answer.request_id}. No worker is there: it counts as soon as one is.")
        return
    console.print(EFFECTS.get(answer.effect or "", "Done."))


@app.command("take-over")
def take_over_conversation(
    conversation_id: str,
    note: Annotated[str, typer.Option(help="For your colleagues.")] = "",
    url: Url = None,
    key: Key = None,
) -> None:
    """Become the owner of a conversation: the AI agent says nothing more."""
    body = body_of(AskTakeOver, note=note)
    response = gateway(url, key).post(f"/v1/conversations/{conversation_id}/take-over", body)
    acknowledged(console, response.content, "The conversation is yours.")


@app.command("hand-back")
def hand_back_conversation(
    conversation_id: str,
    instruction: Annotated[str, typer.Option(help="What the AI agent should know or do next.")] = "",
    url: Url = None,
    key: Key = None,
) -> None:
    """Return a conversation to the AI agent."""
    body = body_of(AskHandBack, instruction=instruction)
    response = gateway(url, key).post(f"/v1/conversations/{conversation_id}/hand-back", body)
    acknowledged(console, response.content, "The AI agent has the conversation again.")


def _percent(share: float | None) -> str:
    return "not scored" if share is None else f"{share:.0%}"
