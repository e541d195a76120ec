"""`holdfast spec test`: the scenarios of an organisation, played on the real decision path."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from answering.rehearsal import play
from cli.organisation_folder import organisation_folder
from cli.spec_options import FITTING, AsJson, Folder
from cli.specification_report import ValidationReport, shown
from config.settings import local_settings
from domain.errors import NotFoundError
from domain.quality.scenarios import CameOfStep, Scenario, ScenarioResult, StepResult
from domain.specification.findings import instead_of
from domain.specification.modes import Mode
from embedded.installation import embedder_of
from publishing.rehearsing import make_stage
from publishing.specification import LoadedOrganisation, SpecificationError, load_specification
from publishing.specification.mistakes import printable

console = Console(highlight=False)
Only = Annotated[list[str] | None, typer.Option("--only", metavar="ID", help="Play this scenario; may be repeated.")]


def play_scenarios(folder: Folder = None, only: Only = None, as_json: AsJson = False) -> None:
    """Play the organisation's scenarios, without a key, a network or a platform. Exit code 1 when one fails."""
    found = organisation_folder(local_settings(), folder)
    try:
        loaded = load_specification(found)
    except SpecificationError as error:
        _print_mistakes(error, found, as_json)
        raise typer.Exit(1) from error
    play_and_tell(loaded, found, chosen_of(loaded.scenarios, only or (), found), as_json=as_json)


def play_and_tell(loaded: LoadedOrganisation, found: Path, chosen: Sequence[Scenario], *, as_json: bool) -> None:
    """Play these scenarios and say how each came out. Raises typer.Exit with code 1 when one fails."""
    if not as_json and (told := nothing_decided(loaded)):
        console.print(Text(told, style="yellow"), soft_wrap=True)
    results = asyncio.run(_played(loaded, found, chosen, _silently if as_json else print_result))
    failed = sum(not result.passed for result in results)
    if as_json:
        typer.echo(json.dumps(as_data(loaded, results), indent=2, ensure_ascii=False))
    else:
        counted = f"{len(results)} scenario{'s' if len(results) != 1 else ''}"
        console.print(
            f"{counted}: {len(results) - failed} passed, {failed} failed.", style="red" if failed else "green"
        )
    if failed:
        raise typer.Exit(1)


def nothing_decided(loaded: LoadedOrganisation) -> str:
    """Why scenarios come to nothing, where they do."""
    specification = loaded.version.specification
    default = specification.ai_agent(specification.default_ai_agent)
    if default.mode is not Mode.CO_PILOT:
        return ""
    told = f"{default.id} is the default AI agent and in co_pilot, so people own every conversation from its beginning"
    return f"{told} and nothing is decided. To play scenarios, give it the mode supervision or delegation."


def _print_mistakes(error: SpecificationError, folder: Path, as_json: bool) -> None:
    """As `holdfast spec` tells them otherwise; nothing is played then."""
    if as_json:
        typer.echo(ValidationReport(mistakes=error.mistakes).as_json)
    else:
        Console(stderr=True, highlight=False).print(shown(error, folder), soft_wrap=True)


def chosen_of(scenarios: Sequence[Scenario], only: Sequence[str], folder: Path) -> Sequence[Scenario]:
    """Those of the ids, or all. Raises NotFoundError for an unknown id, and where there is no scenario."""
    if not scenarios:
        text = f"There is no scenario in {folder / 'scenarios'}: add a file such as scenarios/first.yaml."
        raise NotFoundError(f"{text} docs/guides/specification.md shows one.")
    known = [scenario.id for scenario in scenarios]
    for wanted in only:
        if wanted not in known:
            remedy = instead_of(wanted, known, f"Name one of the {len(known)} in {folder / 'scenarios'}.")
            raise NotFoundError(f"There is no scenario {wanted!r}. {remedy}")
    return [scenario for scenario in scenarios if not only or scenario.id in only]


async def _played(
    loaded: LoadedOrganisation, folder: Path, scenarios: Sequence[Scenario], tell: Callable[[ScenarioResult], None]
) -> list[ScenarioResult]:
    with Console(stderr=True).status(FITTING):
        stage = await make_stage(loaded, folder, embedder_of)
    results = list[ScenarioResult]()
    for scenario in scenarios:
        results.append(await play(stage, scenario))
        tell(results[-1])
    return results


def _silently(_: ScenarioResult) -> None:
    """For programs, which read everything at the end."""


def print_result(result: ScenarioResult) -> None:
    """A line, and for each step that came otherwise what was expected and what came."""
    mark = Text("passed", style="green") if result.passed else Text("FAILED", style="red")
    console.print(Text.assemble(mark, printable(f" {result.id}: {result.title}")), soft_wrap=True)
    for step in result.steps:
        if step.differences:
            _print_step(step)


def _print_step(step: StepResult) -> None:
    console.print(Text(printable(f"       step {step.number}: {step.what}")), soft_wrap=True)
    for difference in step.differences:
        console.print(Text(printable(f"         {difference}")), soft_wrap=True)
    console.print(Text(f"         {how_decided(step.came)}", style="dim"), soft_wrap=True)


def how_decided(came: CameOfStep) -> str:
    """One line, e.g. `decided: ask_approval (supervised), rule money: billing / refund, confidence 0.93`."""
    if came.refused:
        return f"refused: {came.refused}"
    if came.outcome is None:
        done = f"the decision came to {came.effect}" if came.effect else "nothing was decided"
        return f"{done}; the conversation is {came.status.value.replace('_', ' ')}"
    rule = f", rule {came.approval.rule}" if came.approval else ""
    about = f"{came.ai_agent} / {came.topic or 'no topic'}"
    return f"decided: {came.outcome} ({came.reason}){rule}: {about}, confidence {came.confidence:.2f}"


def as_data(loaded: LoadedOrganisation, results: Sequence[ScenarioResult]) -> dict[str, object]:
    """What `--json` prints."""
    return {
        "organisation": loaded.version.specification.organisation,
        "content_hash": loaded.version.content_hash,
        "passed": all(result.passed for result in results),
        "scenarios": [{**result.model_dump(mode="json"), "passed": result.passed} for result in results],
    }
