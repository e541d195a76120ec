"""A specification edited as texts: planned and published as a folder is, without its customers."""

import asyncio
from functools import partial

from publishing.edits import Done, EditPlan, PlanEdit, PlannedChange, PublishEdit, RollBack
from publishing.planning import Plan, make_plan
from publishing.publication import Installation, described, duplicate_warnings, labelled_in, publisher_of
from publishing.publisher import Proposal
from publishing.rollback import roll_back
from publishing.sources import as_folder
from publishing.specification.checking import load_own
from storage.database import Database
from storage.specs import SpecRepository

MOST_SHOWN = 100
"""Turns that are listed one by one."""


async def plan_edit(database: Database, installation: Installation, edit: PlanEdit) -> EditPlan:
    """Raises SpecificationError for mistakes, and ConflictError when another version than the base is active."""
    await SpecRepository(database).require_active(edit.organisation, edit.base)
    with as_folder(edit.organisation, edit.files) as folder:
        loaded = await asyncio.to_thread(load_own, folder)
        plan = await make_plan(database, loaded, folder, edit.conversations, installation)
    return _shown(plan, tuple(await duplicate_warnings(loaded.version, installation.embedder_of)))


async def publish_edit(database: Database, installation: Installation, edit: PublishEdit) -> Done:
    """Publish edited files; the customers stay as they are.

    Raises SpecificationError for mistakes, and ConflictError when another version than the base is active by then, or
    when it would not be what was planned.
    """
    with as_folder(edit.organisation, edit.files) as folder:
        loaded = await asyncio.to_thread(load_own, folder)
        labelled = labelled_in(folder)
    publisher = publisher_of(database, installation)
    proposal = Proposal(
        await described(loaded.version, installation.tools),
        labelled,
        partial(publisher.contexts, edit.organisation, labelled),
        replaces=edit.base,
        exactly=edit.exactly,
        files=edit.files,
    )
    return Done(content_hash=(await publisher.publish(proposal, edit.by, edit.reason, edit.via)).spec_hash)


async def undo(database: Database, installation: Installation, asked: RollBack) -> Done:
    """Raises as `roll_back` does."""
    specs, embedder_of = SpecRepository(database), installation.embedder_of
    content_hash = await roll_back(
        specs, asked.organisation, asked.version, asked.by, asked.reason, embedder_of, via=asked.via
    )
    return Done(content_hash=content_hash)


def _shown(plan: Plan, alike: tuple[str, ...]) -> EditPlan:
    found = plan.redecided
    return EditPlan(
        base=plan.publication.base,
        planned=plan.publication.planned,
        changes=tuple(PlannedChange(**change.model_dump()) for change in plan.changes),
        warnings=plan.warnings,
        alike=tuple(sentence.removeprefix("Warning: ") for sentence in alike),
        turns=found.turns,
        unchanged=found.unchanged,
        changed=found.changed[:MOST_SHOWN],
        kinds=found.kinds,
        reasons=found.reasons,
        erased_turns=plan.erased_turns,
        erasing=plan.erasing,
    )
