"""`holdfast guarded`: calls of a company's own activities that wait for people."""

from typing import Annotated, Any

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.text import Text

from cli.formatting import since
from cli.gateway_client import Key, Url, body_of, gateway
from domain.errors import InvalidInputError
from domain.guarding.calls import CallState
from gateway.api.guarded_calls import AskCallDecision, CallDecisionAnswer, GuardedCallDetails
from storage.guarded_calls import GuardedCallView

app = typer.Typer(help="List, show and decide calls that wait.", no_args_is_help=True, add_completion=False)
console = Console(highlight=False)

CALLS: TypeAdapter[list[GuardedCallView]] = TypeAdapter(list[GuardedCallView])
EFFECTS = {
    "call": "Approved: the call is made.",
    "wait_for_more": "Noted. Another approver is needed before the call is made.",
    "reject": "Rejected: whoever called is told why.",
    "reassign": "Somebody else is asked now.",
}


@app.command("list")
def list_calls(
    state: Annotated[CallState | None, typer.Option(help="Only those in this state.")] = "waiting",
    every: Annotated[bool, typer.Option("--all", help="Whatever their state.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """What waits for people, the newest first."""
    wanted = None if every else state
    params = {"state": wanted} if wanted else {}
    calls = CALLS.validate_json(gateway(url, key).get("/v1/guarded-calls", **params))
    if not calls:
        console.print("No call waits for a decision." if wanted == "waiting" else "There are no such calls.")
    for one in calls:
        waits = since(one.requested_at, one.closed_at)
        console.print(Text.assemble((one.call_id, "bold"), f"  {one.state} · {waits} · {one.activity}"), soft_wrap=True)


@app.command()
def show(call_id: str, url: Url = None, key: Key = None) -> None:
    """What would be called with what, who may decide, and what was decided."""
    details = GuardedCallDetails.model_validate_json(gateway(url, key).get(f"/v1/guarded-calls/{call_id}"))
    for line in _lines(details):
        console.print(line, soft_wrap=True)


def _lines(details: GuardedCallDetails) -> list[Text]:
    call, approval = details.call, details.call.approval
    told = [Text(approval.text if approval else call.activity, style="bold"), Text(f"State: {call.state}")]
    if call.reason:
        told.append(Text(f"Reason: {call.reason}"))
    told.append(Text(f"Rule: {call.rule}"))
    if approval:
        needed = f"{len(approval.approved_by)} of {approval.approvers_needed} approved"
        told.append(Text(f"Who decides: {approval.assignee or approval.who}, {needed}"))
    told.append(Text(f"Digest: {call.digest}"))
    told += [
        Text(f"{one.decided_by}: {one.action}, {one.refused or one.reason or one.effect}") for one in details.decisions
    ]
    return told


@app.command()
def decide(
    call_id: str,
    approve: Annotated[bool, typer.Option("--approve", help="Have the call made as it is.")] = False,
    reject: Annotated[str | None, typer.Option(help="Refuse it, with this reason.")] = None,
    reassign: Annotated[str | None, typer.Option(help="Ask this person instead.")] = None,
    digest: Annotated[str | None, typer.Option(help="The digest that `show` printed.")] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Decide a call that waits."""
    body = body_of(AskCallDecision, digest=digest, **_action(approve, reject, reassign))
    answer = gateway(url, key).post(f"/v1/guarded-calls/{call_id}/decisions", body)
    told = CallDecisionAnswer.model_validate_json(answer.content)
    if told.state == "accepted":
        console.print("Kept. It counts as soon as a worker is there.", soft_wrap=True)
    else:
        console.print(EFFECTS.get(told.effect or "", f"Done: {told.effect}."), soft_wrap=True)


def _action(approve: bool, reject: str | None, reassign: str | None) -> dict[str, Any]:
    """Raises InvalidInputError unless exactly one is given."""
    given: list[dict[str, Any]] = [{"action": "approve"}] if approve else []
    given += [{"action": "reject", "reason": reject}] if reject is not None else []
    given += [{"action": "reassign", "assignee": reassign}] if reassign is not None else []
    if len(given) != 1:
        raise InvalidInputError("Give exactly one of --approve, --reject REASON and --reassign PERSON.")
    return given[0]
