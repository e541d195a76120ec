"""What the bodies of people's requests have in common."""

from typing import Annotated, Literal
from uuid import uuid4

from fastapi import Depends
from pydantic import ConfigDict, Field

from domain.model import Frozen
from gateway.services import Services, services_of

ServicesDependency = Annotated[Services, Depends(services_of)]


class Ask(Frozen):
    """`request_id` makes a repeated call harmless: the same id is the same request, and gets the same answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    request_id: str = Field(default_factory=lambda: f"rq_{uuid4().hex}", pattern=r"^[A-Za-z0-9._~-]{1,100}$")


class Acknowledgement(Frozen):
    """`acknowledged`: carried out. `accepted`: kept by Temporal, and carried out when a worker is there."""

    request_id: str
    state: Literal["acknowledged", "accepted"]
