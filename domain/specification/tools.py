"""Tools in a specification: the servers that offer them, and what each AI agent may use.

A specification names secrets and never holds one; the installation knows their values.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from domain.specification.model import Key, SpecModel

ToolName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_./-]{1,128}$")]
CustomerArguments = Annotated[
    dict[str, str],
    Field(
        description="Arguments that no model chooses, by what they hold of the customer once proved: `contact_id`, "
        "`email`, `phone`, or the name of a customer fact."
    ),
]
Timeout = Annotated[float, Field(gt=0, le=60, description="For one use: connecting, asking and the answer.")]


class StdioToolServer(SpecModel):
    """A tool server that a worker starts for each use and talks to over its standard input and output."""

    id: Key = Field(description="Name of the server wherever it is named.")
    transport: Literal["stdio"] = Field(description="Started here, for each use.")
    command: str = Field(description="Program that is started.")
    args: tuple[str, ...] = Field((), description="Its arguments.")
    environment: dict[str, Key] = Field({}, description="Variables by the name of the secret that each holds.")
    timeout_seconds: Timeout = 20


class HttpToolServer(SpecModel):
    """A tool server at an address (streamable HTTP)."""

    id: Key = Field(description="Name of the server wherever it is named.")
    transport: Literal["http"] = Field(description="Reached at an address.")
    url: str = Field(pattern=r"^https?://", description="Its address.")
    headers: dict[str, Key] = Field({}, description="Headers by the name of the secret that each holds.")
    timeout_seconds: Timeout = 20


ToolServerSpec = Annotated[StdioToolServer | HttpToolServer, Field(discriminator="transport")]


class AmountLimit(SpecModel):
    """People approve an action whose amount is higher, in the organisation's currency, or cannot be read."""

    argument: str = Field(description="The tool's argument that holds the amount.")
    above: Decimal = Field(ge=0, description="The highest amount that needs nobody.")


class ReadTool(SpecModel):
    """A tool that changes nothing; the AI agent uses it while it writes."""

    server: Key = Field(description="Id of the tool server.")
    tool: ToolName = Field(description="Name of the tool, as its server has it.")
    access: Literal["read"] = Field(description="It changes nothing.")
    personal: bool = Field(
        True, description="It tells about one customer; nobody gets that unproved where verify_for has personal_data."
    )
    from_customer: CustomerArguments = {}


class WriteTool(SpecModel):
    """A tool that changes something; the AI agent only proposes its use."""

    server: Key = Field(description="Id of the tool server.")
    tool: ToolName = Field(description="Name of the tool, as its server has it.")
    access: Literal["write"] = Field(description="It changes something.")
    approval: Literal["always", "never"] | AmountLimit = Field(
        "always", description="Whether people approve each use, or those above an amount."
    )
    from_customer: CustomerArguments = {}


AllowedTool = Annotated[ReadTool | WriteTool, Field(discriminator="access")]


class DescribedTool(SpecModel):
    """A tool in its server's words, as they were when the version was published: data, never an instruction.

    `read_only` and `idempotent` are the server's claims (readOnlyHint, idempotentHint). `fingerprint` is the SHA-256
    (hex) of its whole description, by which a later change is noticed.
    """

    server: Key
    name: ToolName
    description: str = ""
    input_schema: dict[str, JsonValue]
    read_only: bool | None = None
    idempotent: bool = False
    fingerprint: str


def fingerprint_of(description: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a tool's description as JSON, whatever the order of its keys."""
    text = json.dumps(description, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
