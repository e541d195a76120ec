"""The IMAP side of the mail stand-in: one account on pymap's server, with faults before each command."""

import asyncio
import ssl
from argparse import Namespace
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime
from typing import NamedTuple

from proxyprotocol.sock import SocketInfoLocal
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.concurrent import Subsystem
from pymap.config import BackendCapability
from pymap.context import connection_exit
from pymap.exceptions import ResponseError
from pymap.imap import IMAPConnection
from pymap.imap.state import ConnectionState
from pymap.parsing.command import Command
from pymap.parsing.command.nonauth import AuthenticateCommand, LoginCommand
from pymap.parsing.command.select import IdleCommand
from pymap.parsing.message import AppendMessage
from pymap.parsing.response import CommandResponse, ResponseNo
from pymap.parsing.specials import FetchRequirement
from pymap.user import UserMetadata
from pysasl import SASLAuth
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import BuiltinHash

from sandbox.frame import Fault, Faults, Journal
from sandbox.mail_sign_in import BearerMechanism, Grants

INBOX = "INBOX"
MAX_LINE_BYTES = 2**20
UNENCRYPTED = Fault(kind="fail", body="[PRIVACYREQUIRED] Use STARTTLS first")


class Kept(NamedTuple):
    """A mail in a folder."""

    flags: frozenset[str]
    raw: bytes


class RefusedCommandError(ResponseError):
    """The server answers NO."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def get_response(self, tag: bytes) -> CommandResponse:
        return ResponseNo(tag, self.text.encode())


class FaultyState(ConnectionState):
    """Refuses a command that a fault said is to fail."""

    met: Fault | None = None

    async def do_command(self, cmd: Command) -> CommandResponse:
        self._refuse_if_met()
        return await super().do_command(cmd)

    async def do_authenticate(
        self, cmd: AuthenticateCommand | LoginCommand, creds: ServerCredentials | None
    ) -> CommandResponse:
        self._refuse_if_met()
        return await super().do_authenticate(cmd, creds)

    def _refuse_if_met(self) -> None:
        if self.met and self.met.kind == "fail":
            raise RefusedCommandError(self.met.body or "[UNAVAILABLE] Temporary failure")


class FaultyConnection(IMAPConnection):
    """Meets the faults of the path /imap/<command>, and notes each command."""

    faults: Faults
    journal: Journal
    idling: asyncio.Event

    async def read_command(self, state: ConnectionState) -> Command:
        command = await super().read_command(state)
        name = command.command.decode()
        fault = await self.faults.meet(f"/imap/{name.lower().replace(' ', '-')}")
        self.journal.note("received", f"IMAP {name}", **({"fault": fault.kind} if fault else {}))
        if fault and fault.kind == "cut":
            raise ConnectionAbortedError(name)
        if isinstance(state, FaultyState):
            signs_in = isinstance(command, AuthenticateCommand | LoginCommand)
            is_bare = signs_in and self.writer.get_extra_info("sslcontext") is None
            state.met = UNENCRYPTED if is_bare else fault
        if isinstance(command, IdleCommand):
            self.idling.set()
        return command


class AccountConfig(Config):
    """A server that knows passwords, and access tokens if they are granted; without IDLE it announces nothing."""

    can_idle: bool
    grants: Grants | None

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=self.can_idle, object_id=True, multi_append=True)

    @property
    def tls_auth(self) -> SASLAuth:
        by_token = [BearerMechanism(self.grants)] if self.grants else []
        return SASLAuth([*super().tls_auth.server_mechanisms, *by_token])


class ImapServer:
    """One account in memory. What arrived in INBOX is remembered, so that it can be numbered anew."""

    def __init__(
        self,
        username: str,
        password: str,
        *,
        grants: Grants | None,
        folders: tuple[str, ...],
        can_idle: bool,
        faults: Faults,
        journal: Journal,
    ) -> None:
        self.username, self.password = username, password
        self.grants = grants
        self.folders = folders
        self.can_idle = can_idle
        self.faults, self.journal = faults, journal
        self._connections: set[FaultyConnection] = set()

    async def start(self, stack: AsyncExitStack, port: int, context: ssl.SSLContext, *, implicit_tls: bool) -> int:
        """Serve on 127.0.0.1 until the stack ends; returns the port."""
        self.config = AccountConfig(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host="127.0.0.1",
            port=port,
            demo_data=False,
            demo_user=self.username,
            demo_password=self.password,
            ssl_context=context,
            tls_enabled=not implicit_tls,
            hash_context=BuiltinHash(rounds=1),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0,
        )
        self.config.can_idle, self.config.grants = self.can_idle, self.grants
        self.config.apply_context()
        self.idling = asyncio.Event()
        self.login = Login(self.config)
        hashed = self.config.hash_context.hash(self.password)
        self.login.users_dict[self.username] = UserMetadata(self.config, self.username, password=hashed)
        await self.clear()
        server = await asyncio.start_server(
            self._serve, "127.0.0.1", port, ssl=context if implicit_tls else None, limit=MAX_LINE_BYTES
        )
        await stack.enter_async_context(server)
        return int(server.sockets[0].getsockname()[1])

    async def clear(self) -> None:
        """Empty folders, whose numbers begin anew; whoever is connected is cut off."""
        for connection in self._connections:
            connection.close()
        self.arrived: list[AppendMessage] = []
        self.mailboxes = MailboxSet()
        for folder in self.folders:
            await self.mailboxes.add_mailbox(folder)
        self.config.set_cache[self.username] = (self.mailboxes, FilterSet())

    async def deliver(self, raw: bytes, at: datetime | None = None) -> None:
        """A mail arrives in INBOX; whoever idles is told."""
        mail = AppendMessage(raw, at or datetime.now(UTC))
        self.arrived.append(mail)
        await self._append(INBOX, mail)

    async def append(self, folder: str, raw: bytes) -> None:
        await self._append(folder, AppendMessage(raw, datetime.now(UTC)))

    async def _append(self, folder: str, mail: AppendMessage) -> None:
        mailbox = await self.mailboxes.get_mailbox(folder)
        await mailbox.append(mail, recent=True)

    async def renumber(self) -> None:
        """INBOX gets another UIDVALIDITY and its mails other UIDs, as after a server was restored."""
        arrived = self.arrived
        await self.clear()
        for mail in arrived:
            await self.deliver(mail.literal, mail.when)

    async def contents(self, folder: str) -> list[Kept]:
        """The mails in a folder, the oldest first."""
        mailbox = await self.mailboxes.get_mailbox(folder)
        found = []
        async for message in mailbox.messages():
            loaded = await message.load_content(FetchRequirement.CONTENT)
            found.append(Kept(frozenset(str(flag) for flag in message.permanent_flags), bytes(loaded.get_body())))
        return found

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.config.apply_context()
        connection = FaultyConnection(self.config.commands, self.config, reader, writer, SocketInfoLocal(writer))
        connection.faults, connection.journal, connection.idling = self.faults, self.journal, self.idling
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            self._connections.add(connection)
            stack.callback(self._connections.discard, connection)
            await connection.run(FaultyState(self.login, self.config))
