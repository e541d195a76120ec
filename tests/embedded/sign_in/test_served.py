"""The local sign-in as a process of its own."""

from pathlib import Path

import httpx
from pydantic import SecretStr

from config.settings import Settings
from embedded.application import sign_in_part
from embedded.platform import with_free_ports
from embedded.processes import Supervisor
from embedded.sign_in.local import redirect_uris, with_local_sign_in
from embedded.sign_in.people import ensure_people, local_people
from storage.database import connect
from tests.storage.stage import NOW


async def test_it_shows_the_people_of_the_database(database_url: str, tmp_path: Path, supervisor: Supervisor) -> None:
    settings = with_local_sign_in(
        with_free_ports(Settings(home=tmp_path, oidc_issuer=None, database_url=SecretStr(database_url)))
    )
    issuer = settings.oidc_issuer or ""
    database = await connect(database_url)
    await ensure_people(database, local_people("techflow", (), issuer), NOW)
    await database.close()
    await supervisor.start(sign_in_part(settings))
    try:
        asked = {"client_id": "holdfast", "redirect_uri": redirect_uris(settings)[0], "state": "s", "nonce": "n"}
        async with httpx.AsyncClient(base_url=issuer, trust_env=False) as http:
            page = await http.get("/authorize", params=asked)
    finally:
        await supervisor.stop("sign-in")
    assert page.status_code == 200
    assert all(name in page.text for name in ("Operator", "Auditor", "admin at techflow"))
