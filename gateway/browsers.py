"""What comes with a browser: the cookie of a sign-in, and whether a request is from our own pages. Pure functions."""

import base64
import hashlib
import hmac
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import Response

SIGN_IN_COOKIE = "holdfast"
ATTEMPT_COOKIE = "holdfast-sign-in"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
_CSRF = b"holdfast csrf token v1"


def own_address(connection: HTTPConnection, public_url: str | None) -> str:
    """How this browser reaches us, without a slash at its end."""
    if public_url:
        return public_url.rstrip("/")
    return f"{'https' if connection.url.scheme in {'https', 'wss'} else 'http'}://{connection.url.netloc}"


def sign_in_token(connection: HTTPConnection, public_url: str | None) -> str | None:
    return connection.cookies.get(cookie_name(SIGN_IN_COOKIE, own_address(connection, public_url))) or None


def cookie_name(name: str, address: str) -> str:
    """Under https a name that no other host of the domain can set a cookie for."""
    return f"__Host-{name}" if address.startswith("https://") else name


def set_cookie(response: Response, name: str, value: str, address: str, max_age_seconds: int) -> None:
    """For this host alone, unreadable for scripts, and not sent with requests that other sites make."""
    response.set_cookie(
        cookie_name(name, address),
        value,
        max_age=max_age_seconds,
        path="/",
        secure=address.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def clear_cookie(response: Response, name: str, address: str) -> None:
    set_cookie(response, name, "", address, 0)


def csrf_token(token: str) -> str:
    """Made of the sign-in's own token, which scripts cannot read: only our answers tell it."""
    digest = hmac.new(token.encode(), _CSRF, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_forged(connection: HTTPConnection, public_url: str | None, expected: str, sent: str | None) -> bool:
    """Whether a request that changes something may come from another site than ours."""
    if connection.scope.get("method", "GET") in READING:
        return False
    if not hmac.compare_digest(expected.encode(), (sent or "").encode()):
        return True
    site, origin = connection.headers.get("Sec-Fetch-Site"), connection.headers.get("Origin")
    if site is not None:
        return site != "same-origin"
    return origin is not None and origin not in {own_address(connection, None), _origin(public_url)}


def _origin(url: str | None) -> str | None:
    parts = urlsplit(url) if url else None
    return f"{parts.scheme}://{parts.netloc}" if parts else None


def local_path(wanted: str, otherwise: str) -> str:
    """A path of ours to go on to; what could lead to another host is not followed."""
    clean = wanted.startswith("/") and not wanted.startswith("//") and wanted.isascii() and wanted.isprintable()
    return wanted if clean and "\\" not in wanted and " " not in wanted and len(wanted) <= 2000 else otherwise
