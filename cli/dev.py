"""`holdfast dev`: the whole platform on this machine, until Ctrl-C."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from cli.migrate import apply_to
from cli.organisation_folder import not_served, organisation_folder
from config.settings import Settings, local_settings
from domain.errors import InvalidInputError
from embedded.installation import installation
from embedded.operator_key import ensure_operator_key
from embedded.platform import Platform, workers_and_gateway
from embedded.progress import Progress
from embedded.serving import serve
from embedded.sign_in.local import is_local, with_local_sign_in
from embedded.sign_in.people import ensure_people, local_people
from publishing.publication import publish_if_none
from publishing.specification import load_specification
from storage.database import connect


def dev(
    port: Annotated[int | None, typer.Option(help="Port of the gateway.", min=1, max=65535)] = None,
    workers: Annotated[int, typer.Option(help="Number of worker processes.", min=1)] = 1,
) -> None:
    """Start the whole platform; Ctrl-C stops it, and the next start resumes every conversation."""
    settings = with_local_sign_in(local_settings())
    if port is not None:
        settings = settings.model_copy(update={"gateway_port": port})
    console = Console()
    progress = Progress(console)
    platform = Platform(settings, application=workers_and_gateway(workers), prepare=prepare, report=progress)
    asyncio.run(serve(platform, console, progress))


async def prepare(settings: Settings) -> None:
    """Bring the database up to date; at the first start, publish the organisation and make the operator's API key."""
    folder = organisation_folder(settings)
    loaded = await asyncio.to_thread(load_specification, folder)
    if wrong := not_served(settings, loaded.version.specification.organisation, folder):
        raise InvalidInputError(wrong)
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    await apply_to(url)
    database = await connect(url)
    try:
        await publish_if_none(database, folder, installation())
        await ensure_operator_key(settings, database)
        if settings.oidc_issuer and is_local(settings):
            specification = loaded.version.specification
            members = local_people(specification.organisation, specification.people, settings.oidc_issuer)
            await ensure_people(database, members, datetime.now(UTC))
    finally:
        await database.close()
