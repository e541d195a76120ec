"""The mail stand-in grants tokens as RFC 6749 says, and lets in whoever shows a good one by XOAUTH2."""

import base64
import smtplib
import ssl
from collections.abc import Iterator
from imaplib import IMAP4, IMAP4_SSL

import httpx
import pytest

from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import ADDRESS, TOKEN_PATH, MailStandIn, Ports
from sandbox.mail_sign_in import REFUSAL, Grants
from sandbox.serving import serving_tls

OWN = {
    "client_id": "5c1f0d3e-stand-in",
    "client_secret": "app-secret-stand-in",
    "scope": "https://mail.techflow.example/.default",
}
AS_APP = {"grant_type": "client_credentials", **OWN}
AS_OWNER = {"grant_type": "refresh_token", "refresh_token": "1//refresh-token-stand-in", **OWN}


@pytest.fixture
def mail() -> MailStandIn:
    return MailStandIn()


@pytest.fixture
def ports(mail: MailStandIn, authority: Authority) -> Iterator[Ports]:
    with mail.serving(authority) as ports:
        yield ports


@pytest.fixture
def trust(authority: Authority) -> ssl.SSLContext:
    return authority.client_context()


@pytest.fixture
def smtp(ports: Ports, trust: ssl.SSLContext) -> Iterator[smtplib.SMTP_SSL]:
    with smtplib.SMTP_SSL("localhost", ports.smtp, context=trust, timeout=5) as client:
        client.ehlo()
        yield client


@pytest.fixture
def imap(ports: Ports, trust: ssl.SSLContext) -> Iterator[IMAP4_SSL]:
    client = IMAP4_SSL("localhost", ports.imap, ssl_context=trust, timeout=5)
    yield client
    client.shutdown()


@pytest.fixture
def http(mail: MailStandIn, authority: Authority, trust: ssl.SSLContext) -> Iterator[httpx.Client]:
    with serving_tls(mail.app(), authority) as url, httpx.Client(base_url=url, verify=trust, trust_env=False) as http:
        yield http


def response(token: str, user: str = ADDRESS) -> str:
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def a_token(mail: MailStandIn) -> str:
    return str(mail.grants.token(AS_APP)["access_token"])


def test_an_app_and_an_owner_are_granted_tokens(http: httpx.Client, mail: MailStandIn) -> None:
    for form in (AS_APP, AS_OWNER):
        answer = http.post(TOKEN_PATH, data=form)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert mail.grants.admits(response(answer.json()["access_token"]).encode())
        assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3599)
    assert mail.grants.issued == 2


@pytest.mark.parametrize(
    ("form", "error", "status"),
    [
        (AS_APP | {"client_secret": "wrong"}, "invalid_client", 401),
        (AS_APP | {"client_id": "wrong"}, "invalid_client", 401),
        (AS_APP | {"scope": "https://other.example/"}, "invalid_scope", 400),
        (AS_APP | {"more": "1"}, "invalid_request", 400),
        (AS_APP | {"scope": ["a", "b"]}, "invalid_request", 400),
        (AS_APP | {"grant_type": "password"}, "unsupported_grant_type", 400),
        (AS_OWNER | {"refresh_token": "wrong"}, "invalid_grant", 400),
    ],
)
def test_a_wrong_request_is_refused(http: httpx.Client, form: dict[str, str], error: str, status: int) -> None:
    answer = http.post(TOKEN_PATH, data=form)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


def test_only_a_posted_form_is_taken(http: httpx.Client) -> None:
    assert http.post(TOKEN_PATH, json=AS_APP).json() == {"error": "invalid_request"}
    assert http.get(TOKEN_PATH, params=AS_APP).status_code == 405


def test_a_consent_that_was_withdrawn_grants_nothing(http: httpx.Client, mail: MailStandIn) -> None:
    token = a_token(mail)
    mail.grants.withdraw()
    assert not mail.grants.admits(response(token).encode())
    assert http.post(TOKEN_PATH, data=AS_OWNER).json() == {"error": "invalid_grant"}


def test_a_refresh_token_that_rotates_serves_once(http: httpx.Client, mail: MailStandIn) -> None:
    mail.grants.rotates = True
    renewed = http.post(TOKEN_PATH, data=AS_OWNER).json()["refresh_token"]
    assert http.post(TOKEN_PATH, data=AS_OWNER).json() == {"error": "invalid_grant"}
    assert http.post(TOKEN_PATH, data=AS_OWNER | {"refresh_token": renewed}).status_code == 200


def test_the_endpoint_fails_on_demand(http: httpx.Client, mail: MailStandIn) -> None:
    mail.faults.add(Fault(kind="fail", path=TOKEN_PATH, status=429))
    assert http.post(TOKEN_PATH, data=AS_APP).status_code == 429


def test_a_token_ends() -> None:
    now = 0.0
    grants = Grants(ADDRESS, clock=lambda: now)
    shown = response(grants.token(AS_APP)["access_token"]).encode()
    now = 3598
    assert grants.admits(shown)
    now = 3599
    assert not grants.admits(shown)


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda token: response(token, "other@techflow.example"),
        lambda token: response(token[:-1]),
        lambda token: response(f"{token} "),
        lambda token: response(token)[:-1],
        lambda token: f"user={ADDRESS}\x01auth=bearer {token}\x01\x01",
    ],
)
def test_a_token_is_looked_at_strictly(mail: MailStandIn, spoilt: object) -> None:
    token = a_token(mail)
    assert callable(spoilt)
    assert not mail.grants.admits(spoilt(token).encode())
    assert mail.grants.admits(response(token).encode())


@pytest.mark.parametrize("at_once", [True, False])
def test_smtp_takes_a_good_token(mail: MailStandIn, smtp: smtplib.SMTP_SSL, at_once: bool) -> None:
    assert "XOAUTH2" in smtp.esmtp_features["auth"]
    token = a_token(mail)
    smtp.user = ADDRESS
    assert smtp.auth("XOAUTH2", lambda _=None: response(token), initial_response_ok=at_once)[0] == 235
    assert smtp.mail(ADDRESS)[0] == 250


def test_smtp_refuses_a_token_by_a_challenge_that_wants_an_empty_line(smtp: smtplib.SMTP_SSL) -> None:
    for answer, code in (("", 535), (encoded(response("wrong")), 501), ("*", 501), ("???", 501)):
        challenge = smtp.docmd("AUTH", f"XOAUTH2 {encoded(response('wrong'))}")
        assert challenge == (334, base64.b64encode(REFUSAL))
        assert smtp.docmd(answer)[0] == code
    assert smtp.docmd("AUTH", "XOAUTH2 ???")[0] == 501
    assert smtp.docmd("AUTH", "XOAUTH2")[0] == 334
    assert smtp.docmd("*")[0] == 501
    assert smtp.mail(ADDRESS)[0] == 530


def test_imap_takes_a_good_token(mail: MailStandIn, imap: IMAP4_SSL) -> None:
    assert "AUTH=XOAUTH2" in imap.capabilities
    token = a_token(mail)
    assert imap.authenticate("XOAUTH2", lambda _: response(token).encode())[0] == "OK"
    assert imap.select("INBOX")[0] == "OK"


def test_imap_refuses_a_token_by_a_challenge_that_wants_an_empty_line(imap: IMAP4_SSL) -> None:
    challenges = []

    def answering(*answers: bytes) -> None:
        left = iter(answers)

        def answer(challenge: bytes) -> bytes:
            challenges.append(challenge)
            return next(left)

        imap.authenticate("XOAUTH2", answer)

    with pytest.raises(IMAP4.error, match="AUTHENTICATIONFAILED"):
        answering(response("wrong").encode(), b"")
    assert challenges == [b"", REFUSAL]
    with pytest.raises(IMAP4.error, match="Invalid auth response"):
        answering(response("wrong").encode(), response("wrong").encode())


def test_imap_fails_on_demand(mail: MailStandIn, imap: IMAP4_SSL) -> None:
    token = a_token(mail)
    mail.faults.add(Fault(kind="fail", path="/imap/authenticate", body="AUTHENTICATE failed."))
    with pytest.raises(IMAP4.error, match=r"AUTHENTICATE failed\."):
        imap.authenticate("XOAUTH2", lambda _: response(token).encode())


def test_imap_takes_no_token_in_the_clear(mail: MailStandIn, authority: Authority, trust: ssl.SSLContext) -> None:
    with mail.serving(authority, security="starttls") as ports:
        token = a_token(mail)
        imap = IMAP4("localhost", ports.imap, timeout=5)
        with pytest.raises(IMAP4.error, match="STARTTLS"):
            imap.authenticate("XOAUTH2", lambda _: response(token).encode())
        imap.starttls(trust)
        assert imap.authenticate("XOAUTH2", lambda _: response(token).encode())[0] == "OK"
        imap.shutdown()


async def test_a_restart_forgets_every_token(mail: MailStandIn, ports: Ports) -> None:
    token = a_token(mail)
    mail.restart()
    assert not mail.grants.admits(response(token).encode())
