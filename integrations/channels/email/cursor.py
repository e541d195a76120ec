"""Where the reader stands in a mailbox: the cursor of an IMAP folder."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pydantic import AwareDatetime, ValidationError

from domain.errors import InvalidInputError
from domain.model import Frozen
from integrations.channels.base import Cursor
from integrations.channels.email.filter import is_flood

OVERLAP = timedelta(days=2)
MAX_SENDERS = 1000


class Folder(NamedTuple):
    """A folder as it was opened: the UID that its next mail will have, and since when the newest mail lies there."""

    uidvalidity: int
    uidnext: int
    newest: datetime | None = None


class MailboxCursor(Frozen):
    """UIDs mean something only together with their UIDVALIDITY (RFC 9051, 2.3.1.1).

    When that changes, every mail has a new UID. The reader then begins anew with what came after `reread_since`; what
    it knew already is taken in once, by its event id. Mail up to `started` was there before the first reader. All
    dates are the server's own, so no two clocks are compared. `recent` has the times, in seconds, at which each sender
    (as a digest) wrote within the last hour.
    """

    uidvalidity: int
    last_uid: int
    started: AwareDatetime
    newest: AwareDatetime
    reread_since: AwareDatetime | None = None
    recent: dict[str, tuple[int, ...]] = {}

    def cursor(self) -> Cursor:
        return self.model_dump(mode="json")

    def passed(self, uid: int, at: datetime) -> "MailboxCursor":
        """Behind the mail with that UID, which lies there since `at`."""
        return self.model_copy(update={"last_uid": uid, "newest": max(self.newest, at)})

    def wants(self, at: datetime) -> bool:
        return self.reread_since is None or at > self.reread_since

    def settled(self) -> "MailboxCursor":
        """Once everything there is has been read again."""
        return self if self.reread_since is None else self.model_copy(update={"reread_since": None})

    def heard_from(self, sender: str, at: datetime) -> tuple["MailboxCursor", bool]:
        """After a mail of that sender, and whether it was one too many."""
        key = hashlib.sha256(sender.encode()).hexdigest()[:16]
        floods = is_flood([datetime.fromtimestamp(one, at.tzinfo) for one in self.recent.get(key, ())], at)
        now = int(at.timestamp())
        kept = {
            one: fresh
            for one, times in self.recent.items()
            if (fresh := tuple(time for time in times if now - 3600 < time))
        }
        kept[key] = (*kept.get(key, ()), now)[-60:]
        return self.model_copy(update={"recent": dict(list(kept.items())[-MAX_SENDERS:])}), floods


def resumed(cursor: Cursor | None, folder: Folder) -> MailboxCursor:
    """Where to go on in a folder; without a cursor, with what comes from now on. Raises InvalidInputError."""
    if cursor is None:
        newest = folder.newest or datetime.fromtimestamp(0, UTC)
        return MailboxCursor(uidvalidity=folder.uidvalidity, last_uid=folder.uidnext - 1, started=newest, newest=newest)
    try:
        position = MailboxCursor.model_validate(cursor)
    except ValidationError as error:
        raise InvalidInputError(
            "The kept place in the mailbox cannot be read. Delete it to read from now on."
        ) from error
    if position.uidvalidity == folder.uidvalidity and position.last_uid < folder.uidnext:
        return position
    since = max(position.started, position.newest - OVERLAP)
    return position.model_copy(
        update={"uidvalidity": folder.uidvalidity, "last_uid": 0, "reread_since": since, "recent": {}}
    )
