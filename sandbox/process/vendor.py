"""A vendor as the process serves it: its stand-in, what points Holdfast at it, and its channels to play."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sandbox.authority import Authority
from sandbox.frame import StandIn
from sandbox.serving import serving_tls

NextPort = Callable[[], int]
"""The port of the next server, 0 for any free one."""


class Field(BaseModel):
    """A field of a form. `value` is what stands in it at first; `lines` above 1 make it a box for longer texts."""

    name: str
    label: str
    value: str = ""
    lines: int = 1


class Action(BaseModel):
    """Something that a customer does. `run` is given the form's values by their names; raises ValueError."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str
    label: str
    fields: tuple[Field, ...] = ()
    run: Callable[..., Awaitable[object]]


class Line(BaseModel):
    """What somebody wrote or said, as the customer sees it. `state` is what became of it.

    `reply` holds values of the forms' fields with which the customer answers to it, such as the thread.
    """

    by: Literal["customer", "company"]
    who: str
    text: str
    state: str = ""
    reply: dict[str, str] = {}


class Channel(BaseModel):
    """A way for customers to write. `lines` are the newest last."""

    name: str
    title: str
    actions: tuple[Action, ...]
    lines: Callable[[], list[Line]]


class Links(BaseModel):
    """What an environment is made of: our addresses by name, the authority's file, and Holdfast's own address."""

    addresses: Mapping[str, str]
    ca_file: Path
    holdfast: str


class Vendor:
    """Base of all. `has_webhooks` says whether the vendor posts to Holdfast.

    `is_chosen` is False where Holdfast does better without it until somebody asks for it, as with models by script.
    """

    title = ""
    has_webhooks = False
    is_chosen = True

    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in

    @property
    def name(self) -> str:
        return self.stand_in.name.lower()

    @contextmanager
    def serving(self, authority: Authority, next_port: NextPort) -> Iterator[Mapping[str, str]]:
        """Serve the stand-in; yields its addresses by name."""
        with serving_tls(self.stand_in.app(), authority, next_port()) as address:
            self.stand_in.address = address
            yield {self.name: address}

    def furnish(self, links: Links) -> None:
        """Put in what stands there before anybody writes: people, and the addresses of our webhooks."""

    def environment(self, links: Links) -> Mapping[str, str]:
        """The variables that point Holdfast at the stand-in."""
        raise NotImplementedError

    def channels(self) -> tuple[Channel, ...]:
        """The ways for customers to write."""
        return ()
