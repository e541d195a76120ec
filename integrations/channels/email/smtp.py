"""The SMTP server that our mails leave by, through aiosmtplib."""

import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import aiosmtplib

from domain.errors import CredentialsError, HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from integrations.channels.email.settings import EmailSettings
from integrations.channels.email.sign_in import Credentials, SignIn

LOGIN_CODES = frozenset({530, 534, 535, 538})
SLOW_DOWN = re.compile(r"\b4\.7\.\d|\brate\b|too (?:many|fast)|throttl", re.IGNORECASE)


class SmtpServer:
    """One account there; every session is a connection of its own."""

    def __init__(self, settings: EmailSettings, sign_in: SignIn, trust: ssl.SSLContext) -> None:
        self._settings = settings
        self._sign_in = sign_in
        self._trust = trust

    @asynccontextmanager
    async def session(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A client that is signed in; whatever is done with it raises domain errors only."""
        with _smtp_errors():
            async with await self._sign_in.opened(self._signed_in) as client:
                yield client

    async def _signed_in(self, credentials: Credentials) -> aiosmtplib.SMTP:
        client = self._client()
        await client.connect()
        try:
            await _log_in(client, credentials)
        except BaseException:
            client.close()
            raise
        return client

    def _client(self) -> aiosmtplib.SMTP:
        is_tls = self._settings.smtp_security == "tls"
        return aiosmtplib.SMTP(
            hostname=self._settings.smtp_host,
            port=self._settings.smtp_port,
            local_hostname=self._settings.address.lower().rpartition("@")[2],
            timeout=self._settings.timeout_seconds,
            use_tls=is_tls,
            start_tls=not is_tls,
            tls_context=self._trust,
        )


async def _log_in(client: aiosmtplib.SMTP, credentials: Credentials) -> None:
    try:
        if credentials.is_token:
            await client.ehlo()
            if "xoauth2" not in client.server_auth_methods:
                raise credentials.unknown_to("SMTP")
            await client.auth_xoauth2(credentials.account, credentials.secret)
        else:
            await client.login(credentials.account, credentials.secret)
    except aiosmtplib.SMTPAuthenticationError as error:
        if error.code in LOGIN_CODES:
            raise credentials.refused_by("SMTP") from error
        raise


@contextmanager
def _smtp_errors() -> Iterator[None]:
    """aiosmtplib's errors as ours. What a server says is not repeated, since it may name the customer."""
    try:
        yield
    except aiosmtplib.SMTPRecipientsRefused as error:
        first = error.recipients[0]
        raise _smtp_error(first.code, first.message) from error
    except aiosmtplib.SMTPSenderRefused as error:
        if error.code < 500:
            raise _smtp_error(error.code, error.message) from error
        raise CredentialsError(
            "The SMTP server does not let this account send as HOLDFAST_EMAIL_ADDRESS. Allow it there."
        ) from error
    except aiosmtplib.SMTPResponseException as error:
        raise _smtp_error(error.code, error.message) from error
    except (aiosmtplib.SMTPException, OSError) as error:
        if isinstance(error.__cause__, ssl.SSLCertVerificationError):
            raise UnavailableError(
                "The SMTP server's certificate is not trusted. Check the host name, or set HOLDFAST_EMAIL_CA_FILE."
            ) from error
        raise UnavailableError("The SMTP server does not answer.") from error


def _smtp_error(code: int, said: str) -> HoldfastError:
    if code >= 500:
        return InvalidInputError(f"The SMTP server refuses the mail for good ({code}).")
    if SLOW_DOWN.search(said):
        return RateLimitedError(f"The SMTP server asks us to slow down ({code}).")
    return UnavailableError(f"The SMTP server cannot take the mail at the moment ({code}).")
