"""`holdfast journeys`: who is on which journey, and what people ask of it, from a terminal."""

from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.formatting import acknowledged, entry, since
from cli.gateway_client import Key, Url, body_of, gateway
from domain.journeys.funnel import StepFunnel
from gateway.api.journeys import AskConfirm, AskEnter, AskEvent, AskSkip, JourneyDetails
from gateway.api.requests import Ask
from storage.journeys import JourneyView, StepView

app = typer.Typer(help="List, show, enter and steer journeys.", no_args_is_help=True, add_completion=False)
console = Console()

JOURNEYS: TypeAdapter[list[JourneyView]] = TypeAdapter(list[JourneyView])
FUNNEL: TypeAdapter[list[StepFunnel]] = TypeAdapter(list[StepFunnel])
Run = Annotated[str, typer.Argument(help="As `holdfast journeys list` shows it.")]
Step = Annotated[str, typer.Argument(help="As `holdfast journeys show` names it, such as `tour`.")]


@app.command("list")
def list_journeys(
    journey: Annotated[str | None, typer.Option(help="Only this one.")] = None,
    conversation: Annotated[str | None, typer.Option(help="Only of this conversation.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Who is on which journey, the newest first."""
    named = {"journey": journey, "conversation_id": conversation}
    params = {name: value for name, value in named.items() if value} | {"under_way": not every}
    found = JOURNEYS.validate_json(gateway(url, key).get("/v1/journeys", **params))
    if not found:
        console.print("Nobody is on a journey." if not every else "No journey has begun yet.")
    for view in found:
        facts = (view.journey, stands(view), since(view.began_at, view.ended_at))
        console.print(entry(view.run_id, facts, f"{view.conversation_id} · entered by {view.entered_by}"))


@app.command()
def show(run_id: Run, url: Url = None, key: Key = None) -> None:
    """Where a journey stands: each step with its owner, what became of it, and how long it took."""
    details = JourneyDetails.model_validate_json(gateway(url, key).get(f"/v1/journeys/{run_id}"))
    view = details.journey
    console.print(Text.assemble((view.journey, "bold"), f"  {stands(view)} · {view.conversation_id}"))
    for step in details.steps:
        console.print(_line(step))


def stands(view: JourneyView) -> str:
    """In words, such as `under way` or `left: merged`."""
    return view.state.replace("_", " ") + (f": {view.reason}" if view.reason else "")


def _line(step: StepView) -> Text:
    became = (step.outcome or "under way").replace("_", " ")
    again = f" ({step.visit}.)" if step.visit > 1 else ""
    return Text.assemble(
        (f"{step.began_at:%Y-%m-%d %H:%M} {step.step}{again}  ", "bold"),
        f"{step.kind} · {step.owner} · {became} · {since(step.began_at, step.ended_at)}",
    )


@app.command()
def enter(
    conversation_id: str,
    journey: Annotated[str, typer.Argument(help="Id of the journey.")],
    url: Url = None,
    key: Key = None,
) -> None:
    """Begin a journey with the customer of a conversation."""
    path, body = f"/v1/conversations/{conversation_id}/journeys", body_of(AskEnter, journey=journey)
    acknowledged(console, gateway(url, key).post(path, body).content, "The journey has begun.")


@app.command()
def pause(run_id: Run, url: Url = None, key: Key = None) -> None:
    """Let it stand still: nothing more is said."""
    _ask(run_id, "pause", body_of(Ask), "The journey is paused.", url, key)


@app.command()
def resume(run_id: Run, url: Url = None, key: Key = None) -> None:
    """Let it go on, and try again what failed."""
    _ask(run_id, "resume", body_of(Ask), "The journey goes on.", url, key)


@app.command()
def skip(run_id: Run, step: Step, url: Url = None, key: Key = None) -> None:
    """Go on behind a step without it."""
    _ask(run_id, "skip", body_of(AskSkip, step=step), "The journey goes on behind this step.", url, key)


@app.command()
def leave(run_id: Run, url: Url = None, key: Key = None) -> None:
    """End it where it stands."""
    _ask(run_id, "leave", body_of(Ask), "The journey has ended.", url, key)


@app.command()
def event(
    run_id: Run,
    name: Annotated[str, typer.Argument(help="As steps name it.")],
    url: Url = None,
    key: Key = None,
) -> None:
    """Say that something happened which a step may wait for."""
    _ask(run_id, "events", body_of(AskEvent, event=name), "The journey knows it.", url, key)


@app.command()
def confirm(
    run_id: Run,
    step: Step,
    note: Annotated[str, typer.Option(help="For your colleagues.")] = "",
    url: Url = None,
    key: Key = None,
) -> None:
    """Confirm a check-in, or that a promise was kept."""
    _ask(run_id, "confirm", body_of(AskConfirm, step=step, note=note), "Confirmed.", url, key)


@app.command()
def funnel(
    journey: Annotated[str, typer.Argument(help="Id of the journey.")],
    days: Annotated[int, typer.Option(min=1, max=3660, help="Of journeys that began in so many days.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
    url: Url = None,
    key: Key = None,
) -> None:
    """Step by step: how many came, what became of them, who dropped off, and how long it took."""
    answer = gateway(url, key).get(f"/v1/journeys/funnel/{journey}", days=days)
    if as_json:
        typer.echo(answer.decode())
        return
    steps = FUNNEL.validate_json(answer)
    console.print(_table(steps) if steps else f"Nobody began the journey {journey} in the last {days} days.")


def _table(steps: list[StepFunnel]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("step", "owner"):
        table.add_column(name, overflow="fold")
    for name in ("came", "done", "open", "skipped", "in vain", "dropped", "median"):
        table.add_column(name, justify="right", no_wrap=True)
    for step in steps:
        counts = (step.came, step.done, step.under_way, step.skipped, step.came_to_nothing)
        left = f"{step.dropped_off} ({step.drop_off:.0%})"
        table.add_row(step.step, step.owner, *map(str, counts), left, duration(step.median_seconds))
    return table


def duration(seconds: float | None) -> str:
    """In the largest unit that says enough; `-` where there is none."""
    if seconds is None:
        return "-"
    for size, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _ask(run_id: str, verb: str, body: Ask, done: str, url: str | None, key: str | None) -> None:
    acknowledged(console, gateway(url, key).post(f"/v1/journeys/{run_id}/{verb}", body).content, done)
