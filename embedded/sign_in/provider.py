"""A provider of OpenID Connect that asks for no password: whoever is at this machine chooses who to be.

It is real otherwise: discovery, codes that count once, PKCE, a client secret, signed ID tokens, and its keys.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any
from urllib.parse import unquote, urlencode

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from domain.access.people import Member
from domain.model import Frozen

CODE_LASTS = timedelta(minutes=1)
TOKEN_LASTS = timedelta(minutes=5)
ALGORITHM = "ES256"
ASKED = ("redirect_uri", "state", "nonce", "code_challenge")
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Sign in on this machine · Holdfast</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 8vh auto; padding: 0 1.5rem; color: #1d2733 }}
h1 {{ font-size: 1.4rem }}
button {{ display: flex; justify-content: space-between; gap: 1rem; width: 100%; padding: .7rem 1rem; margin: .4rem 0;
  font: inherit; text-align: left; background: #fff; border: 1px solid #c9d2dc; border-radius: .5rem; cursor: pointer }}
button:hover, button:focus-visible {{ border-color: #0b62c4; background: #f3f8fe }}
small {{ color: #5a6775 }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #14181d; color: #e3e8ee }} small {{ color: #a3afbb }}
  button {{ background: #1d232a; color: inherit; border-color: #3a4450 }}
  button:hover, button:focus-visible {{ background: #232d39; border-color: #7db7ff }}
}}
</style>
<h1>Who are you?</h1>
<p>This sign-in is for this machine alone, and asks for no password. With your own provider it is gone:
docs/guides/sign-in.md says how.</p>
<form method="post" action="/authorize">{hidden}{people}</form>
</html>
"""

People = Callable[[], Awaitable[Sequence[Member]]]


class Client(Frozen):
    """The one client: our gateway."""

    client_id: str
    client_secret: SecretStr
    redirect_uris: tuple[str, ...]


class Granted(Frozen):
    """What a code stands for."""

    subject: str
    name: str
    nonce: str
    code_challenge: str
    redirect_uri: str
    until: datetime


class LocalProvider:
    """Its key and its codes live as long as the process."""

    def __init__(self, issuer: str, client: Client, people: People) -> None:
        self.issuer = issuer
        self.client = client
        self._people = people
        self._granted: dict[str, Granted] = {}
        self.key = ECKey.generate_key("P-256", auto_kid=True)

    def app(self) -> Starlette:
        """Other names than this machine's own are refused, so that no page elsewhere can be led here under one."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self.discovery),
                Route("/jwks", self.jwks),
                Route("/authorize", self.choose),
                Route("/authorize", self.authorize, methods=["POST"]),
                Route("/token", self.token, methods=["POST"]),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
        )

    async def discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(KeySet([self.key]).as_dict(private=False))

    async def choose(self, request: Request) -> Response:
        """A button for each person."""
        wrong = self._wrong(request.query_params)
        if wrong:
            return HTMLResponse(f"<h1>This sign-in did not begin at Holdfast</h1><p>{escape(wrong)}</p>", 400)
        return HTMLResponse(_page(request.query_params, await self._people()))

    async def authorize(self, request: Request) -> Response:
        """Back to the gateway, with a code for the person who was chosen."""
        form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
        chosen = [one for one in await self._people() if one.account and one.account.subject == form.get("subject")]
        if self._wrong(form) or not chosen:
            return HTMLResponse("<h1>This sign-in did not begin at Holdfast</h1>", 400)
        code = secrets.token_urlsafe(32)
        self._granted[code] = Granted(
            subject=form["subject"],
            name=chosen[0].name,
            nonce=form.get("nonce", ""),
            code_challenge=form.get("code_challenge", ""),
            redirect_uri=form["redirect_uri"],
            until=datetime.now(UTC) + CODE_LASTS,
        )
        back = urlencode({"code": code, "state": form.get("state", "")})
        return RedirectResponse(f"{form['redirect_uri']}?{back}", 303)

    async def token(self, request: Request) -> Response:
        """An ID token for a code, once."""
        if not self._is_our_client(request.headers.get("authorization", "")):
            return JSONResponse({"error": "invalid_client"}, 401)
        form = await request.form()
        granted = self._granted.pop(str(form.get("code")), None)
        if granted is None or not _fits(granted, form):
            return JSONResponse({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(32)
        return JSONResponse(
            {
                "access_token": access_token,
                "token_type": "Bearer",
                "expires_in": int(TOKEN_LASTS.total_seconds()),
                "id_token": self.id_token(self.claims(granted, datetime.now(UTC))),
            },
            headers={"Cache-Control": "no-store"},
        )

    def claims(self, granted: Granted, now: datetime) -> dict[str, Any]:
        return {
            "iss": self.issuer,
            "aud": self.client.client_id,
            "sub": granted.subject,
            "name": granted.name,
            "nonce": granted.nonce,
            "iat": int(now.timestamp()),
            "exp": int((now + TOKEN_LASTS).timestamp()),
        }

    def id_token(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": ALGORITHM, "kid": self.key.kid}, claims, self.key)

    def _wrong(self, asked: Any) -> str | None:
        if asked.get("client_id") != self.client.client_id:
            return "It is for another client."
        if asked.get("redirect_uri") not in self.client.redirect_uris:
            return "It leads to another address than the console of this machine. Open the console by its own address."
        return None

    def _is_our_client(self, authorization: str) -> bool:
        try:
            named, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        except ValueError:
            return False
        expected = self.client.client_secret.get_secret_value()
        return unquote(named) == self.client.client_id and hmac.compare_digest(
            unquote(secret).encode(), expected.encode()
        )


def _fits(granted: Granted, form: Any) -> bool:
    """Whether the code is new, and whoever brings it is the one for whom it was made."""
    digest = hashlib.sha256(str(form.get("code_verifier", "")).encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    asked = form.get("redirect_uri") == granted.redirect_uri and form.get("grant_type") == "authorization_code"
    return asked and granted.until > datetime.now(UTC) and challenge == granted.code_challenge


def _page(asked: Any, people: Sequence[Member]) -> str:
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked.get(name, ""))}">' for name in ("client_id", *ASKED)
    )
    by_subject: dict[str, list[Member]] = {}
    for one in people:
        if one.account:
            by_subject.setdefault(one.account.subject, []).append(one)
    buttons = "".join(_button(subject, members) for subject, members in by_subject.items())
    return _PAGE.format(hidden=hidden, people=buttons or "<p>Nobody may sign in yet.</p>")


def _button(subject: str, members: Sequence[Member]) -> str:
    where = "; ".join(
        f"{', '.join(one.roles).replace('_', ' ')} at {one.organisation}{'' if one.active else ' (access ended)'}"
        for one in members
    )
    name = members[0].name or subject
    return (
        f'<button name="subject" value="{escape(subject)}"><span>{escape(name)}</span>'
        f"<small>{escape(where)}</small></button>"
    )
