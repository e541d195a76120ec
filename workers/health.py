"""`/healthz` of a worker process: its event loop answers and its workers run."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import web
from temporalio.worker import Worker

from domain.errors import InvalidInputError


@asynccontextmanager
async def answering(workers: Sequence[Worker], host: str, port: int | None) -> AsyncIterator[None]:
    """Answer 200 while every worker runs and 503 otherwise, with the queues by state; no port: do nothing.

    Raises InvalidInputError for an address that cannot be listened on.
    """
    if port is None:
        yield
        return

    async def healthz(_: web.Request) -> web.Response:
        running = {worker.task_queue: worker.is_running for worker in workers}
        return web.json_response(running, status=200 if all(running.values()) else 503)

    application = web.Application()
    application.router.add_get("/healthz", healthz)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    try:
        await _listen(runner, host, port)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> None:
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise InvalidInputError(
            f"A worker cannot answer /healthz on {host}, port {port} ({error.strerror}). "
            "Correct HOLDFAST_WORKER_HOST or HOLDFAST_WORKER_HEALTH_PORT."
        ) from error
