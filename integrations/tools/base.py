"""The tool port: servers that offer tools.

Everything that a server says, descriptions included, is the text of a stranger: cut down, delimited, never obeyed.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import ClassVar, Protocol

from pydantic import Field, JsonValue, SecretStr

from domain.errors import InvalidInputError
from domain.specification.tools import DescribedTool
from domain.tools.actions import ToolOutcome
from integrations.checks import Finding
from integrations.settings import VendorSettings


class ToolSettings(VendorSettings):
    """What this installation lets specifications use: whoever publishes one must not run commands or send secrets."""

    prefix: ClassVar[str] = "TOOLS"

    allowed: tuple[str, ...] = Field(
        (), description="Addresses and command lines of tool servers that specifications may name, as a JSON list."
    )
    secrets: dict[str, SecretStr] = Field(
        {}, description="Secrets by the names under which specifications refer to them, as a JSON object."
    )
    ca_file: Path | None = Field(None, description="File with an authority to trust beside the usual ones.")


def tool_settings(read: Callable[[type[ToolSettings], str], ToolSettings | None]) -> ToolSettings:
    """Those of the environment; without any, nothing is allowed. Raises InvalidInputError, which repeats no value."""
    try:
        return read(ToolSettings, ToolSettings.prefix) or ToolSettings()
    except ValueError:
        raise InvalidInputError(
            "HOLDFAST_TOOLS_ALLOWED must be a JSON list of texts and HOLDFAST_TOOLS_SECRETS a JSON object of texts: "
            "correct what is set of them (docs/guides/tools.md)."
        ) from None


class ToolSession(Protocol):
    """A tool server that is connected."""

    async def list_tools(self) -> Sequence[DescribedTool]:
        """Every tool that the server offers."""
        ...

    async def call_tool(self, name: str, arguments: Mapping[str, JsonValue], *, key: str | None = None) -> ToolOutcome:
        """Use a tool. The server gets `key`, the same at every attempt, so that it can do the same thing once."""
        ...


class ToolServer(Protocol):
    """Offers tools.

    Raises UnavailableError and RateLimitedError (tried again), CredentialsError, ForbiddenError for a server that this
    installation does not allow, or another PermanentError; when an error rises from `call_tool`, the tool may have run.
    """

    def connect(self) -> AbstractAsyncContextManager[ToolSession]: ...

    async def check(self) -> Sequence[Finding]: ...
