import pytest
from starlette.requests import HTTPConnection
from starlette.responses import Response

from gateway.browsers import clear_cookie, cookie_name, csrf_token, is_forged, local_path, own_address, set_cookie

PUBLIC = "https://support.example.com/"


def connection(method: str = "POST", scheme: str = "http", **headers: str) -> HTTPConnection:
    sent = {"host": "127.0.0.1:8080"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPConnection(
        {
            "type": "http",
            "method": method,
            "scheme": scheme,
            "path": "/v1/me",
            "query_string": b"",
            "server": ("127.0.0.1", 8080),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }
    )


@pytest.mark.parametrize(
    ("scheme", "public_url", "address"),
    [
        ("http", None, "http://127.0.0.1:8080"),
        ("https", None, "https://127.0.0.1:8080"),
        ("http", PUBLIC, "https://support.example.com"),
    ],
)
def test_the_address_is_that_of_the_browser(scheme: str, public_url: str | None, address: str) -> None:
    assert own_address(connection(scheme=scheme), public_url) == address


def test_under_https_a_cookie_is_bound_to_the_host() -> None:
    response = Response()
    set_cookie(response, "holdfast", "token", "https://support.example.com", 60)
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-holdfast=token;")
    assert {"HttpOnly", "Max-Age=60", "Path=/", "SameSite=lax", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert cookie_name("holdfast", "http://127.0.0.1:8080") == "holdfast"
    clear_cookie(response, "holdfast", "http://127.0.0.1:8080")
    assert "Max-Age=0" in response.headers.getlist("set-cookie")[1]


TOKEN = csrf_token("the token of a sign-in")


@pytest.mark.parametrize(
    ("asked", "sent", "forged"),
    [
        (connection("GET"), None, False),
        (connection("HEAD"), None, False),
        (connection(), TOKEN, False),
        (connection(), None, True),
        (connection(), "", True),
        (connection(), "ümlaut", True),
        (connection("DELETE"), TOKEN[:-1], True),
        (connection(sec_fetch_site="same-origin"), TOKEN, False),
        (connection(sec_fetch_site="same-origin"), None, True),
        (connection(sec_fetch_site="same-site"), TOKEN, True),
        (connection(sec_fetch_site="cross-site"), TOKEN, True),
        (connection(origin="http://127.0.0.1:8080"), TOKEN, False),
        (connection(origin="https://support.example.com"), TOKEN, False),
        (connection(origin="http://127.0.0.1:8081"), TOKEN, True),
        (connection(origin="null"), TOKEN, True),
    ],
)
def test_only_our_own_pages_change_something(asked: HTTPConnection, sent: str | None, forged: bool) -> None:
    assert is_forged(asked, PUBLIC, TOKEN, sent) is forged


def test_each_sign_in_has_a_csrf_token_of_its_own() -> None:
    assert csrf_token("another") != TOKEN
    assert csrf_token("the token of a sign-in") == TOKEN


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/console/inbox?view=mine#top", True),
        ("/", True),
        ("console", False),
        ("", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("/a\nb", False),
        ("/a b", False),
        ("/ä", False),
        ("https://evil.example", False),
        ("/" + "a" * 2000, False),
    ],
)
def test_only_a_path_of_ours_is_gone_on_to(wanted: str, goes: bool) -> None:
    assert local_path(wanted, "/console") == (wanted if goes else "/console")
