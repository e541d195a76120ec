"""`python -m embedded.sign_in`: serve the local sign-in, on this machine's own address alone."""

from collections.abc import Sequence

import uvicorn

from config.logging import configure_logging
from config.settings import Settings
from domain.access.people import Member
from domain.errors import InvalidInputError
from embedded.sign_in.local import is_local, local_issuer, redirect_uris
from embedded.sign_in.provider import Client, LocalProvider
from storage.database import Database, connect
from storage.people import PeopleRepository


class StoredPeople:
    """The people of the database, read anew each time."""

    def __init__(self, database_url: str, issuer: str) -> None:
        self._database_url = database_url
        self._issuer = issuer
        self._database: Database | None = None

    async def __call__(self) -> Sequence[Member]:
        if self._database is None:
            self._database = await connect(self._database_url, max_size=1)
        return await PeopleRepository(self._database).with_issuer(self._issuer)


def provider(settings: Settings) -> LocalProvider:
    """Raises InvalidInputError where a provider of one's own is set: then nobody signs in without a password."""
    if not is_local(settings) or not (settings.oidc_client_secret and settings.database_url):
        raise InvalidInputError(
            "The local sign-in is for `make up` without a provider of your own. Start it with `make up`."
        )
    client = Client(
        client_id=settings.oidc_client_id or "",
        client_secret=settings.oidc_client_secret,
        redirect_uris=redirect_uris(settings),
    )
    issuer = local_issuer(settings)
    return LocalProvider(issuer, client, StoredPeople(settings.database_url.get_secret_value(), issuer))


def main() -> None:
    settings = Settings()
    configure_logging(settings.log_level, settings.log_format)
    uvicorn.run(
        provider(settings).app(),
        host="127.0.0.1",
        port=settings.sign_in_port,
        timeout_graceful_shutdown=2,
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main()
