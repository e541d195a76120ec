"""The API key of whoever runs the platform on this machine, so that `holdfast approvals` works at once."""

from config.settings import Settings
from embedded.home import API_KEY_FILE
from storage.api_keys import ApiKeyRepository
from storage.database import Database

OPERATOR = "operator"
ROLES = ("admin", "integration")


async def ensure_operator_key(settings: Settings, database: Database) -> None:
    """Keep a key that this database knows in the home folder, readable by its owner alone."""
    keys = ApiKeyRepository(database)
    path = settings.home / API_KEY_FILE
    if path.exists() and await keys.find(path.read_text().strip()):
        return
    path.touch(mode=0o600)
    path.write_text(await keys.create(settings.organisation.name, OPERATOR, ROLES))
