"""Any provider of OpenID Connect, found by discovery: authorization code with PKCE, and ID tokens checked as a whole.

authlib builds the requests; joserfc checks signatures. What an ID token must say is listed here in full, because the
`parse_id_token` of authlib (1.9) looks at no audience unless it is told.
"""

from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import Field, SecretStr, TypeAdapter, ValidationError

from domain.errors import CredentialsError, InvalidInputError, UnavailableError
from domain.model import Frozen

# Only signatures that the provider alone can make: with a shared secret, or with none, anybody who knows it could.
ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
SCOPE = "openid profile email"
TIMEOUT_SECONDS = 10.0
KNOWN_FOR = timedelta(hours=1)
KEYS_AGAIN_AFTER = timedelta(seconds=10)
"""An ID token that names an unknown key has the keys read again, and no faster than this."""

CLOCKS_DIFFER_SECONDS = 60
WELL_KNOWN = "/.well-known/openid-configuration"
CHECK_SETTINGS = "Check HOLDFAST_OIDC_ISSUER, HOLDFAST_OIDC_CLIENT_ID and HOLDFAST_OIDC_CLIENT_SECRET."
_object: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class ProviderAccess(Frozen):
    """How the provider is reached, and as whom; `scope` is what it is asked for."""

    issuer: str
    client_id: str
    client_secret: SecretStr | None = None
    scope: str = SCOPE


class Secrets(Frozen):
    """What begins a sign-in and must fit when it comes back."""

    state: str
    nonce: str
    verifier: str


class Metadata(Frozen):
    """What discovery says; other keys are left out."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = Field(("client_secret_basic",))


class OpenIdProvider:
    """One provider. Raises UnavailableError while it does not answer, CredentialsError where it is set up wrongly, and
    InvalidInputError for a code or an ID token that is not good."""

    def __init__(self, access: ProviderAccess) -> None:
        self._access = access
        self._metadata: tuple[Metadata, datetime] | None = None
        self._keys: tuple[KeySet, datetime] | None = None

    async def address(self, secrets: Secrets, redirect_uri: str, now: datetime) -> str:
        """Where to send the browser."""
        metadata = await self._discovered(now)
        async with self._client(metadata, redirect_uri) as client:
            url, _ = client.create_authorization_url(
                metadata.authorization_endpoint,
                state=secrets.state,
                code_verifier=secrets.verifier,
                nonce=secrets.nonce,
            )
        return str(url)

    async def claims(self, code: str, secrets: Secrets, redirect_uri: str, now: datetime) -> dict[str, Any]:
        """What the provider says of the person to whom it gave this code, from an ID token that was checked."""
        metadata = await self._discovered(now)
        token = await self._exchange(metadata, code, secrets.verifier, redirect_uri)
        id_token = token.get("id_token")
        if not isinstance(id_token, str):
            raise CredentialsError("The sign-in provider sent no ID token. Allow the scope openid for this client.")
        return await self._checked(metadata, id_token, token.get("access_token"), secrets.nonce, now)

    async def _exchange(self, metadata: Metadata, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        try:
            async with self._client(metadata, redirect_uri) as client:
                token = await client.fetch_token(
                    metadata.token_endpoint, code=code, code_verifier=verifier, grant_type="authorization_code"
                )
        except OAuthError as error:
            if error.error == "invalid_grant":
                raise InvalidInputError("The sign-in provider does not take this sign-in any more.") from error
            raise CredentialsError(f"The sign-in provider refuses this installation. {CHECK_SETTINGS}") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise _away() from error
        return dict(token)

    async def _checked(
        self, metadata: Metadata, id_token: str, access_token: Any, nonce: str, now: datetime
    ) -> dict[str, Any]:
        """The claims of an ID token: signature, issuer, audience, times, nonce, authorised party, access token."""
        try:
            token = await self._verified(metadata, id_token, now)
            claims = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": self._access.issuer},
                    "aud": {"essential": True, "value": self._access.client_id},
                    "sub": {"essential": True},
                    "exp": {"essential": True},
                    "iat": {"essential": True},
                    "nonce": {"essential": True, "value": nonce},
                },
                {"nonce": nonce, "client_id": self._access.client_id, "access_token": access_token},
            )
            claims.validate(now=int(now.timestamp()), leeway=CLOCKS_DIFFER_SECONDS)
        except (JoseError, ValueError, TypeError) as error:
            raise InvalidInputError("What the sign-in provider sent is not valid, or not for this sign-in.") from error
        return dict(claims)

    async def _verified(self, metadata: Metadata, id_token: str, now: datetime) -> jwt.Token:
        supported = ALGORITHMS & set(metadata.id_token_signing_alg_values_supported)
        registry = JWSRegistry(algorithms=sorted(supported), strict_check_header=False)
        try:
            return jwt.decode(id_token, await self._key_set(metadata, now, KNOWN_FOR), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(id_token, await self._key_set(metadata, now, KEYS_AGAIN_AFTER), registry=registry)

    async def _key_set(self, metadata: Metadata, now: datetime, at_most: timedelta) -> KeySet:
        """The provider's keys, as they were at most so long ago."""
        if self._keys is None or now - self._keys[1] >= at_most:
            found = await self._get(metadata.jwks_uri)
            try:
                self._keys = KeySet.import_key_set({"keys": found["keys"]}), now
            except (JoseError, KeyError, ValueError, TypeError) as error:
                raise _away() from error
        return self._keys[0]

    async def _discovered(self, now: datetime) -> Metadata:
        if self._metadata is None or now - self._metadata[1] >= KNOWN_FOR:
            found = await self._get(self._access.issuer.rstrip("/") + WELL_KNOWN)
            try:
                metadata = Metadata.model_validate(found)
            except ValidationError as error:
                raise CredentialsError(f"What answers there is no sign-in provider. {CHECK_SETTINGS}") from error
            _require_sound(metadata, self._access.issuer)
            self._metadata = metadata, now
        return self._metadata[0]

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            async with httpx2.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=not is_loopback(url)) as client:
                response = await client.get(url)
                response.raise_for_status()
                return _object.validate_json(response.content)
        except httpx2.HTTPError as error:
            raise _away() from error
        except ValidationError as error:
            raise CredentialsError(f"What answers there is no sign-in provider. {CHECK_SETTINGS}") from error

    def _client(self, metadata: Metadata, redirect_uri: str) -> Any:
        secret = self._access.client_secret
        return AsyncOAuth2Client(
            client_id=self._access.client_id,
            client_secret=secret.get_secret_value() if secret else None,
            token_endpoint_auth_method=_method(metadata) if secret else "none",
            scope=self._access.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            trust_env=not is_loopback(metadata.token_endpoint),
        )


def is_loopback(url: str) -> bool:
    """Whether the address is this machine's own."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _method(metadata: Metadata) -> str:
    taken = metadata.token_endpoint_auth_methods_supported
    return "client_secret_post" if "client_secret_basic" not in taken else "client_secret_basic"


def _require_sound(metadata: Metadata, issuer: str) -> None:
    """Raises CredentialsError for a provider that names itself otherwise, or may be overheard."""
    if metadata.issuer != issuer:
        raise CredentialsError(
            f"The sign-in provider calls itself {metadata.issuer!r}. Write HOLDFAST_OIDC_ISSUER exactly so."
        )
    for url in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri):
        if urlsplit(url).scheme != "https" and not (urlsplit(url).scheme == "http" and is_loopback(url)):
            raise CredentialsError("The sign-in provider has addresses without https, which can be overheard.")


def _away() -> UnavailableError:
    return UnavailableError("The sign-in provider does not answer. Try again in a moment.")
