"""Prints the API's description of itself (OpenAPI), from which the console's types are made: `make console-types`."""

import json
import sys

from pydantic import SecretStr

from gateway.app import create_app
from gateway.options import GatewayOptions


def main() -> None:
    """No neighbour is asked, so none needs an address."""
    options = GatewayOptions(
        organisation="any",
        database_url=SecretStr("postgresql://nowhere"),
        temporal_address="nowhere:0",
        chat_token_secret=SecretStr("it signs nothing, it only has to be long"),
    )
    json.dump(create_app(options).openapi(), sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
