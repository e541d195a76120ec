"""One connection to an IMAP server, through imapclient. Everything blocks: it runs in a thread.

Mails are fetched with PEEK and never moved or deleted.
"""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from imaplib import IMAP4
from itertools import chain, repeat
from select import POLLIN, poll
from typing import Any, NamedTuple

from imapclient import SEEN, IMAPClient, SocketTimeout  # type: ignore[import-untyped]
from imapclient.exceptions import LoginError  # type: ignore[import-untyped]

from domain.errors import HoldfastError, InvalidInputError, RateLimitedError, UnavailableError
from integrations.channels.email.cursor import Folder
from integrations.channels.email.inbound import RawMail
from integrations.channels.email.settings import Security
from integrations.channels.email.sign_in import Credentials

# What Exchange says where it finds no mailbox, or not the right to it; also while it is in trouble itself.
NOT_CONNECTED = "NOT CONNECTED"
LIMITS = ("THROTTLED", "OVERQUOTA", "[LIMIT]", "TOO MANY")
# RFC 9051, 7.1, and what Exchange and Gmail say instead: the same command works later.
IN_TROUBLE = ("UNAVAILABLE", "[INUSE]", "TEMPORARY", "TRY AGAIN", "TIMED OUT", "TIMEOUT", NOT_CONNECTED)


class ImapAccess(NamedTuple):
    """Where the mailbox is, and how to get in. Of a mail at most so many bytes are fetched."""

    host: str
    port: int
    security: Security
    context: ssl.SSLContext
    credentials: Credentials
    timeout_seconds: int
    max_mail_bytes: int


class ImapMailbox:
    """A session. Methods raise UnavailableError, RateLimitedError, CredentialsError or InvalidInputError."""

    def __init__(self, access: ImapAccess) -> None:
        self._most_bytes = access.max_mail_bytes
        with imap_errors():
            self._client = IMAPClient(
                access.host,
                access.port,
                ssl=access.security == "tls",
                ssl_context=access.context,
                timeout=SocketTimeout(access.timeout_seconds, access.timeout_seconds),
            )
        self._client.normalise_times = False
        try:
            self._sign_in(access)
        except HoldfastError:
            self.drop()
            raise

    def _sign_in(self, access: ImapAccess) -> None:
        with imap_errors():
            if access.security == "starttls":
                self._client.starttls(access.context)
            self._log_in(access.credentials)

    def _log_in(self, credentials: Credentials) -> None:
        if credentials.is_token and not self._client.has_capability("AUTH=XOAUTH2"):
            raise credentials.unknown_to("IMAP")
        try:
            if credentials.is_token:
                self._client.sasl_login("XOAUTH2", xoauth2(credentials))
            else:
                self._client.login(credentials.account, credentials.secret)
        except LoginError as error:
            said = str(error).upper()
            if isinstance(error.__context__, IMAP4.abort) or "UNAVAILABLE" in said:
                raise UnavailableError("The IMAP server cannot sign anybody in at the moment.") from error
            if any(word in said for word in LIMITS):
                raise RateLimitedError("The IMAP server asks us to slow down.") from error
            raise credentials.refused_by("IMAP") from error

    def open(self, folder: str, *, readonly: bool) -> Folder:
        """Open a folder; how new its newest mail is, is left out."""
        with imap_errors():
            if not self._client.folder_exists(folder):
                raise InvalidInputError(f"The mailbox has no folder {folder}. Make it, or correct the setting.")
            state = self._client.select_folder(folder, readonly=readonly)
            uidnext = state.get(b"UIDNEXT") or max(self._client.search("ALL"), default=0) + 1
        return Folder(int(state[b"UIDVALIDITY"]), int(uidnext))

    def newest(self) -> datetime | None:
        """Since when the newest mail of the open folder lies there."""
        with imap_errors():
            uids = self._client.search("ALL")
            answer = self._client.fetch([max(uids)], ["INTERNALDATE"]) if uids else {}
        return max((mail[b"INTERNALDATE"] for mail in answer.values() if b"INTERNALDATE" in mail), default=None)

    def uids_after(self, last: int, since: date | None) -> list[int]:
        """The UIDs above `last`, in order; with `since`, only of mails that came on that day or later."""
        criteria = ["UID", f"{last + 1}:*", *(["SINCE", since] if since else [])]
        with imap_errors():
            self._client.noop()
            found = self._client.search(criteria)
        return sorted(uid for uid in found if uid > last)

    def fetch(self, uid: int) -> RawMail | None:
        """A mail, or its beginning if it is too large; None if it is gone. One that the server refuses is empty."""
        with imap_errors():
            try:
                answer = self._client.fetch(
                    [uid], [f"BODY.PEEK[]<0.{self._most_bytes}>", "INTERNALDATE", "RFC822.SIZE"]
                )
            except IMAP4.abort:
                raise
            except IMAP4.error as error:
                if is_passing(error):
                    raise
                return RawMail(b"", datetime.now(UTC))
        mail = answer.get(uid)
        if mail is None or mail.get(b"BODY[]<0>") is None:
            return None
        raw = mail[b"BODY[]<0>"]
        return RawMail(
            raw, mail[b"INTERNALDATE"], is_cut=len(raw) < mail[b"RFC822.SIZE"] and len(raw) >= self._most_bytes
        )

    def wait(self, seconds: int) -> bool:
        """Wait until something happens, at most so long. False if the server cannot tell.

        The socket is watched here, since imapclient's idle_check (4.1) loses half a line that comes in two pieces.
        """
        with imap_errors():
            if not self._client.has_capability("IDLE"):
                return False
            self._client.idle()
            connection = self._client.socket()
            if not connection.pending():
                watched = poll()
                watched.register(connection.fileno(), POLLIN)
                watched.poll(seconds * 1000)
            self._client.idle_done()
        return True

    def mark_seen(self, uids: list[int]) -> None:
        with imap_errors():
            self._client.add_flags(uids, [SEEN], silent=True)

    def holds(self, folder: str, message_id: str) -> bool:
        """Whether a folder has a mail with that Message-ID."""
        self.open(folder, readonly=True)
        with imap_errors():
            return bool(self._client.search(["HEADER", "Message-ID", message_id]))

    def append(self, folder: str, raw: bytes) -> None:
        with imap_errors():
            self._client.append(folder, raw, flags=[SEEN])

    def newest_headers(self, folder: str, most: int) -> list[bytes]:
        """The headers of the newest mails of a folder."""
        self.open(folder, readonly=True)
        with imap_errors():
            uids = sorted(self._client.search("ALL"))[-most:]
            answer: dict[int, Any] = self._client.fetch(uids, ["BODY.PEEK[HEADER]"]) if uids else {}
        return [mail[b"BODY[HEADER]"] for mail in answer.values()]

    def can_idle(self) -> bool:
        with imap_errors():
            return bool(self._client.has_capability("IDLE"))

    def drop(self) -> None:
        """End the connection at once; whoever waits on it in another thread wakes up with an error."""
        with suppress(OSError, IMAP4.error):
            self._client.shutdown()


def xoauth2(credentials: Credentials) -> Callable[[bytes], str]:
    """What we answer to the server's challenges: the token to the first, nothing to the one that tells of a refusal.

    imapclient's oauth2_login (4.1) answers every challenge with the token.
    """
    shown = f"user={credentials.account}\x01auth=Bearer {credentials.secret}\x01\x01"
    answers = chain([shown], repeat(""))
    return lambda challenge: next(answers)


def is_passing(error: IMAP4.error) -> bool:
    """Whether a refused command is worth another try; else it is about what was asked for."""
    said = str(error).upper()
    return any(word in said for word in (*LIMITS, *IN_TROUBLE))


@contextmanager
def imap_errors() -> Iterator[None]:
    """imapclient's errors as ours. What a server says is not repeated, since it may name the account."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise UnavailableError(
            "The IMAP server's certificate is not trusted. Check the host name, or set HOLDFAST_EMAIL_CA_FILE."
        ) from error
    except IMAP4.abort as error:
        raise UnavailableError("The IMAP server ended the connection.") from error
    except IMAP4.error as error:
        if NOT_CONNECTED in str(error).upper():
            raise UnavailableError(
                "The IMAP server signs us in, but does not open the mailbox. If this lasts, let the account or the "
                "app use it, and check HOLDFAST_EMAIL_USERNAME."
            ) from error
        if any(word in str(error).upper() for word in LIMITS):
            raise RateLimitedError("The IMAP server asks us to slow down.") from error
        raise UnavailableError("The IMAP server refused a command.") from error
    except OSError as error:
        raise UnavailableError("The IMAP server does not answer.") from error
