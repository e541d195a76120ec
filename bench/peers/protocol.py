"""What the benchmark and the program of a peer say to each other: JSON, a line each, on standard input and output.

The program says `Ready` once, then one `Answer` for each `Call`. Replies are not in it: they are read from the
transcript, as those of Holdfast are. This needs nothing but Pydantic, because a program has none of our libraries.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Point = Literal["before_reply", "after_reply"]
"""Where a program can stop: the reply is not yet written; it is written, and that it is done is not yet recorded."""


class Line(BaseModel):
    model_config = ConfigDict(frozen=True)


class Receive(Line):
    """A message of a customer. Answered when it is durable with what comes of it, or when all is done."""

    do: Literal["receive"] = "receive"
    conversation_id: str
    message_id: str
    text: str
    needs_approval: bool = False


class Approve(Line):
    """A person approves the reply to this message."""

    do: Literal["approve"] = "approve"
    conversation_id: str
    message_id: str


class Resume(Line):
    """Go on with what a killed process left, where the library does not do so itself when the program starts."""

    do: Literal["resume"] = "resume"


Request = Annotated[Receive | Approve | Resume, Field(discriminator="do")]


class Call(Line):
    number: int
    request: Request


class Ready(Line):
    say: Literal["ready"] = "ready"
    versions: Mapping[str, str]


class Answer(Line):
    """The call is carried out. A program that cannot carry one out ends instead."""

    say: Literal["answer"] = "answer"
    number: int


Said = Annotated[Ready | Answer, Field(discriminator="say")]
SAID: TypeAdapter[Ready | Answer] = TypeAdapter(Said)


class Stop(Line):
    """Kill the process when so many conversations stand at the point."""

    point: Point
    conversations: int = Field(ge=1)
