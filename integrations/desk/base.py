"""The port of desks, where people decide with what they have open anyway: Slack now, another one is a second folder.

A desk shows what it is given and tells what people do. It knows no rule: who may do what is decided with us.
"""

from typing import ClassVar, Protocol, runtime_checkable

from domain.desk.card import Content
from domain.desk.clicks import Click
from domain.desk.places import Places
from domain.model import Frozen
from integrations.channels.base import WebhookAnswer, WebhookRequest
from integrations.settings import VendorSettings


class Posted(Frozen):
    """Where something stands at a desk, by the desk's own ids."""

    channel: str
    message: str


class Form(Frozen):
    """What a person is asked for before a click counts: a text, or a time to come."""

    title: str
    label: str
    kind: str = "text"
    initial: str = ""
    submit: str = "Send"


class Reception(Protocol):
    """Who takes clicks. `keep` returns when they are durable; `form` says what to ask for, before anything is kept.

    Raises HoldfastError, whose text is for the person.
    """

    async def keep(self, click: Click) -> None: ...

    async def form(self, click: Click) -> Form: ...


@runtime_checkable
class Desk(Protocol):
    """Shows cards and notes. `key` is the same for every attempt to post the same thing.

    `place` is a channel, or a user for a direct message; `thread` the message below which it stands. `update` raises
    NotFoundError for what is not there any more. `whisper` is seen by that user alone. Raises RetryableError while the
    desk is away, and InvalidInputError or CredentialsError for what it does not let us do.
    """

    settings_class: ClassVar[type[VendorSettings] | None]

    @property
    def places(self) -> Places: ...

    @property
    def digest_at(self) -> str: ...

    async def post(self, place: str, key: str, content: Content, thread: str = "") -> Posted: ...

    async def find_posted(self, place: str, key: str, thread: str = "") -> Posted | None: ...

    async def update(self, posted: Posted, key: str, content: Content) -> None: ...

    async def whisper(self, posted: Posted, user: str, text: str) -> None: ...


@runtime_checkable
class ClickSource(Protocol):
    """Tells what people do: as requests to /webhooks/desk/<desk>, or on a connection that it opens itself.

    `receive` raises ForgedRequestError. `listen` tells for ever, and returns at once where nothing is to listen to.
    """

    async def receive(self, request: WebhookRequest, reception: Reception) -> WebhookAnswer: ...

    async def listen(self, reception: Reception) -> None: ...
