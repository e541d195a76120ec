"""What the email adapter must be told."""

from ipaddress import ip_address
from pathlib import Path
from typing import ClassVar, Literal, NamedTuple, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from integrations.settings import VendorSettings

Security = Literal["tls", "starttls"]
ADDRESSES = r"^([^@\s+,]+@[^@\s,]+(, *[^@\s+,]+@[^@\s,]+)*)?$"

GROUPS = r"^([^\s,]+(, *[^\s,]+)*)?$"


class OAuthClient(NamedTuple):
    """The app as which we ask for access tokens: for the owner of a refresh token, without one for the app itself."""

    token_url: str
    client_id: str
    client_secret: SecretStr
    scope: str
    refresh_token: SecretStr | None


class EmailSettings(VendorSettings):
    """A mailbox that customers write to."""

    prefix: ClassVar[str] = "EMAIL"

    address: str = Field(pattern=r"^[^@\s+]+@[^@\s]+$", description="Address of the mailbox; our mails come from it.")
    name: str = Field("", max_length=100, description="Name that stands before the address in our mails.")
    aliases: str = Field("", pattern=ADDRESSES, description="Other addresses of this mailbox, separated by commas.")
    groups: str = Field(
        "",
        pattern=GROUPS,
        description="Groups and lists that bring customers' mail to the mailbox: addresses or List-Ids, with commas.",
    )
    username: str = Field("", description="Name of the account. Unset: the address.")
    password: SecretStr | None = Field(
        None, min_length=1, description="Password of the account, or an app password. Unset with OAuth 2."
    )
    oauth_token_url: str | None = Field(
        None, description="OAuth 2 instead of a password: address of the token endpoint."
    )
    oauth_client_id: str | None = Field(None, description="OAuth 2: client id of the app.")
    oauth_client_secret: SecretStr | None = Field(None, min_length=1, description="OAuth 2: secret of the app.")
    oauth_scope: str | None = Field(None, description="OAuth 2: scope, such as https://mail.google.com/.")
    oauth_refresh_token: SecretStr | None = Field(
        None, min_length=1, description="OAuth 2: refresh token of the mailbox's owner. Unset: client credentials."
    )
    imap_host: str = Field(description="IMAP server.")
    imap_port: int = Field(993, ge=1, le=65535, description="Port of the IMAP server.")
    imap_security: Security = Field("tls", description="`tls` (port 993) or `starttls` (port 143).")
    smtp_host: str = Field(description="SMTP server.")
    smtp_port: int = Field(465, ge=1, le=65535, description="Port of the SMTP server.")
    smtp_security: Security = Field("tls", description="`tls` (port 465) or `starttls` (port 587).")
    folder: str = Field("INBOX", description="Folder that is read.")
    mark_seen: bool = Field(False, description="Mark mails that became messages as read.")
    poll_seconds: int = Field(20, ge=1, le=25, description="How often a server that announces nothing is asked.")
    sent_folder: str = Field(
        "", description="Folder of sent mails, in which a mail in doubt is looked up. Unset: none."
    )
    append_sent: bool = Field(False, description="Put our mails into the sent folder; off where the provider does so.")
    trusted_authserv: str = Field(
        "",
        description="Host whose Authentication-Results prove a sender, such as mx.google.com. Unset: nobody is proved.",
    )
    plus_address: bool = Field(False, description="Ask for answers to address+token@…, which the mailbox must receive.")
    subject_token: bool = Field(
        False, description="Put the thread's token into the subject, for programs that lose ids."
    )
    max_mail_bytes: int = Field(25_000_000, ge=10_000, description="Of a larger mail only the beginning is read.")
    max_file_bytes: int = Field(5_000_000, ge=1, description="A larger file is only named in the text.")
    ca_file: Path | None = Field(None, description="A certificate authority to trust besides the system's.")
    timeout_seconds: int = Field(30, ge=1, description="How long a server may take for one command, in seconds.")

    @field_validator("oauth_token_url")
    @classmethod
    def _encrypted(cls, url: str | None) -> str | None:
        if url is not None and not _is_protected(url):
            raise ValueError("use an address with https://, or with http:// on this machine")
        return url

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        needed = ("oauth_token_url", "oauth_client_id", "oauth_client_secret", "oauth_scope")
        missing = [name.upper() for name in needed if not getattr(self, name)]
        has_any = len(missing) < len(needed) or self.oauth_refresh_token is not None
        if self.password and has_any:
            raise ValueError("PASSWORD and OAUTH_… are set: set the one or the other")
        if not self.password and not has_any:
            raise ValueError(f"set PASSWORD, or for OAuth {', '.join(missing)}")
        if has_any and missing:
            raise ValueError(f"OAuth needs {', '.join(missing)} too")
        return self

    @property
    def oauth(self) -> OAuthClient | None:
        """None where a password is set."""
        url, client_id, secret, scope = (
            self.oauth_token_url,
            self.oauth_client_id,
            self.oauth_client_secret,
            self.oauth_scope,
        )
        if not (url and client_id and secret and scope):
            return None
        return OAuthClient(url, client_id, secret, scope, self.oauth_refresh_token)

    @property
    def account(self) -> str:
        """Who signs in."""
        return self.username or self.address


def _is_protected(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme != "http":
        return parts.scheme == "https" and bool(parts.hostname)
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.hostname == "localhost"
