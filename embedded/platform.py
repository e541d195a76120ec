"""A whole platform on one machine, for `holdfast dev`, the demo, the tests and the benchmark."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from types import TracebackType
from typing import Self

from pydantic import SecretStr

from config.settings import Settings, variable_name
from config.temporal import access_of
from embedded.application import gateway_part, gateway_url, sign_in_part, worker_part
from embedded.home import ENDPOINTS_FILE, Endpoints, claimed, kept_secret
from embedded.ports import check_ports, free_port
from embedded.postgres import EmbeddedPostgres
from embedded.processes import Part, Report, Supervisor
from embedded.sign_in.local import is_local
from embedded.temporal_server import TemporalServer, prepare_service

DATABASE = "holdfast"

Prepare = Callable[[Settings], Awaitable[None]]
"""What must be done when PostgreSQL and Temporal answer and before a worker starts."""


def silent(*_: str) -> None:
    """Report to nobody."""


def with_free_ports(settings: Settings) -> Settings:
    """The same settings on ports that are free now, so that several platforms can run beside each other."""
    ports = ("temporal_port", "temporal_ui_port", "gateway_port", "sign_in_port")
    return settings.model_copy(update={name: free_port() for name in ports})


def workers_and_gateway(workers: int) -> Callable[[Settings], Sequence[Part]]:
    """The application's parts in the order of their start."""

    def parts(settings: Settings) -> Sequence[Part]:
        sign_in = [sign_in_part(settings)] if is_local(settings) else []
        return [*(worker_part(settings, number) for number in range(1, workers + 1)), *sign_in, gateway_part(settings)]

    return parts


class Platform:
    """PostgreSQL, Temporal and the application as supervised processes while the context lasts.

    What the settings give an address for is used instead of being started. Parts are named `postgres`, `temporal`,
    `worker-1`, …, `gateway`. Entering raises ConflictError for a taken port or home folder, before anything is
    started, and UnavailableError for a part that does not get ready.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        application: Callable[[Settings], Sequence[Part]],
        prepare: Prepare,
        report: Report = silent,
    ) -> None:
        self.settings = settings
        self.parts = Supervisor(settings.home / "logs", report)
        self._report = report
        self._application = application
        self._prepare = prepare
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            stack.enter_context(claimed(self.settings.home))
            check_ports(_wanted_ports(self.settings))
            await stack.enter_async_context(self.parts)
            await self._start()
            self._publish_endpoints(stack)
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    @property
    def database_url(self) -> str:
        return self.settings.database_url.get_secret_value() if self.settings.database_url else ""

    @property
    def temporal_address(self) -> str:
        return self.settings.temporal_address or ""

    @property
    def temporal_ui_url(self) -> str | None:
        """None for a Temporal service that is not ours."""
        embedded = "temporal" in self.parts.names
        return f"http://127.0.0.1:{self.settings.temporal_ui_port}" if embedded else None

    @property
    def gateway_url(self) -> str:
        return gateway_url(self.settings)

    async def _start(self) -> None:
        secret = self.settings.chat_token_secret or SecretStr(kept_secret(self.settings.home, "chat_token_secret"))
        database_url = self.settings.database_url or await self._start_postgres()
        temporal_address = await self._temporal()
        self.settings = self.settings.model_copy(
            update={
                "chat_token_secret": secret,
                "database_url": database_url,
                "temporal_address": temporal_address,
                "temporal_ui_url": self.settings.temporal_ui_url or self.temporal_ui_url,
            }
        )
        self._report("organisation", "starting", "")
        started = time.monotonic()
        await self._prepare(self.settings)
        self._report("organisation", "ready", f"{time.monotonic() - started:.1f} s")
        await self.parts.start_together(self._application(self.settings))

    async def _start_postgres(self) -> SecretStr:
        server = embedded_postgres(self.settings)
        await server.initialise()
        await self.parts.start(server.part())
        await server.create_database(DATABASE)
        return SecretStr(server.url(DATABASE))

    async def _temporal(self) -> str:
        """The address of the service in the settings or of a server started for it, fit for use."""
        settings = self.settings
        if settings.temporal_address is not None:
            await prepare_service(settings.temporal_address, settings.temporal_namespace, access_of(settings))
            return settings.temporal_address
        server = TemporalServer(
            settings.home / "temporal.db",
            port=settings.temporal_port,
            ui_port=settings.temporal_ui_port,
            namespace=settings.temporal_namespace,
        )
        await self.parts.start(server.part())
        await server.prepare_namespace()
        return server.address

    def _publish_endpoints(self, stack: AsyncExitStack) -> None:
        """Tell the other commands where this platform is, for as long as it runs."""
        file = self.settings.home / ENDPOINTS_FILE
        endpoints = Endpoints(
            gateway=self.gateway_url, temporal=self.temporal_address, temporal_ui=self.temporal_ui_url
        )
        file.write_text(endpoints.model_dump_json())
        stack.callback(file.unlink, missing_ok=True)


def embedded_postgres(settings: Settings) -> EmbeddedPostgres:
    return EmbeddedPostgres(settings.home / "postgres")


@asynccontextmanager
async def database(settings: Settings, report: Report = silent) -> AsyncIterator[str]:
    """The address of the database: the one set, the one that runs from the home folder, or one started for now."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    server = embedded_postgres(settings)
    if await server.answers():
        yield server.url(DATABASE)
        return
    with claimed(settings.home):
        async with Supervisor(settings.home / "logs", report) as parts:
            await server.initialise()
            await parts.start(server.part())
            await server.create_database(DATABASE)
            yield server.url(DATABASE)


def _wanted_ports(settings: Settings) -> dict[str, tuple[str, int]]:
    fields = {"gateway_port": settings.gateway_host}
    if settings.temporal_address is None:
        fields |= {"temporal_port": "127.0.0.1", "temporal_ui_port": "127.0.0.1"}
    if is_local(settings):
        fields |= {"sign_in_port": "127.0.0.1"}
    return {variable_name(field): (host, getattr(settings, field)) for field, host in fields.items()}
