"""`holdfast temporal`: prepare the namespace of a Temporal service."""

import asyncio
from datetime import timedelta

import typer
from rich.console import Console
from temporalio.client import Client
from temporalio.service import RPCError

from config.settings import Settings, local_settings
from config.temporal import access_of
from domain.errors import CredentialsError, InvalidInputError, UnavailableError
from domain.search_attributes import SEARCH_ATTRIBUTES
from workers.namespace import prepare_namespace

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Prepare a Temporal namespace.")


@app.callback()
def group() -> None:
    """Keeps `setup` a command of its own although it is the only one."""


@app.command()
def setup() -> None:
    """Make the namespace of the settings and its search attributes. Done again, it changes nothing."""
    settings = local_settings()
    made, added = asyncio.run(_prepare(settings))
    told = [f"Made namespace {settings.temporal_namespace}."] if made else []
    told += [f"Added {name} ({SEARCH_ATTRIBUTES[name].kind})." for name in added]
    Console(highlight=False).print("\n".join(told) or f"Namespace {settings.temporal_namespace} is ready.")


async def _prepare(settings: Settings) -> tuple[bool, list[str]]:
    """Raises InvalidInputError without an address; UnavailableError, CredentialsError by what Temporal answers."""
    address, namespace = settings.temporal_address, settings.temporal_namespace
    if address is None:
        raise InvalidInputError("HOLDFAST_TEMPORAL_ADDRESS is not set. The embedded server needs no setup.")
    try:
        client = await Client.connect(address, namespace=namespace, **access_of(settings).options())
        return await prepare_namespace(client, timedelta(days=settings.temporal_retention_days))
    except RuntimeError as error:
        raise UnavailableError(
            f"No Temporal service answers at {address}. Correct HOLDFAST_TEMPORAL_ADDRESS."
        ) from error
    except RPCError as error:
        kinds = ", ".join(f"{name} ({attribute.kind})" for name, attribute in SEARCH_ATTRIBUTES.items())
        raise CredentialsError(
            f"Temporal at {address} does not let us make namespace {namespace} or its search attributes "
            f"({error.status.name}). Where only its owner may, make them there: {kinds}."
        ) from error
