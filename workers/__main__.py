"""`python -m workers [--queues NAMES]`: serve task queues until SIGTERM or Ctrl-C, then finish what is running."""

import asyncio
from argparse import ArgumentParser
from functools import partial

from config.logging import configure_logging
from config.settings import Settings
from domain.errors import HoldfastError
from workers.composition import workers_from
from workers.serving import serve


def main() -> None:
    settings = _settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        asyncio.run(serve(partial(workers_from, settings)))
    except HoldfastError as error:
        raise SystemExit(str(error)) from error


def _settings() -> Settings:
    """Those of the environment, with the queues of the command line before them."""
    parser = ArgumentParser("python -m workers", description="Serve task queues until SIGTERM or Ctrl-C.")
    parser.add_argument("--queues", metavar="NAMES", help="such as conversations,llm; by default those of the settings")
    queues = parser.parse_args().queues
    settings = Settings()
    return settings if queues is None else settings.model_copy(update={"worker_queues": queues})


if __name__ == "__main__":
    main()
