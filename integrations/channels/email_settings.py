"""What the email adapter must be told."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field, SecretStr

from integrations.settings import VendorSettings

Security = Literal["tls", "starttls"]
ADDRESSES = r"^([^@\s+,]+@[^@\s,]+(, *[^@\s+,]+@[^@\s,]+)*)?$"


class EmailSettings(VendorSettings):
    """A mailbox that customers write to."""

    prefix: ClassVar[str] = "EMAIL"

    address: str = Field(pattern=r"^[^@\s+]+@[^@\s]+$", description="Address of the mailbox; our mails come from it.")
    name: str = Field("", max_length=100, description="Name that stands before the address in our mails.")
    aliases: str = Field("", pattern=ADDRESSES, description="Other addresses of this mailbox, separated by commas.")
    username: str = Field("", description="Name of the account. Unset: the address.")
    password: SecretStr = Field(min_length=1, description="Password of the account, or an app password.")
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
    timeout_seconds: int = Field(30, ge=1, description="How long a server may take for one step, in seconds.")

    @property
    def account(self) -> str:
        """Who signs in."""
        return self.username or self.address
