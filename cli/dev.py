"""`holdfast dev`: the whole platform on this machine, until Ctrl-C."""

import asyncio
import signal
from contextlib import AsyncExitStack
from typing import Annotated

import typer
from rich.console import Console

from cli.operator_key import ensure_operator_key
from cli.platform.embedded import Platform, workers_and_gateway
from cli.platform.progress import Progress
from cli.publishing import publish_if_none
from config.settings import Settings, local_settings
from storage.database import connect
from storage.migrate import migrate

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def dev(
    port: Annotated[int | None, typer.Option(help="Port of the gateway.", min=1, max=65535)] = None,
    workers: Annotated[int, typer.Option(help="Number of worker processes.", min=1)] = 1,
) -> None:
    """Start the whole platform; Ctrl-C stops it, and the next start resumes every conversation."""
    settings = local_settings()
    if port is not None:
        settings = settings.model_copy(update={"gateway_port": port})
    console = Console()
    progress = Progress(console)
    platform = Platform(settings, application=workers_and_gateway(workers), prepare=prepare, report=progress)
    asyncio.run(serve(platform, console, progress))


async def prepare(settings: Settings) -> None:
    """Bring the database up to date; at the first start, publish the organisation and make the operator's API key."""
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    await migrate(url)
    database = await connect(url)
    try:
        await publish_if_none(database, settings.organisation)
        await ensure_operator_key(settings, database)
    finally:
        await database.close()


async def serve(platform: Platform, console: Console, progress: Progress) -> None:
    """Run the platform until a signal; a second signal kills what has not stopped yet."""
    serving = asyncio.create_task(_serving(platform, console, progress))

    def interrupt() -> None:
        if serving.cancelling():
            platform.parts.kill_all()
        serving.cancel()

    for number in STOP_SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, interrupt)
    await asyncio.wait([serving])
    if not serving.cancelled():
        serving.result()
    console.print("Stopped. The next start resumes every conversation.")


async def _serving(platform: Platform, console: Console, progress: Progress) -> None:
    async with AsyncExitStack() as stack:
        with progress.spinner("Starting …"):
            await stack.enter_async_context(platform)
        for name, address in _addresses(platform).items():
            console.print(f"{name:<20} {address}", highlight=False, soft_wrap=True)
        await asyncio.Event().wait()


def _addresses(platform: Platform) -> dict[str, str]:
    addresses = {
        "Chat as a customer": f"{platform.gateway_url}/chat",
        "Approvals API": f"{platform.gateway_url}/docs",
        "Temporal UI": platform.temporal_ui_url,
        "Logs": str(platform.settings.home / "logs"),
    }
    return {name: address for name, address in addresses.items() if address is not None}
