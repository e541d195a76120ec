"""Runs a platform in the foreground, until a signal."""

import asyncio
import signal
from contextlib import AsyncExitStack

from rich.console import Console

from embedded.platform import Platform
from embedded.progress import Progress

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
        "Console": f"{platform.gateway_url}/console",
        "Chat as a customer": f"{platform.gateway_url}/chat",
        "Approvals API": f"{platform.gateway_url}/docs",
        "Temporal UI": platform.temporal_ui_url,
        "Logs": str(platform.settings.home / "logs"),
    }
    return {name: address for name, address in addresses.items() if address is not None}
