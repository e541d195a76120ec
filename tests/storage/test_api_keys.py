from storage.api_keys import ApiKeyRepository
from storage.audit import AuditFilter, AuditRepository
from storage.database import Database
from storage.views import KeyOwner


async def test_a_key_leads_to_its_owner_and_is_not_kept(database: Database) -> None:
    keys = ApiKeyRepository(database)
    key = await keys.create("bikeshop", "anna", ["approver", "support"])

    assert await keys.find(key) == KeyOwner(organisation="bikeshop", person_id="anna", roles=("approver", "support"))
    assert await keys.find(key + "x") is None
    stored = await database.fetchrow("SELECT * FROM api_keys")
    assert stored is not None
    assert key not in str(dict(stored))


async def test_revoking_ends_every_key_of_a_person(database: Database) -> None:
    keys = ApiKeyRepository(database)
    annas = [await keys.create("bikeshop", "anna", []) for _ in range(2)]
    toms = await keys.create("bikeshop", "tom", [])
    await keys.create("hotel", "mia", [])
    assert [owner.person_id for owner in await keys.list("bikeshop")] == ["anna", "anna", "tom"]
    assert await keys.revoke("bikeshop", "anna") == 2
    assert [owner.person_id for owner in await keys.list("bikeshop")] == ["tom"]
    assert [await keys.find(key) for key in annas] == [None, None]
    assert await keys.find(toms) is not None


async def test_keys_and_their_end_are_in_the_audit_trail(database: Database) -> None:
    keys = ApiKeyRepository(database)
    await keys.create("bikeshop", "anna", ["viewer"], "olga")
    await keys.revoke("bikeshop", "anna", "olga")
    await keys.revoke("bikeshop", "anna", "olga")
    events = await AuditRepository(database).of_organisation("bikeshop", AuditFilter(actor="olga"), 10)
    assert [(one.kind, one.data) for one in events] == [
        ("api_keys_revoked", {"person_id": "anna", "keys": 1}),
        ("api_key_created", {"person_id": "anna", "roles": ["viewer"]}),
    ]
