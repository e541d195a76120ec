"""A vendor as the process serves it: its stand-in, what points Holdfast at it, and its channels to play."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sandbox.authority import Authority
from sandbox.frame import Fault, StandIn
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
    """Something that a customer does. `run` is given the form's values by their names; raises ValueError.

    `then` names the action that usually follows.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    name: str
    label: str
    fields: tuple[Field, ...] = ()
    run: Callable[..., Awaitable[object]]
    then: str = ""


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


class Trouble(BaseModel):
    """A button that makes something go wrong: a fault that is added, or something that only this vendor does."""

    label: str
    title: str = ""
    fault: Fault | None = None
    run: Callable[[], Awaitable[object]] | None = None


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

    def troubles(self) -> tuple[Trouble, ...]:
        """What can be made to go wrong there."""
        return HTTP_TROUBLES

    def channels(self) -> tuple[Channel, ...]:
        """The ways for customers to write."""
        return ()


OUTAGE_SECONDS = 30
SLOW = Trouble(
    label="Slow 2 s",
    title="For 30 seconds",
    fault=Fault(kind="delay", seconds=2, lasting_seconds=OUTAGE_SECONDS),
)
CUT = Trouble(label="Cut", title="The next connection is cut before anything is done", fault=Fault(kind="cut"))
HTTP_TROUBLES = (
    Trouble(
        label="Outage 30 s",
        title="Everything is answered with 503",
        fault=Fault(kind="fail", status=503, lasting_seconds=OUTAGE_SECONDS),
    ),
    Trouble(
        label="429",
        title="The next request is refused with Retry-After 5",
        fault=Fault(kind="fail", status=429, headers={"Retry-After": "5"}),
    ),
    SLOW,
    CUT,
    Trouble(
        label="Lose answer",
        title="The next request is carried out, and its answer is lost",
        fault=Fault(kind="cut", handled=True),
    ),
)
