"""How commands reach Temporal: at the address of the settings, or the server of the platform that runs here."""

from pydantic import ValidationError
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from config.settings import Settings
from config.temporal import access_of
from domain.errors import InvalidInputError, UnavailableError
from embedded.home import ENDPOINTS_FILE, Endpoints


async def temporal_client(settings: Settings) -> Client:
    """Raises InvalidInputError without an address, and UnavailableError when nobody answers there."""
    address = settings.temporal_address or _running_here(settings)
    if not address:
        raise InvalidInputError(
            "No platform runs here and HOLDFAST_TEMPORAL_ADDRESS is not set. Set it, or start one with `make up`."
        )
    return await client_at(address, settings)


async def client_at(address: str, settings: Settings) -> Client:
    """As the settings say, but at this address. Raises UnavailableError when nobody answers there."""
    try:
        return await Client.connect(
            address,
            namespace=settings.temporal_namespace,
            data_converter=pydantic_data_converter,
            **access_of(settings).options(),
        )
    except RuntimeError as error:
        raise UnavailableError(
            f"No Temporal service answers at {address}. Start it, or correct HOLDFAST_TEMPORAL_ADDRESS."
        ) from error


def _running_here(settings: Settings) -> str:
    try:
        return Endpoints.model_validate_json((settings.home / ENDPOINTS_FILE).read_text()).temporal
    except (OSError, ValidationError):
        return ""
