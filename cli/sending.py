"""`holdfast sending`: the switch that stops everything automatic."""

from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from cli.gateway_client import Key, Url, body_of, gateway
from domain.delivery.sending import SendingStanding
from gateway.api.sending import AskResume, AskStop

app = typer.Typer(help="Stop and resume automatic sending.", no_args_is_help=True, add_completion=False)
console = Console(highlight=False)


@app.command()
def status(url: Url = None, key: Key = None) -> None:
    """Say whether automatic sending is stopped, by whom and why."""
    _show(SendingStanding.model_validate_json(gateway(url, key).get("/v1/sending")))


@app.command()
def stop(
    reason: Annotated[str, typer.Option(help="Why, for the record and for everybody who wonders.")],
    url: Url = None,
    key: Key = None,
) -> None:
    """Stop everything that leaves without a person; what people write and approve still leaves."""
    answer = gateway(url, key).post("/v1/sending/stop", body_of(AskStop, reason=reason))
    _show(SendingStanding.model_validate_json(answer.content))


@app.command()
def resume(
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "", url: Url = None, key: Key = None
) -> None:
    """Let new turns be automatic again; what waits for approval goes on waiting."""
    answer = gateway(url, key).post("/v1/sending/resume", body_of(AskResume, reason=reason))
    _show(SendingStanding.model_validate_json(answer.content))


def _show(standing: SendingStanding) -> None:
    for line in lines(standing):
        console.print(line, soft_wrap=True)


def lines(standing: SendingStanding) -> list[Text]:
    """What there is to know of the switch."""
    stopped = Text("Automatic sending is stopped.", style="bold red")
    told = [stopped if standing.stopped else Text("Automatic sending is on.", style="green")]
    if standing.by and standing.at:
        turned = "Stopped" if standing.stopped else "Resumed"
        told.append(Text(f"{turned} by {standing.by} ({standing.via}) at {standing.at:%Y-%m-%d %H:%M:%S} UTC"))
    if standing.reason:
        told.append(Text(f"Reason: {standing.reason}"))
    if standing.leaving:
        told.append(Text(f"{standing.leaving} automatic messages may be leaving at this moment; no other one begins."))
    return told
