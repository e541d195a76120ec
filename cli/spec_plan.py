"""`holdfast spec plan` and `apply`: what publishing would change, and publishing exactly that."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.database import with_database
from cli.organisation_folder import organisation_folder
from cli.spec_options import OPERATOR, AsJson, By, Folder, for_the_record
from cli.spec_versions import change_as_data, counted, print_changes
from config.settings import local_settings
from domain.conversation.redeciding import Redecided
from domain.conversation.turn import Decision
from domain.specification.publications import SHORT
from embedded.installation import installation
from publishing.planning import Plan, apply_plan, make_plan, read_plan
from publishing.specification import load_specification
from storage.database import Database

console = Console(highlight=False)
SHOWN = 20


def plan(
    folder: Folder = None,
    conversations: Annotated[int, typer.Option(min=0, help="How many of the last ones are decided again.")] = 500,
    out: Annotated[Path | None, typer.Option(help="Keep the plan in this file, for `holdfast spec apply`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what publishing would change, and which recorded turns would be decided differently."""
    found = organisation_folder(local_settings(), folder)
    loaded = load_specification(found)

    async def make(database: Database) -> Plan:
        return await make_plan(database, loaded, found, conversations, installation())

    planned = asyncio.run(with_database(make))
    if as_json:
        typer.echo(json.dumps(plan_as_data(planned), indent=2, ensure_ascii=False))
    else:
        print_plan(console, planned)
    if out:
        out.write_text(planned.publication.model_dump_json(indent=2) + "\n", encoding="utf-8")
        if not as_json:
            console.print(f"Kept in {out}. Publish exactly this with `holdfast spec apply {out}`.", soft_wrap=True)


def apply(
    file: Annotated[Path, typer.Argument(help="What `holdfast spec plan --out` has written.")],
    by: By = OPERATOR,
    reason: Annotated[str, typer.Option(help="Why, for the record.", callback=for_the_record)] = "",
) -> None:
    """Publish exactly what was planned; not when anything has changed since, or somebody else has published."""
    publication = read_plan(file)
    loaded = load_specification(organisation_folder(local_settings(), Path(publication.folder)))

    async def publish(database: Database) -> str:
        with console.status("Fitting topics and confidence to the organisation's examples …"):
            return await apply_plan(database, publication, loaded, installation(), by, reason)

    published = asyncio.run(with_database(publish))[:SHORT]
    follow = f"new conversations of {publication.organisation} follow it."
    console.print(f"Published {published}, as it was planned: {follow}", soft_wrap=True)


def print_plan(console: Console, plan: Plan) -> None:
    """The changes, the warnings, and the turns: counted, and the first of those that change."""
    base, planned = plan.publication.base[:SHORT], plan.publication.planned[:SHORT]
    console.print(f"{plan.publication.organisation}: {base} → {planned}: {counted(plan.changes)}", soft_wrap=True)
    print_changes(console, plan.changes)
    for warning in plan.warnings:
        console.print(Text(f"Warning: {warning}", style="yellow"), soft_wrap=True)
    _print_redecided(console, plan.redecided)


def _print_redecided(console: Console, found: Redecided) -> None:
    decided = f"Of {found.turns} recorded turns {found.unchanged} would be decided as now,"
    console.print(
        f"{decided} {len(found.changed)} differently; of {len(found.unknown)} nobody can know.", soft_wrap=True
    )
    for kind, count in found.kinds.items():
        console.print(f"  {count:>6}  {kind}", soft_wrap=True)
    for reason, count in found.reasons.items():
        console.print(f"  {count:>6}  unknown: {reason}", soft_wrap=True)
    if found.changed:
        console.print(_table(found))
        console.print("Open one with `holdfast conversations show CONVERSATION`; --json lists all.", soft_wrap=True)


def _table(found: Redecided) -> Table:
    table = Table("conversation", "turn", "AI agent / topic", "now", "then", title=None)
    for one in found.changed[:SHOWN]:
        about = f"{one.ai_agent} / {one.topic or 'no topic'}"
        table.add_row(one.conversation_id, str(one.turn), about, _words(one.before), _words(one.after))
    if len(found.changed) > SHOWN:
        table.add_row(f"… and {len(found.changed) - SHOWN} more", "", "", "", "")
    return table


def _words(decision: Decision) -> str:
    reviewed = f", reviewed: {decision.review}" if decision.review else ""
    return f"{decision.outcome} ({decision.reason}){reviewed}"


def plan_as_data(plan: Plan) -> dict[str, object]:
    """The plan, with a sentence for each change, and the turns counted."""
    found = plan.redecided
    counts = {"unchanged": found.unchanged, "kinds": found.kinds, "reasons": found.reasons}
    return {
        **plan.model_dump(mode="json"),
        "changes": [change_as_data(change) for change in plan.changes],
        "redecided": found.model_dump(mode="json") | counts,
    }
