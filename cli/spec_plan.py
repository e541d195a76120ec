"""`holdfast spec plan` and `apply`: what publishing would change, and publishing exactly that."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from cli.database import with_database
from cli.organisation_folder import organisation_folder
from cli.spec_options import FITTING, OPERATOR, AsJson, By, Folder, for_the_record
from cli.spec_versions import change_as_data, counted, print_changes
from config.settings import local_settings
from domain.conversation.asking_again import Answers
from domain.conversation.redeciding import Redecided
from domain.conversation.turn import Decision
from domain.specification.publications import SHORT
from embedded.installation import installation
from publishing.asking import Sample
from publishing.edits import PlannedErasing
from publishing.planning import Asking, Plan, apply_plan, make_plan, read_plan
from publishing.specification import load_specification
from storage.database import Database
from workers.composition import model_factory

console = Console(highlight=False)
SHOWN = 20


def plan(
    folder: Folder = None,
    conversations: Annotated[int, typer.Option(min=0, help="How many of the last ones are decided again.")] = 500,
    ask: Annotated[
        int,
        typer.Option(
            min=0, help="Let the models answer so many of the turns anew of which nobody can know; nothing is sent."
        ),
    ] = 0,
    times: Annotated[int, typer.Option(min=1, help="How often each of these is asked.")] = 3,
    out: Annotated[Path | None, typer.Option(help="Keep the plan in this file, for `holdfast spec apply`.")] = None,
    as_json: AsJson = False,
) -> None:
    """Tell what publishing would change, and which recorded turns would be decided differently."""
    found = organisation_folder(local_settings(), folder)
    loaded = load_specification(found)
    asking = Asking(Sample(ask, times), model_factory(local_settings())) if ask else None

    async def make(database: Database) -> Plan:
        return await make_plan(database, loaded, found, conversations, installation(), asking)

    with Console(stderr=True).status("Deciding recorded turns again …"):
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
        with console.status(FITTING):
            return await apply_plan(database, publication, loaded, installation(), by, reason, "cli")

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
    if plan.erasing:
        _print_erasing(console, plan.erasing)
    _print_redecided(console, plan.redecided)
    if plan.erased_turns:
        console.print(f"  {plan.erased_turns:>6}  more are left out: their conversations were erased", soft_wrap=True)
    if plan.answers:
        _print_answers(console, plan.answers)


def _print_erasing(console: Console, erasing: PlannedErasing) -> None:
    due = f" {erasing.due} conversations are over for longer: they go in the night after it is published, for good."
    told = erasing.sentence + (due if erasing.due else "")
    console.print(Text(told, style="yellow" if erasing.due else ""), soft_wrap=True)


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


def _print_answers(console: Console, answers: Answers) -> None:
    passed = answers.passed
    told = (
        f"Asked again {answers.times} times each: {passed.count} of {passed.n} turns are decided as they were each time"
    )
    console.print(
        f"{told} (pass^{answers.times} {passed.share:.2f}, {passed.low:.2f} to {passed.high:.2f}).", soft_wrap=True
    )
    if answers.left_out:
        left_out = f"{answers.left_out} could not be asked: their AI agent has tools, or their messages are gone."
        console.print(left_out, soft_wrap=True)
    if answers.instructed:
        instructed = f"{answers.instructed} were not asked: a journey instructed the AI agent, and no customer asked."
        console.print(instructed, soft_wrap=True)
    differing = [turn for turn in answers.turns if not turn.passes]
    if differing:
        table = Table(_whole_id(), "turn", "then", "now")
        for one in differing[:SHOWN]:
            after = Counter(_words(decision) for decision in one.after).most_common()
            told = ", ".join(f"{count} × {words}" for words, count in after)
            table.add_row(one.conversation_id, str(one.turn), _words(one.before), told)
        if len(differing) > SHOWN:
            table.add_row(f"… and {len(differing) - SHOWN} more", "", "", "")
        console.print(table)


def _table(found: Redecided) -> Table:
    table = Table(_whole_id(), "turn", "AI agent / topic", "now", "then", title=None)
    for one in found.changed[:SHOWN]:
        about = f"{one.ai_agent} / {one.topic or 'no topic'}"
        table.add_row(one.conversation_id, str(one.turn), about, _words(one.before), _words(one.after))
    if len(found.changed) > SHOWN:
        table.add_row(f"… and {len(found.changed) - SHOWN} more", "", "", "", "")
    return table


def _whole_id() -> Column:
    """Never cut off in a narrow terminal, because it is typed into the next command."""
    return Column("conversation", no_wrap=True, overflow="fold")


def _words(decision: Decision) -> str:
    reviewed = f", reviewed: {decision.review}" if decision.review else ""
    ruled = f", rule {decision.rule}" if decision.rule else ""
    return f"{decision.outcome} ({decision.reason}{ruled}){reviewed}"


def plan_as_data(plan: Plan) -> dict[str, object]:
    """The plan, with a sentence for each change, and the turns counted."""
    found = plan.redecided
    counts = {"unchanged": found.unchanged, "kinds": found.kinds, "reasons": found.reasons}
    return {
        **plan.model_dump(mode="json"),
        "changes": [change_as_data(change) for change in plan.changes],
        "redecided": found.model_dump(mode="json") | counts,
        "answers": _answers_as_data(plan.answers) if plan.answers else None,
    }


def _answers_as_data(answers: Answers) -> dict[str, object]:
    return answers.model_dump(mode="json") | {"passed": answers.passed.model_dump(mode="json")}
