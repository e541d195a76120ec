"""How we sign in to mail servers: with a password, or with an access token of OAuth 2 (SASL XOAUTH2)."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeVar

from domain.errors import CredentialsError
from integrations.authorities import trusting
from integrations.channels.email.settings import EmailSettings
from integrations.channels.email.token import AccessTokens

Session = TypeVar("Session")


class LoginRefusedError(CredentialsError):
    """A mail server does not accept what we showed."""


class Credentials(NamedTuple):
    """What we show: the account, and its password or an access token."""

    account: str
    secret: str
    is_token: bool = False

    def refused_by(self, server: str) -> LoginRefusedError:
        """The error when the SMTP or IMAP server does not accept them."""
        if not self.is_token:
            return LoginRefusedError(
                f"The {server} server refuses the login. Check HOLDFAST_EMAIL_USERNAME and HOLDFAST_EMAIL_PASSWORD."
            )
        return LoginRefusedError(
            f"The {server} server refuses the access token. Check HOLDFAST_EMAIL_USERNAME, HOLDFAST_EMAIL_OAUTH_SCOPE, "
            f"that the app may use {server}, and that the mailbox lets it in."
        )

    def unknown_to(self, server: str) -> CredentialsError:
        """The error when the server offers no XOAUTH2."""
        return CredentialsError(
            f"The {server} server takes no access tokens (XOAUTH2). Check HOLDFAST_EMAIL_{server}_HOST, switch "
            f"{server} on for the mailbox, or set HOLDFAST_EMAIL_PASSWORD instead of HOLDFAST_EMAIL_OAUTH_…."
        )


class SignIn:
    """Opens sessions with our credentials. `tokens` is None where a password is set."""

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        client = settings.oauth
        # httpx sets its own protocols (ALPN) in the context, so it must not be the one of the mail servers.
        self.tokens = (
            AccessTokens(client, trusting(settings.ca_file), settings.timeout_seconds) if client is not None else None
        )

    async def opened(self, opening: Callable[[Credentials], Awaitable[Session]]) -> Session:
        """What `opening` opens. An access token that is refused, as it expired early, is renewed once."""
        account, password = self._settings.account, self._settings.password
        if self.tokens is None:
            return await opening(Credentials(account, password.get_secret_value() if password else ""))
        token = await self.tokens.token()
        try:
            return await opening(Credentials(account, token, is_token=True))
        except LoginRefusedError:
            renewed = await self.tokens.token(refused=token)
        return await opening(Credentials(account, renewed, is_token=True))
