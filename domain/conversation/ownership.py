"""Who owns a conversation, and its status."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from domain.model import Frozen

Via = Literal["api", "cli", "console", "slack", "temporal_ui"]
"""How a person reached Holdfast."""

LEAD_ROLES = frozenset({"lead", "admin"})


class Status(StrEnum):
    """Where a conversation stands; exactly one at a time."""

    OPEN = "open"
    AWAITING_APPROVAL = "awaiting_approval"
    WITH_HUMAN = "with_human"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Person(Frozen):
    """A human agent as authenticated by the gateway: an opaque id and roles, no name, no address."""

    id: str = Field(min_length=1, max_length=64)
    roles: tuple[str, ...] = ()

    @property
    def leads(self) -> bool:
        """A lead may decide every approval, and merge conversations of two verified customers."""
        return bool(LEAD_ROLES & set(self.roles))


class Suggestion(Frozen):
    """A person who might take a conversation, or decide about it, and why, in words. It assigns nobody."""

    person: str
    reasons: tuple[str, ...]


class Owner(Frozen):
    """Who answers. `id` is the AI agent's key or the person's id; a human owner without id is the queue."""

    kind: Literal["ai_agent", "human_agent"]
    id: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id or 'queue'}"


class Position(Frozen):
    """Owner, status and revision after a transition: the workflow computes them, the store keeps them."""

    owner: Owner
    status: Status
    revision: int = Field(ge=0)
