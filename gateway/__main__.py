"""`python -m gateway`: serve on the address of the settings."""

import uvicorn

from config.settings import Settings
from gateway.app import create_app
from gateway.chat.frames import MAX_FRAME_BYTES
from gateway.options import options_of


def main() -> None:
    settings = Settings()
    uvicorn.run(
        create_app(options_of(settings)),
        host=settings.gateway_host,
        port=settings.gateway_port,
        # Frames above the limit are answered with an error; far above it, the protocol itself closes.
        ws_max_size=8 * MAX_FRAME_BYTES,
        ws_ping_interval=20,
        ws_ping_timeout=20,
        timeout_graceful_shutdown=5,
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
