"""`python -m chaos.forgetful_gateway`: the gateway with a bug. It says "received" before Temporal has it."""

import asyncio
from typing import Any

import uvicorn
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from config.logging import configure_logging
from config.settings import Settings
from gateway.app import create_app
from gateway.options import options_of

FORGETFUL_SECONDS = 3.0


class ForgetfulClient(Client):
    """Starts workflows later. Who is killed in between has lost what it acknowledged."""

    _later: set[asyncio.Task[None]]

    async def start_workflow(self, *args: Any, **kwargs: Any) -> Any:
        self._later = getattr(self, "_later", set())
        task = asyncio.create_task(self._start_later(*args, **kwargs))
        self._later.add(task)
        task.add_done_callback(self._later.discard)

    async def _start_later(self, *args: Any, **kwargs: Any) -> None:
        await asyncio.sleep(FORGETFUL_SECONDS)
        await super().start_workflow(*args, **kwargs)


async def serve(settings: Settings) -> None:
    options = options_of(settings)
    sound = await Client.connect(options.temporal_address, data_converter=pydantic_data_converter, lazy=True)
    app = create_app(options, temporal=ForgetfulClient(**sound.config()))
    config = uvicorn.Config(app, host=settings.gateway_host, port=settings.gateway_port, log_config=None)
    await uvicorn.Server(config).serve()


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    asyncio.run(serve(settings))


if __name__ == "__main__":
    main()
