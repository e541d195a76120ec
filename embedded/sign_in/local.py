"""When the local sign-in is used, and where it is."""

import secrets

from pydantic import SecretStr

from config.settings import Settings

CLIENT_ID = "holdfast"
CALLBACK = "/console/sign-in/callback"


def local_issuer(settings: Settings) -> str:
    """Loopback, whatever address the gateway listens on: it asks for no password."""
    return f"http://127.0.0.1:{settings.sign_in_port}"


def with_local_sign_in(settings: Settings) -> Settings:
    """The same settings, with the local sign-in where no provider is set."""
    if settings.oidc_issuer is not None:
        return settings
    return settings.model_copy(
        update={
            "oidc_issuer": local_issuer(settings),
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": SecretStr(secrets.token_urlsafe(32)),
            "oidc_person_claim": "sub",
            "oidc_roles_claim": None,
            "oidc_organisation_claim": None,
        }
    )


def is_local(settings: Settings) -> bool:
    return settings.oidc_issuer == local_issuer(settings)


def redirect_uris(settings: Settings) -> tuple[str, ...]:
    """Where the provider sends browsers back to: this machine's console, by each of its names."""
    hosts = dict.fromkeys(("127.0.0.1", "localhost", settings.gateway_host))
    here = (f"http://{host}:{settings.gateway_port}" for host in hosts)
    public = (settings.public_url.rstrip("/"),) if settings.public_url else ()
    return tuple(address + CALLBACK for address in (*here, *public))
