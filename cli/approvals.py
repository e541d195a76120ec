"""`holdfast approvals`: what waits for people, decided from a terminal."""

from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic import TypeAdapter
from pydantic_core import to_json
from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.text import Text

from cli import assigning
from cli.formatting import acknowledged, listed, since, suggested
from cli.gateway_client import Key, Url, body_of, gateway
from domain.conversation.requests import DecisionAction
from gateway.api.approvals import ApprovalDetails, AskDecision, DecisionAnswer, LikeApproval
from gateway.api.conversations import AskHandBack, AskTakeOver
from storage.views import ApprovalState, ApprovalView

app = typer.Typer(help="List, show and decide what waits for people.", no_args_is_help=True, add_completion=False)
app.command("reassign")(assigning.reassign)
app.command("away")(assigning.away)
app.command("back")(assigning.back)
app.command("absent")(assigning.absent)
console = Console()

LIKE: TypeAdapter[list[LikeApproval]] = TypeAdapter(list[LikeApproval])
APPROVALS: TypeAdapter[list[ApprovalView]] = TypeAdapter(list[ApprovalView])
EFFECTS = {
    "send": "The reply has been sent.",
    "wait_for_more": "Noted. Another approver is needed before it is sent.",
    "reapprove_edit": "Noted. Your text waits for another person's approval.",
    "redraft": "The draft was rejected; the AI agent writes a new one with your reason.",
    "take_over": "The conversation is yours.",
    "answer": "The draft was dropped, the conversation is yours, and your answer is on its way.",
    "snooze": "Its reminders wait. It can be decided all the same.",
    "revoke": "Called back: nothing was sent, and the draft waits for a decision again.",
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
        by = f"{decision.decided_by} by {decision.via}" if decision.via else decision.decided_by
        yield Text(f"{decision.decided_at:%Y-%m-%d %H:%M} {by}: {decision.action}, {told}")


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
    if approval.limits and approval.amount is not None:
        limits = ", ".join(f"{one.role} up to {one.amount_up_to:f}" for one in approval.limits)
        yield "Limits", f"{approval.amount:f}; {limits}"
    if approval.snoozed:
        yield "Snoozed", f"until {approval.snoozed.until:%Y-%m-%d %H:%M} UTC; it can be decided all the same"
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
    answer: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Send this as your own answer, and take the conversation over.")
    ] = None,
    reassign: Annotated[str | None, typer.Option(metavar="PERSON", help="Have somebody else asked.")] = None,
    give_back: Annotated[bool, typer.Option("--give-back", help="Have its group asked again.")] = False,
    snooze: Annotated[
        str | None, typer.Option(metavar="UNTIL", help="Let its reminders wait: 2026-12-01T09:00+01:00.")
    ] = None,
    revoke: Annotated[bool, typer.Option("--revoke", help="Call back what was approved and has not left.")] = False,
    digest: Annotated[
        str | None, typer.Option(help="Of what you saw: another text or action is then not approved.")
    ] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Decide one approval. The first valid decision wins; 1 is the exit code when yours was not it."""
    chosen: dict[DecisionAction, bool] = {
        "approve": approve,
        "edit": edit is not None,
        "reject": reject is not None,
        "take_over": take_over,
        "answer": answer is not None,
        "reassign": reassign is not None,
        "give_back": give_back,
        "snooze": snooze is not None,
        "revoke": revoke,
    }
    actions = [action for action, given in chosen.items() if given]
    if len(actions) != 1:
        named = ", ".join(f"--{action.replace('_', '-')}" for action in chosen)
        raise typer.BadParameter(f"Give exactly one of {named}.")
    body = body_of(
        AskDecision,
        action=actions[0],
        text=edit if answer is None else answer,
        reason=reject or "",
        assignee=reassign,
        until=snooze,
        digest=digest,
    )
    response = gateway(url, key).post(f"/v1/approvals/{approval_id}/decisions", body)
    decided = DecisionAnswer.model_validate_json(response.content)
    if decided.state == "accepted":
        console.print(f"Accepted as {decided.request_id}. No worker is there: it counts as soon as one is.")
        return
    console.print(EFFECTS.get(decided.effect or "", "Done."))


@app.command()
def like(approval_id: str, url: Url = None, key: Key = None) -> None:
    """Open ones like this one, the most alike first."""
    found = LIKE.validate_json(gateway(url, key).get(f"/v1/approvals/{approval_id}/like"))
    if not found:
        console.print("No other that is open is like it.")
    for view in found:
        console.print(_line(view), _draft(view), sep="\n", no_wrap=True, overflow="ellipsis", crop=True)


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
