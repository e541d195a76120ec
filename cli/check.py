"""`holdfast check`: whether each vendor answers us, and whether our credentials may do what they must."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.specification_checks import check_models, check_sources, check_tool_servers
from config.settings import local_settings, read_local_vendor
from domain.errors import CredentialsError, HoldfastError, InvalidInputError
from integrations.adapters import Adapters
from integrations.channels.registry import CHANNELS
from integrations.checks import Checkable, Finding
from integrations.crm.registry import CRMS
from integrations.desk.registry import DESKS

ADAPTERS: Mapping[str, Sequence[tuple[Mapping[str, str], str]]] = {
    "salesforce": ((CRMS, "salesforce"),),
    "zendesk": ((CRMS, "zendesk"), (CHANNELS, "zendesk")),
    "twilio": ((CHANNELS, "sms"), (CHANNELS, "whatsapp"), (CHANNELS, "phone")),
    "slack": ((CHANNELS, "slack"),),
    "desk": ((DESKS, "slack"),),
    "email": ((CHANNELS, "email"),),
    "http": ((CHANNELS, "http"),),
}
OTHERS = {"llm": check_models, "mcp": check_tool_servers, "knowledge": check_sources}
NAMES = (*ADAPTERS, *OTHERS)


def check(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(NAMES)}; without any, all.")] = None,
) -> None:
    """Test connections and permissions; says exactly what is missing. Exit code 1 when anything is.

    Nothing is changed at the vendor. A vendor of which no variable is set is left out, unless it is named.
    """
    unknown = [name for name in names or () if name not in NAMES]
    if unknown:
        raise typer.BadParameter(f"there is no {unknown[0]!r}; use one of {', '.join(NAMES)}")
    console, wanted = Console(), names or list(NAMES)
    results = {name: asyncio.run(_findings(name, named=bool(names))) for name in wanted}
    told = {name: findings for name, findings in results.items() if findings}
    if not told:
        console.print("No vendor is set up. Set its variables (docs/configuration.md), then check again.")
        return
    console.print(_table(told))
    failed = [finding for findings in told.values() for finding in findings if not finding.ok]
    if failed:
        raise typer.Exit(1)


async def _findings(name: str, *, named: bool) -> list[Finding]:
    if name in OTHERS:
        return list(await OTHERS[name](local_settings(), named=named))
    found: list[Finding] = []
    for kinds, kind in ADAPTERS[name]:
        try:
            adapter = Adapters[object](kinds, read_local_vendor)[kind]
        except (CredentialsError, InvalidInputError) as error:
            if named or isinstance(error, InvalidInputError):
                found.append(Finding(name=f"{kind} settings", ok=False, detail=str(error)))
            continue
        if isinstance(adapter, Checkable):
            found += await _checked(kind, adapter)
    return found


async def _checked(kind: str, adapter: Checkable) -> Sequence[Finding]:
    try:
        return [finding.model_copy(update={"name": f"{kind}: {finding.name}"}) for finding in await adapter.check()]
    except HoldfastError as error:
        return [Finding(name=kind, ok=False, detail=str(error))]


def _table(told: Mapping[str, Sequence[Finding]]) -> Table:
    table = Table("", "Vendor", "What", show_lines=False)
    table.add_column("Finding", overflow="fold")
    for name, findings in told.items():
        for finding in dict.fromkeys(findings):
            mark = Text("ok", style="green") if finding.ok else Text("NO", style="bold red")
            table.add_row(mark, name, finding.name, Text(finding.detail))
    return table
