"""Signing in to the mail stand-in with OAuth 2: access tokens that come, are shared, expire early and are refused."""

import asyncio
import base64
from collections.abc import Iterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.delivery.inbound import InboundMessage
from domain.errors import CredentialsError, HoldfastError, RateLimitedError, UnavailableError
from integrations.authorities import trusting
from integrations.channels.base import OutboundMessage
from integrations.channels.email.mailbox import xoauth2
from integrations.channels.email.sign_in import Credentials
from integrations.channels.email.token import DEFAULT_SECONDS, AccessTokens, Granted
from integrations.checks import Finding
from sandbox.authority import Authority
from sandbox.frame import Fault
from sandbox.mail import TOKEN_PATH, MailStandIn
from sandbox.serving import serving
from tests.integrations.channels.email.mail_setup import (
    CUSTOMER,
    Setup,
    a_message,
    first_message,
    from_now,
    messages,
    reply,
    set_up,
    taken,
)

pytestmark = pytest.mark.integrations


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def setup(authority: Authority) -> Iterator[Setup]:
    with set_up(MailStandIn(), authority) as setup:
        setup.signs_in = setup.by_consent
        yield setup


def told(error: BaseException, setup: Setup) -> str:
    """The text of an error and of all that led to it, which must tell nothing that is secret."""
    texts, cause = [str(error)], error.__cause__ or error.__context__
    app = setup.mail.grants.app
    while cause is not None:
        texts.append(str(cause))
        cause = cause.__cause__ or cause.__context__
    assert not any(secret in text for text in texts for secret in (app.client_secret, app.refresh_token, "eyJ"))
    return texts[0]


def by_name(findings: Any) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


async def test_with_a_refresh_token_mails_are_read_announced_and_answered(setup: Setup) -> None:
    channel = setup.channel()
    async with aclosing(channel.read_from(None)) as batches:  # type: ignore[type-var]
        await anext(batches)
        await anext(batches)
        waiting = asyncio.ensure_future(anext(batches))
        await setup.mail.someone_idles()
        await setup.mail.write(CUSTOMER, "Are you there?")
        (message,) = messages([await waiting])
    await channel.send(reply(message))
    assert [mail.to for mail in setup.mail.received] == [CUSTOMER]
    assert setup.mail.grants.issued == 1


async def test_a_token_that_expired_early_is_renewed_once_for_either_server(setup: Setup) -> None:
    channel = setup.channel()
    cursor = await from_now(channel)
    await setup.mail.write(CUSTOMER, "Hello")
    setup.mail.grants.expire()
    message, _ = await first_message(channel, cursor)
    assert setup.mail.grants.issued == 2
    setup.mail.grants.expire()
    await channel.send(reply(message))
    assert (setup.mail.grants.issued, len(setup.mail.received)) == (3, 1)


async def test_a_token_that_is_refused_again_is_a_mistake_in_the_settings(setup: Setup) -> None:
    message = await a_message(setup)
    before = setup.mail.grants.issued
    channel = setup.channel(username="other@techflow.example")
    with pytest.raises(CredentialsError, match="The SMTP server refuses the access token") as raised:
        await channel.send(reply(message))
    assert "HOLDFAST_EMAIL_OAUTH_SCOPE" in told(raised.value, setup)
    assert setup.mail.grants.issued == before + 2
    with pytest.raises(CredentialsError, match="The IMAP server refuses the access token") as raised:
        await taken(channel, None)
    told(raised.value, setup)
    # The server says NO only to a client that answers its challenge with an empty line, and BAD to others.
    assert "AUTHENTICATIONFAILED" in str(raised.value.__cause__)
    assert setup.mail.grants.issued == before + 3


@pytest.mark.parametrize(
    "fault",
    [
        Fault(kind="fail", path="/imap/authenticate", times=2, body="AUTHENTICATE failed."),
        Fault(kind="fail", path="/smtp/auth", times=2, status=535, body="5.7.3 Authentication unsuccessful"),
    ],
)
async def test_a_server_may_refuse_without_a_challenge(setup: Setup, fault: Fault) -> None:
    message = await a_message(setup)
    setup.mail.faults.add(fault)
    with pytest.raises(CredentialsError, match="refuses the access token"):
        await read_and_send(setup, message)


async def read_and_send(setup: Setup, message: InboundMessage) -> None:
    channel = setup.channel()
    await from_now(channel)
    await channel.send(reply(message))


async def test_a_consent_that_was_withdrawn_is_named(setup: Setup) -> None:
    channel = setup.channel()
    await from_now(channel)
    setup.mail.grants.withdraw()
    with pytest.raises(CredentialsError, match="invalid_grant") as raised:
        await from_now(channel)
    assert "HOLDFAST_EMAIL_OAUTH_REFRESH_TOKEN" in told(raised.value, setup)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"oauth_client_id": "wrong"}, "OAUTH_CLIENT_ID"),
        ({"oauth_client_secret": "wrong"}, "OAUTH_CLIENT_SECRET"),
        ({"oauth_scope": "wrong"}, "OAUTH_SCOPE"),
        ({"oauth_refresh_token": "wrong"}, "OAUTH_REFRESH_TOKEN"),
    ],
)
async def test_what_is_wrong_with_the_app_is_named(setup: Setup, changes: dict[str, object], words: str) -> None:
    with pytest.raises(CredentialsError, match=words) as raised:
        await from_now(setup.channel(**changes))
    told(raised.value, setup)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(kind="fail", status=429, headers={"Retry-After": "7"}), RateLimitedError),
        (Fault(kind="fail", status=503), UnavailableError),
        (Fault(kind="fail", status=400, body='{"error": "temporarily_unavailable"}'), UnavailableError),
        (Fault(kind="cut"), UnavailableError),
        (Fault(kind="delay", seconds=3), UnavailableError),
        (Fault(kind="fail", status=404, body="<html>"), CredentialsError),
        (Fault(kind="fail", status=400, body='{"error": "A text about erika@customer.example"}'), CredentialsError),
    ],
)
async def test_what_goes_wrong_with_the_token_endpoint(setup: Setup, fault: Fault, error: type[HoldfastError]) -> None:
    setup.mail.faults.add(fault.model_copy(update={"path": TOKEN_PATH}))
    channel = setup.channel(timeout_seconds=1)
    with pytest.raises(error) as raised:
        await from_now(channel)
    assert CUSTOMER not in told(raised.value, setup)
    if isinstance(raised.value, RateLimitedError):
        assert raised.value.retry_after == timedelta(seconds=7)
    await from_now(channel)


async def test_an_endpoint_that_is_another_server_is_named(setup: Setup) -> None:
    with pytest.raises(UnavailableError, match="certificate"):
        await from_now(setup.channel(ca_file=None))
    with pytest.raises(UnavailableError, match="does not answer"):
        await from_now(setup.channel(oauth_token_url="https://127.0.0.1:1/token"))
    elsewhere = str(setup.by_consent["oauth_token_url"]).replace(TOKEN_PATH, "/sandbox/reset")
    with pytest.raises(UnavailableError, match="not a token endpoint"):
        await from_now(setup.channel(oauth_token_url=elsewhere))


async def test_the_endpoint_may_be_unencrypted_on_this_machine(setup: Setup) -> None:
    with serving(setup.mail.app()) as url:
        await from_now(setup.channel(oauth_token_url=f"{url}{TOKEN_PATH}"))
    assert setup.mail.grants.issued == 1


async def test_many_who_sign_in_at_once_share_one_token(setup: Setup) -> None:
    setup.signs_in = setup.by_oauth
    message = await a_message(setup)
    channel = setup.channel()
    before = setup.mail.grants.issued
    setup.mail.faults.add(Fault(kind="delay", path=TOKEN_PATH, seconds=0.5))
    await asyncio.gather(*(channel.send(numbered(message, number)) for number in range(10)))
    assert (len(setup.mail.received), setup.mail.grants.issued) == (10, before + 1)


def numbered(message: InboundMessage, number: int) -> OutboundMessage:
    return reply(message, key=f"k{number}")


async def test_servers_that_take_no_tokens_are_named(authority: Authority) -> None:
    with set_up(MailStandIn(takes_tokens=False), authority) as setup:
        message = await a_message(setup)
        setup.signs_in = setup.by_oauth
        with pytest.raises(CredentialsError, match="SMTP server takes no access tokens"):
            await setup.channel().send(reply(message))
        with pytest.raises(CredentialsError, match="IMAP server takes no access tokens"):
            await from_now(setup.channel())


# The example of Microsoft's documentation of SASL XOAUTH2.
VECTOR = Credentials("test@contoso.onmicrosoft.com", "EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA", is_token=True)
ENCODED = (
    "dXNlcj10ZXN0QGNvbnRvc28ub25taWNyb3NvZnQuY29tAWF1dGg9QmVhcmVyIEV3QkFBbDNCQUFVRkZwVUFvN0ozVmUwYmpMQldaV0NjbFJDM0Vv"
    "QUEBAQ=="
)


def test_xoauth2_answers_the_first_challenge_alone() -> None:
    answer = xoauth2(VECTOR)
    assert base64.b64encode(answer(b"").encode()).decode() == ENCODED
    assert answer(b'{"status":"401","schemes":"bearer"}') == ""


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ('{"access_token": "a", "token_type": "bearer", "expires_in": "3599"}', 3599),
        ('{"access_token": "a", "scope": "mail", "id_token": "x"}', DEFAULT_SECONDS),
    ],
)
def test_answers_that_are_understood(answer: str, seconds: int) -> None:
    assert Granted.model_validate_json(answer).expires_in == seconds


@pytest.mark.parametrize(
    "answer",
    [
        '{"access_token": "a\\u0001auth=Bearer b"}',
        '{"access_token": ""}',
        '{"access_token": "a", "token_type": "mac"}',
        '{"access_token": "a", "expires_in": -1}',
        "[]",
        "",
    ],
)
def test_answers_that_grant_nothing(answer: str) -> None:
    with pytest.raises(ValidationError):
        Granted.model_validate_json(answer)


class Clock:
    """Seconds that pass when a test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestAccessTokens:
    """The keeper of the token by itself, against the endpoint."""

    @pytest.fixture
    def clock(self) -> Clock:
        return Clock()

    @pytest.fixture
    def tokens(self, setup: Setup, clock: Clock, authority: Authority) -> AccessTokens:
        client = setup.channel()._settings.oauth
        assert client is not None
        return AccessTokens(client, trusting(authority.ca_file), 5, clock)

    @pytest.mark.parametrize(("lasting", "kept"), [(3599, 3298), (60, 29)])
    async def test_one_is_kept_until_shortly_before_it_expires(
        self, setup: Setup, tokens: AccessTokens, clock: Clock, lasting: int, kept: int
    ) -> None:
        setup.mail.grants.lasting_seconds = lasting
        first = await tokens.token()
        clock.now += kept
        assert await tokens.token() == first
        clock.now += 1
        assert await tokens.token() != first
        assert setup.mail.grants.issued == 2

    async def test_the_newest_refresh_token_is_used(self, setup: Setup, tokens: AccessTokens, clock: Clock) -> None:
        setup.mail.grants.rotates = True
        shown = {await tokens.token()}
        for _ in range(2):
            clock.now += 3600
            shown.add(await tokens.token())
        assert len(shown) == 3

    async def test_those_who_were_refused_the_same_token_get_the_same_new_one(
        self, setup: Setup, tokens: AccessTokens
    ) -> None:
        first = await tokens.token()
        renewed = {await tokens.token(refused=first), await tokens.token(refused=first), await tokens.token()}
        assert len(renewed) == 1
        assert setup.mail.grants.issued == 2

    async def test_who_gives_up_does_not_stop_the_others(self, setup: Setup, tokens: AccessTokens) -> None:
        setup.mail.faults.add(Fault(kind="delay", path=TOKEN_PATH, seconds=0.5))
        hasty, patient = (asyncio.create_task(tokens.token()) for _ in range(2))
        await asyncio.sleep(0)
        hasty.cancel()
        assert (await patient).startswith("eyJ")
        assert hasty.cancelled()
        assert setup.mail.grants.issued == 1

    async def test_an_outage_fails_all_who_wait_and_nobody_after(self, setup: Setup, tokens: AccessTokens) -> None:
        setup.mail.faults.add(Fault(kind="fail", path=TOKEN_PATH, status=503))
        failed = await asyncio.gather(*(tokens.token() for _ in range(5)), return_exceptions=True)
        assert all(isinstance(one, UnavailableError) for one in failed)
        await tokens.token()
        assert setup.mail.grants.issued == 1


class TestCheck:
    """What `holdfast check email` says."""

    async def test_whose_token_it_is(self, setup: Setup) -> None:
        owners = by_name(await setup.channel().check())
        setup.signs_in = setup.by_oauth
        apps = by_name(await setup.channel().check())
        assert [finding for finding in [*owners.values(), *apps.values()] if not finding.ok] == []
        assert "the mailbox's owner" in owners["OAuth: access token"].detail
        assert "the app itself" in apps["OAuth: access token"].detail

    async def test_the_token_endpoint_refuses(self, setup: Setup) -> None:
        (finding,) = await setup.channel(oauth_client_secret="wrong").check()
        assert (finding.name, finding.ok) == ("OAuth: access token", False)
        assert "HOLDFAST_EMAIL_OAUTH_CLIENT_SECRET" in finding.detail
        assert "SMTP and IMAP were not tried" in finding.detail

    @pytest.mark.parametrize(
        ("fault", "failed"),
        [
            (Fault(kind="fail", path="/imap/authenticate", times=2, body="AUTHENTICATE failed."), "IMAP: sign in"),
            (Fault(kind="fail", path="/smtp/auth", times=2, status=535), "SMTP: send as the address"),
        ],
    )
    async def test_one_server_refuses_the_token(self, setup: Setup, fault: Fault, failed: str) -> None:
        setup.mail.faults.add(fault)
        findings = by_name(await setup.channel().check())
        assert [name for name, finding in findings.items() if not finding.ok] == [failed]
        assert "refuses the access token" in findings[failed].detail
