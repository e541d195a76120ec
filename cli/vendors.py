"""`holdfast vendors`: which vendors answer."""

from pydantic import TypeAdapter
from rich.console import Console
from rich.text import Text

from cli.gateway_client import Key, Url, gateway
from gateway.api.vendors import VendorView

VENDORS: TypeAdapter[list[VendorView]] = TypeAdapter(list[VendorView])


def vendors(url: Url = None, key: Key = None) -> None:
    """Say of each vendor whether it answers, since when it does not, and when it is tried again."""
    console = Console()
    states = VENDORS.validate_json(gateway(url, key).get("/v1/vendors"))
    for state in states:
        error = f" Last error: {state.last_error}." if state.last_error and not state.answers else ""
        console.print(Text(state.text + error, style="" if state.answers else "red"))
    if not states:
        console.print("No vendor has been called yet.")
