"""`holdfast approvals reassign`, `away`, `back` and `absent`: who is asked, and who is not there."""

from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console

from cli.formatting import entry
from cli.gateway_client import Key, Url, body_of, gateway
from domain.approvals.absence import Absence
from domain.errors import ConflictError
from gateway.api.absences import AskAway, AwayAnswer, BackAnswer
from gateway.api.bulk_decisions import AskReassignment, OneAnswer

console = Console()
ANSWERS: TypeAdapter[list[OneAnswer]] = TypeAdapter(list[OneAnswer])
ABSENCES: TypeAdapter[list[Absence]] = TypeAdapter(list[Absence])
Until = Annotated[str, typer.Option(help="A time with its zone, such as 2026-12-07T08:00+01:00.")]


def reassign(
    to: Annotated[str, typer.Option(metavar="PERSON", help="Who is asked instead.")],
    approval_ids: Annotated[list[str] | None, typer.Argument(help="Which approvals; or give --from.")] = None,
    from_person: Annotated[
        str | None, typer.Option("--from", metavar="PERSON", help="All that waits for this person.")
    ] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Have somebody else asked, about one, several, or all that waits for a person."""
    ids = tuple(approval_ids) if approval_ids else None
    body = body_of(AskReassignment, assignee=to, from_person=from_person, approval_ids=ids)
    answers = ANSWERS.validate_json(gateway(url, key).post("/v1/approvals/reassign", body).content)
    _print(answers, f"{to} is asked now.")


def away(
    person: str,
    until: Until,
    deputy: Annotated[str | None, typer.Option(metavar="PERSON", help="Who is asked instead.")] = None,
    url: Url = None,
    key: Key = None,
) -> None:
    """Say that a person is not there: what waits for them goes to the deputy, or back to its group."""
    body = body_of(AskAway, until=until, deputy=deputy)
    answer = AwayAnswer.model_validate_json(gateway(url, key).put(f"/v1/people/{person}/away", body).content)
    console.print(f"{person} is away until {answer.absence.until:%Y-%m-%d %H:%M %Z}.")
    if answer.moved:
        _print(answer.moved, f"{deputy or 'its group'} is asked now.")


def back(person: str, url: Url = None, key: Key = None) -> None:
    """Say that a person is there again."""
    answer = BackAnswer.model_validate_json(gateway(url, key).delete(f"/v1/people/{person}/away").content)
    console.print(f"{person} is back." if answer.was_away else f"{person} was not away.")


def absent(url: Url = None, key: Key = None) -> None:
    """Who is away now."""
    absences = ABSENCES.validate_json(gateway(url, key).get("/v1/absences"))
    if not absences:
        console.print("Nobody is away.")
    for one in absences:
        instead = f"{one.deputy} stands in" if one.deputy else ""
        console.print(
            f"{one.person_id}  " + " · ".join(filter(None, (f"until {one.until:%Y-%m-%d %H:%M %Z}", instead)))
        )


def _print(answers: list[OneAnswer] | tuple[OneAnswer, ...], done: str) -> None:
    """Raises ConflictError where one of them came to nothing, so that the exit code says so."""
    if not answers:
        console.print("Nothing waits for this person.")
    for one in answers:
        told = (
            one.problem.detail if one.problem else done if one.state == "applied" else "Kept until a worker is there."
        )
        console.print(entry(one.approval_id, (one.state,), told), end="")
        console.print()
    refused = sum(one.state == "refused" for one in answers)
    if refused:
        raise ConflictError(f"{refused} of {len(answers)} came to nothing.")
