"""`holdfast sandbox`: stand-ins for all vendors on this machine, until Ctrl-C."""

import asyncio
import errno
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.gateway_client import gateway_url
from config.settings import Settings, local_settings
from domain.errors import ConflictError
from embedded.serving import STOP_SIGNALS
from publishing.specification import load_specification
from sandbox.process.all_vendors import all_vendors
from sandbox.process.running import Running, running
from sandbox.process.salesforce import Customers

PORT_BASE = 8100
BEGIN = "# holdfast sandbox: begin"
END = "# holdfast sandbox: end"
console = Console()


def sandbox(
    port_base: Annotated[
        int, typer.Option(help="Port of the page; the vendors follow. 0: any free ports.", min=0, max=65000)
    ] = PORT_BASE,
    env: Annotated[
        Path | None, typer.Option(help="File to write the variables into, such as .env; its other lines stay.")
    ] = None,
    gateway: Annotated[
        str | None, typer.Option(help="Address that webhooks go to. Default: the one of `make up`.")
    ] = None,
) -> None:
    """Serve stand-ins for all vendors, with a page on which to play customers and to make things go wrong."""
    settings = local_settings()
    try:
        asyncio.run(_serve(settings, port_base, env, gateway_url(settings, gateway)))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        text = f"A port from {port_base} on is taken by another program. Stop that, or choose another --port-base."
        raise ConflictError(text) from error


async def _serve(settings: Settings, port_base: int, env: Path | None, holdfast: str) -> None:
    stopping = asyncio.Event()
    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    folder = settings.home / "sandbox"
    vendors = all_vendors(await asyncio.to_thread(customers_of, settings.organisation))
    with running(vendors, folder=folder, holdfast=holdfast, port_base=port_base) as served:
        _say_where(served, env)
        await stopping.wait()
    console.print("Stopped.")


def customers_of(organisation: Path) -> Customers:
    """The customers of the organisation's own files, where there are any."""
    if not (organisation / "customers").is_dir():
        return Customers()
    return Customers.model_validate(load_specification(organisation).directory.model_dump(mode="json"))


def _say_where(served: Running, env: Path | None) -> None:
    console.print(f"{'Page':<12} {served.page}", highlight=False, soft_wrap=True)
    for vendor in served.vendors:
        for name, address in vendor.addresses.items():
            console.print(f"{name:<12} {address}", highlight=False, soft_wrap=True)
    if env is None:
        console.print(f"\n{environment(served)}", highlight=False, markup=False, soft_wrap=True)
    else:
        env.write_text(with_environment(env.read_text() if env.exists() else "", environment(served)))
        console.print(
            f"Wrote the variables into {env}. Start Holdfast with them: make up", highlight=False, soft_wrap=True
        )
    console.print("Ctrl-C stops.")


def environment(served: Running) -> str:
    """The variables as lines of a file; those of vendors that nobody asked for are comments."""
    blocks = []
    for vendor in served.vendors:
        mark = "" if vendor.is_chosen else "# "
        blocks.append([f"# {vendor.title}", *(f"{mark}{name}={value}" for name, value in vendor.environment.items())])
    return "\n".join(line for block in blocks for line in block) + "\n"


def with_environment(before: str, variables: str) -> str:
    """A file's text with the variables in place of those of the last run, everything else as it was."""
    start, found, rest = before.partition(f"{BEGIN}\n")
    after = rest.partition(f"{END}\n")[2] if found else ""
    gap = "\n" if start and not start.endswith("\n") else ""
    return f"{start}{gap}{BEGIN}\n{variables}{END}\n{after}"
