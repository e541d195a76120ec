"""A team lead publishes another version and takes it back, by the commands that everybody uses for it."""

import asyncio
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from config.settings import Settings, child_environment
from demo.actions import LEAD
from demo.client_factory import ClientFactory
from demo.playing import Moment, Player
from demo.stage import ORGANISATION, Stage
from domain.specification.publications import SHORT
from embedded.application import ROOT

CHANGED_RULE, APPROVERS = "money", 2
LOOK_SECONDS = 0.1
COMMAND_LIMIT_SECONDS = 120.0


class CommandError(Exception):
    """A command failed; the text says which, and the last that it said."""


async def publish_and_roll_back(
    stage: Stage, clients: ClientFactory, players: Sequence[Player], moment: Moment
) -> None:
    """In the middle of conversations; then back, once somebody was served by the new version.

    Where a command fails, customers come all the same, and the checks say what did not come about.
    """
    try:
        open_before = [player for player in players if player.awaits_publication]
        await _until(lambda: all(player.is_known for player in open_before))
        await _publish(stage, moment)
        clients.published.set()
        come_after = [player for player in players if player.scenario.arrives == "published"]
        await _until(lambda: all(player.state == "finished" for player in come_after))
        await _spec(stage, "rollback", "--by", LEAD, "--reason", "one approver is enough after all")
        moment(f"{LEAD} rolls back to {stage.version.content_hash[:SHORT]}")
    except CommandError as error:
        moment(f"publishing failed: {error}")
    finally:
        clients.published.set()
        clients.rolled_back.set()


async def _publish(stage: Stage, moment: Moment) -> None:
    folder = stage.platform.settings.home / "published" / stage.organisation
    plan = folder.parent / "plan.json"
    await _spec(stage, "export", stage.version.content_hash, str(folder))
    await asyncio.to_thread(change_files, folder)
    planned = json.loads(await _spec(stage, "plan", str(folder), "--out", str(plan), "--json"))
    changes = "; ".join(str(change["words"]) for change in planned["changes"])
    moment(f"{LEAD} plans a change of the specification: {changes}")
    await _spec(stage, "apply", str(plan), "--by", LEAD, "--reason", "two people for money")
    moment(f"{LEAD} publishes it: {planned['publication']['planned'][:SHORT]} is active, open conversations stay")


def change_files(folder: Path) -> None:
    """Two people approve what is about money. Customers are no part of a version, so their files are put beside."""
    shutil.copytree(ORGANISATION / "customers", folder / "customers")
    file = folder / "organisation.yaml"
    organisation = yaml.safe_load(file.read_text(encoding="utf-8"))
    for rule in organisation["approval_rules"]:
        if rule["id"] == CHANGED_RULE:
            rule["approvers"] = APPROVERS
    file.write_text(yaml.safe_dump(organisation, allow_unicode=True, sort_keys=False), encoding="utf-8")


async def _spec(stage: Stage, *arguments: str) -> str:
    return await holdfast("spec", *arguments, settings=stage.platform.settings)


async def holdfast(*arguments: str, settings: Settings) -> str:
    """What a command of `holdfast` prints, in a process of its own. Raises CommandError where it fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli.main", *arguments),
        cwd=ROOT,
        env=child_environment(settings),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    name = f"`holdfast {' '.join(arguments[:2])}`"
    try:
        async with asyncio.timeout(COMMAND_LIMIT_SECONDS):
            printed, complained = await process.communicate()
    except TimeoutError:
        raise CommandError(f"{name} took longer than {COMMAND_LIMIT_SECONDS:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        lines = (complained or printed).decode(errors="replace").strip().splitlines()
        raise CommandError(f"{name}: {lines[-1] if lines else f'exit code {process.returncode}'}")
    return printed.decode()


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - players decide when
        await asyncio.sleep(LOOK_SECONDS)
