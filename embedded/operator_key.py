"""The API key of whoever runs the platform on this machine, so that `holdfast approvals` works at once."""

from config.settings import Settings
from embedded.home import API_KEY_FILE
from storage.api_keys import ApiKeyRepository
from storage.database import Database

OPERATOR = "operator"
ROLES = ("admin", "integration")


async def ensure_operator_key(settings: Settings, database: Database) -> None:
    """Keep a key of the organisation that is served in the home folder, readable by its owner alone."""
    keys, organisation = ApiKeyRepository(database), settings.organisation.name
    path = settings.home / API_KEY_FILE
    owner = await keys.find(path.read_text().strip()) if path.exists() else None
    if owner is not None and owner.organisation == organisation:
        return
    path.touch(mode=0o600)
    path.write_text(await keys.create(organisation, OPERATOR, ROLES))
