"""`python -m gateway`: serve on the address of the settings."""

import asyncio
from contextlib import suppress

import uvicorn
from fastapi import FastAPI

from config.garbage import keep_for_good
from config.logging import configure_logging
from config.settings import Settings
from domain.errors import HoldfastError, UnavailableError
from gateway.app import create_app
from gateway.chat.frames import MAX_FRAME_BYTES
from gateway.options import GatewayOptions, options_of
from gateway.server import GatewayServer, end_streams
from gateway.telemetry import telemetry
from storage.database import connect

NOT_STARTED = 3
"""As uvicorn itself exits."""
KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep an idle connection: whoever closes first decides who meets a closed one with a request."""


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        options = options_of(settings)
        asyncio.run(_reach(options))
    except HoldfastError as error:
        raise SystemExit(str(error)) from error
    with telemetry(settings) as sent:
        _serve(settings, create_app(options, telemetry=sent))


def _serve(settings: Settings, app: FastAPI) -> None:
    config = uvicorn.Config(
        app,
        host=settings.gateway_host,
        port=settings.gateway_port,
        # Frames above the limit are answered with an error; far above it, the protocol itself closes.
        ws_max_size=8 * MAX_FRAME_BYTES,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        log_config=None,
        access_log=False,
    )
    server = GatewayServer(config, end_streams(app))
    keep_for_good()
    with suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        raise SystemExit(NOT_STARTED)


async def _reach(options: GatewayOptions) -> None:
    """A database that cannot be reached is told in one sentence, which the server's own start would not do."""
    try:
        database = await connect(options.database_url.get_secret_value(), max_size=1)
    except UnavailableError as error:
        raise UnavailableError("PostgreSQL does not answer. Start it, or correct HOLDFAST_DATABASE_URL.") from error
    await database.close()


if __name__ == "__main__":
    main()
