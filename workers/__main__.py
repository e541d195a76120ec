"""`python -m workers`: serve every task queue until SIGTERM or Ctrl-C, then finish what is running."""

import asyncio
from functools import partial

from config.logging import configure_logging
from config.settings import Settings
from workers.composition import workers_from
from workers.serving import serve


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    asyncio.run(serve(partial(workers_from, settings)))


if __name__ == "__main__":
    main()
