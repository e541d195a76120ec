"""Slack's Events API as data: from the body of a request to what somebody wrote. Pure functions.

A thread of a channel is one conversation; so is a whole direct message channel. An edit is a new message that says what
stood there before; a deletion is a new message that says so, and the first one stays in the record.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import Field, ValidationError

from domain.conversation.messages import MAX_MESSAGE_CHARACTERS
from domain.delivery.inbound import ColleagueReply, InboundFile, InboundMessage, Sender
from domain.model import Frozen
from integrations.channels.base import UnreadableRequestError
from integrations.channels.slack.blocks import words_of
from integrations.channels.slack.text import from_mrkdwn

CHANNEL = "slack"
SLACKBOT = "USLACKBOT"
TOMBSTONE = "tombstone"
DIRECT_MESSAGE = "D"
WRITTEN_SUBTYPES = frozenset({None, "file_share", "me_message", "thread_broadcast"})
WORD = re.compile(r"\w+|[^\x00-\x7f\s•]")
"""With emoji; without what only marks up."""
CUT = "\n[The message goes on.]"

SlackId = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,40}$")]
Blocks = list[Any] | None
Timestamp = Annotated[str, Field(pattern=r"^\d{1,11}\.\d{1,6}$", description="Seconds; the id of a message, too.")]


class SlackFile(Frozen):
    """A file of a message. In a shared channel Slack may give no more than the id."""

    id: str
    name: str | None = None
    mimetype: str | None = None
    size: int | None = None
    url_private_download: str | None = None
    permalink: str | None = None
    file_access: str | None = None


class SharedMessage(Frozen):
    """A message within another one, as far as its blocks."""

    blocks: Blocks = None


class SharedBlocks(Frozen):
    """One of `message_blocks`."""

    message: SharedMessage = SharedMessage()


class Attachment(Frozen):
    """What Slack hangs on a message; of interest is another message that was shared."""

    text: str | None = None
    fallback: str | None = None
    is_share: bool = False
    is_msg_unfurl: bool = False
    blocks: Blocks = None
    message_blocks: tuple[SharedBlocks, ...] | None = None

    def words(self) -> str:
        """What the shared message said, as mrkdwn; empty for previews of other things."""
        if not (self.is_share or self.is_msg_unfurl):
            return ""
        inner = "\n".join(words_of(one.message.blocks) for one in self.message_blocks or ())
        return _together(self.text, words_of(self.blocks), inner) or self.fallback or ""


class Edited(Frozen):
    """When a message was edited."""

    ts: Timestamp


class SlackMessage(Frozen):
    """A message, alone or within the event of its edit or deletion. `team` and the like: its author's workspace."""

    subtype: str | None = None
    user: SlackId | None = None
    bot_id: str | None = None
    user_team: SlackId | None = None
    team: SlackId | None = None
    text: str | None = None
    ts: Timestamp
    thread_ts: Timestamp | None = None
    edited: Edited | None = None
    files: tuple[SlackFile, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    blocks: Blocks = None


class MessageEvent(SlackMessage):
    """An event of type `message`."""

    channel: SlackId
    event_ts: Timestamp
    message: SlackMessage | None = None
    previous_message: SlackMessage | None = None

    @property
    def is_deletion(self) -> bool:
        """A first message that has answers is not taken away: Slack puts a tombstone in its place, like an edit."""
        is_buried = self.message is not None and self.message.subtype == TOMBSTONE
        return self.subtype == "message_deleted" or (self.subtype == "message_changed" and is_buried)


class Authorization(Frozen):
    """The installation by which we see an event."""

    team_id: SlackId | None = None
    user_id: SlackId | None = None
    is_bot: bool = False


class Envelope(Frozen):
    """The body of every request of the Events API."""

    type: str
    challenge: str = ""
    team_id: SlackId | None = None
    event_id: str = Field("", max_length=100)
    authorizations: tuple[Authorization, ...] = ()
    is_ext_shared_channel: bool = False
    event: dict[str, Any] = {}

    @property
    def bots(self) -> frozenset[str]:
        """Users that are the app itself."""
        return frozenset(one.user_id for one in self.authorizations if one.is_bot and one.user_id)

    @property
    def workspace(self) -> str:
        """The workspace where the app is installed."""
        installed = self.authorizations[0].team_id if self.authorizations else None
        return installed or self.team_id or ""


class Profile(Frozen):
    """What is known of a person; empty where Slack did not answer."""

    email: str | None = Field(None, max_length=254)
    real_name: str | None = Field(None, max_length=200)


class SlackUser(Frozen):
    """The user in an answer of `users.info`."""

    profile: Profile


class SlackAddress(Frozen):
    """Where to answer: in a channel below the thread's first message, in a direct message where the customer wrote."""

    channel: SlackId
    thread_ts: Timestamp | None = None


class Written(Frozen):
    """What a person wrote, before anything is fetched. `user` and `workspace` are the author's."""

    event_id: str
    at: datetime
    thread: str
    address: SlackAddress
    user: str
    workspace: str
    text: str
    files: tuple[SlackFile, ...] = ()
    by_colleague: bool = False


def read_envelope(body: bytes) -> Envelope:
    """The request's body. Raises UnreadableRequestError."""
    try:
        return Envelope.model_validate_json(body)
    except ValidationError:
        raise UnreadableRequestError("This is no body of Slack's Events API: set /webhooks/slack there only.") from None


def what_was_written(envelope: Envelope) -> Written | None:
    """The message that an event brings; None for what nobody wrote, and for bots, us included.

    Raises UnreadableRequestError for a message that cannot be understood.
    """
    if envelope.type != "event_callback" or envelope.event.get("type") != "message":
        return None
    try:
        return _written(envelope, MessageEvent.model_validate(envelope.event))
    except ValueError:
        raise UnreadableRequestError("A message event of Slack lacks what its documentation promises.") from None


def read_profile(user: Any) -> Profile:
    """The person in an answer of `users.info`; an empty profile where that is not as documented."""
    try:
        return SlackUser.model_validate(user).profile
    except ValidationError:
        return Profile()


def inbound_file(file: SlackFile, content: bytes) -> InboundFile:
    """A file with its content."""
    media_type = file.mimetype or "application/octet-stream"
    return InboundFile(name=_name(file), media_type=media_type, content=content)


def message_event(
    written: Written, profile: Profile, fetched: Iterable[SlackFile | InboundFile], *, verified: bool
) -> InboundMessage | ColleagueReply:
    """What goes to the inbox. A file that was not fetched is named; a text that is too long travels whole as a file.

    The files of a colleague are named only: the customer has them from Slack.
    """
    parts = tuple(fetched)
    files = tuple(file for file in parts if isinstance(file, InboundFile))
    named = [_named(file) for file in parts if isinstance(file, SlackFile)]
    if written.by_colleague:
        named += [f"[File: {file.name}]" for file in files]
    text = "\n".join([written.text, *named]).strip()
    if len(text) > MAX_MESSAGE_CHARACTERS:
        files = (*files, InboundFile(name="message.txt", media_type="text/plain", content=text.encode()))
        text = text[: MAX_MESSAGE_CHARACTERS - len(CUT)] + CUT
    if written.by_colleague:
        return ColleagueReply(
            channel=CHANNEL,
            event_id=written.event_id,
            at=written.at,
            thread=written.thread,
            person_id=f"slack-{written.user}",
            text=text,
        )
    return InboundMessage(
        channel=CHANNEL,
        event_id=written.event_id,
        at=written.at,
        thread=written.thread,
        sender=Sender(
            email=profile.email,
            name=profile.real_name,
            external_id=f"{written.workspace}/{written.user}",
            verified=verified,
        ),
        address=written.address.model_dump(exclude_none=True),
        text=text,
        files=files,
    )


def _written(envelope: Envelope, event: MessageEvent) -> Written | None:
    found = _subject(event, envelope.bots)
    if found is None:
        return None
    message, text, moment = found
    if _is_bot(message, envelope) or not message.user:
        return None
    if not (envelope.event_id and envelope.workspace and (text or message.files)):
        raise ValueError
    author_workspace = message.user_team or message.team or envelope.workspace
    direct = event.channel.startswith(DIRECT_MESSAGE)
    root = message.thread_ts or message.ts
    by_colleague = envelope.is_ext_shared_channel and not direct and author_workspace == envelope.workspace
    if by_colleague and (root == message.ts or event.is_deletion):
        return None
    place = f"{envelope.workspace}/{event.channel}"
    return Written(
        event_id=envelope.event_id,
        at=datetime.fromtimestamp(float(moment), UTC),
        thread=place if direct else f"{place}/{root}",
        address=SlackAddress(channel=event.channel, thread_ts=message.thread_ts if direct else root),
        user=message.user,
        workspace=author_workspace,
        text=text,
        files=() if event.is_deletion else message.files,
        by_colleague=by_colleague,
    )


def _subject(event: MessageEvent, ours: frozenset[str]) -> tuple[SlackMessage, str, str] | None:
    """The message that an event is about, what there is to say of it, and when that happened."""
    before = event.previous_message
    if event.is_deletion and before:
        sent = datetime.fromtimestamp(float(before.ts), UTC)
        return before, f"[The message of {sent:%Y-%m-%d %H:%M:%S} UTC was deleted.]", event.event_ts
    if event.subtype == "message_changed" and event.message:
        if _own_words(event.message, ours) == (_own_words(before, ours) if before else ""):
            return None
        now, then = _text(event.message, ours), _text(before, ours) if before else ""
        moment = event.message.edited.ts if event.message.edited else event.event_ts
        return event.message, f"{now}\n[This replaces an earlier message that said: {then}]", moment
    if event.subtype not in WRITTEN_SUBTYPES:
        return None
    return event, _text(event, ours), event.ts


def _text(message: SlackMessage, ours: frozenset[str]) -> str:
    shared = [from_mrkdwn(words, ours) for one in message.attachments if (words := one.words())]
    return "\n".join(part for part in (_own_words(message, ours), *shared) if part)


def _own_words(message: SlackMessage, ours: frozenset[str]) -> str:
    """What the person wrote, without what Slack or a forward hangs on it."""
    return from_mrkdwn(_together(message.text, words_of(message.blocks)), ours)


def _together(text: str | None, *others: str) -> str:
    """A text, and those lines of others whose words it does not have: as a rule blocks only repeat it."""
    lines = [text] if text else []
    for line in filter(None, "\n".join(others).splitlines()):
        if not lines or not set(WORD.findall(line)) <= set(WORD.findall("\n".join(lines))):
            lines.append(line)
    return "\n".join(lines)


def _name(file: SlackFile) -> str:
    return (file.name or file.id)[:255]


def _named(file: SlackFile) -> str:
    return f"[File that was not fetched: {_name(file)}{f', {file.permalink}' if file.permalink else ''}]"


def _is_bot(message: SlackMessage, envelope: Envelope) -> bool:
    return bool(message.bot_id) or message.user in envelope.bots | {SLACKBOT}
