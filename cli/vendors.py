"""`holdfast vendors`: which neighbours answer."""

from typing import Annotated

import typer
from pydantic import TypeAdapter
from rich.console import Console
from rich.text import Text

from cli.gateway_client import GatewayClient, api_key, gateway_url
from config.settings import local_settings
from gateway.api.vendors import VendorView

VENDORS: TypeAdapter[list[VendorView]] = TypeAdapter(list[VendorView])


def vendors(
    url: Annotated[str | None, typer.Option(help="Address of the gateway. Default: the one of `make up`.")] = None,
    key: Annotated[str | None, typer.Option(help="API key. Default: the one that `make up` made.")] = None,
) -> None:
    """Say of each vendor whether it answers, since when it does not, and when it is tried again."""
    settings, console = local_settings(), Console()
    gateway = GatewayClient(gateway_url(settings, url), api_key(settings.home, key))
    states = VENDORS.validate_json(gateway.get("/v1/vendors"))
    for state in states:
        error = f" Last error: {state.last_error}." if state.last_error and not state.answers else ""
        console.print(Text(state.text + error, style="" if state.answers else "red"))
    if not states:
        console.print("No vendor has been called yet.")
