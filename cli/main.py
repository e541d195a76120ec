"""The command `holdfast`. A command's module is imported when the command runs, so that `--help` is quick."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import typer
from pydantic_core import ValidationError
from rich.console import Console
from typer.core import TyperGroup
from typer.main import get_command

from domain.errors import HoldfastError

COMMANDS = {
    "demo": ("demo.command:demo", "Play customer conversations on a fresh platform and check them."),
    "dev": ("cli.dev:dev", "Start the whole platform on this machine."),
    "restore": ("cli.restore:app", "Bring PostgreSQL and Temporal together after backups were restored."),
    "migrate": ("cli.migrate:migrate", "Bring the database schema up to date."),
    "temporal": ("cli.temporal:app", "Prepare a Temporal namespace."),
    "rollout": ("cli.rollout:app", "Change the version of the workers while conversations are open."),
    "spec": ("cli.spec:app", "Check, publish, compare and undo specifications."),
    "market": ("cli.market:app", "List, install, update and publish AI agents and journeys."),
    "trust": ("cli.trust:app", "Show and decide with what AI agents are trusted."),
    "knowledge": ("cli.knowledge:app", "List and bring in articles that vendors keep."),
    "chat": ("cli.chat:chat", "Chat as a customer would."),
    "check": ("cli.check:check", "Test connections and permissions at every vendor."),
    "vendors": ("cli.vendors:vendors", "Say which vendors answer."),
    "people": ("cli.people:app", "Say who may sign in to the console."),
    "keys": ("cli.keys:app", "Make, list and revoke API keys."),
    "desk": ("cli.desk:app", "Link colleagues at a desk, such as Slack, with people."),
    "approvals": ("cli.approvals:app", "List, show and decide what waits for people."),
    "guarded": ("cli.guarded:app", "List, show and decide calls that wait for people."),
    "inbox": ("cli.inbox:inbox", "Show the conversations that concern you."),
    "conversations": ("cli.conversations:app", "List, show, answer and resolve conversations."),
    "figures": ("cli.figures:figures", "Show figures, and the conversations behind each."),
    "sending": ("cli.sending:app", "Stop and resume automatic sending."),
    "journeys": ("cli.journeys:app", "List, show, enter and steer journeys."),
    "quarantine": ("cli.quarantine:app", "List, show and take in what made no message."),
    "screenshots": ("cli.screenshots:screenshots", "Take the pictures of the documentation."),
    "sandbox": ("cli.sandbox:sandbox", "Serve stand-ins for all vendors, and play customers."),
    "bench": ("bench.command:bench", "Measure cost, speed, memory and recovery."),
    "chaos": ("chaos.command:chaos", "Kill every part while a thousand customers write, and judge what came of it."),
    "evaluate": ("cli.evaluate:evaluate", "Measure topics and confidence on labelled messages."),
}
FAILED = 1
WRONG_USE = 2


class Commands(TyperGroup):
    """Lists commands by their row in the table, and loads the one that is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, _, rest = super().resolve_command(ctx, args)
        try:
            return name, load(COMMANDS[str(name)][0]), rest
        except ModuleNotFoundError as error:
            missing = f"`holdfast {name}` needs {error.name}, which is not installed here."
            raise _failure(f"{missing} In a checkout, make setup-development installs it.", FAILED) from error

    def invoke(self, ctx: Any) -> Any:
        """The edge at which an expected error becomes one message and an exit code."""
        try:
            return super().invoke(ctx)
        except HoldfastError as error:
            raise _failure(str(error), FAILED) from error
        except OSError as error:
            if error.filename is None:
                raise
            raise _failure(_unusable(error), FAILED) from error
        except ValidationError as error:
            if error.title != "Settings":
                raise
            raise _failure(import_module("config.settings").explain(error), WRONG_USE) from error


def load(target: str) -> Any:
    """The command behind `module:name`, a function or a group."""
    module, name = target.split(":")
    found: typer.Typer | Callable[..., None] = getattr(import_module(module), name)
    if isinstance(found, typer.Typer):
        return get_command(found)
    single = typer.Typer(add_completion=False)
    single.command()(found)
    return get_command(single)


def _unusable(error: OSError) -> str:
    """A file or folder that cannot be read or written, with the reason of the operating system."""
    return f"{error.filename} cannot be used ({error.strerror}). Check the path and its permissions."


def _failure(message: str, code: int) -> typer.Exit:
    Console(stderr=True).print(message, style="red", highlight=False, markup=False, soft_wrap=True)
    return typer.Exit(code)


def _placeholder() -> None:
    """Stands for a command in the list of commands."""


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=("Holdfast runs a customer-service organisation on Temporal."),
)
for name, (_, summary) in COMMANDS.items():
    app.command(name, help=summary)(_placeholder)

if __name__ == "__main__":
    app()
