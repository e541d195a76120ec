"""`python -m workers`: serve every task queue until SIGTERM or Ctrl-C, then finish what is running."""

import asyncio
from functools import partial

from config.logging import configure_logging
from config.settings import Settings
from domain.errors import HoldfastError
from workers.composition import workers_from
from workers.serving import serve


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    try:
        asyncio.run(serve(partial(workers_from, settings)))
    except HoldfastError as error:
        raise SystemExit(str(error)) from error


if __name__ == "__main__":
    main()
