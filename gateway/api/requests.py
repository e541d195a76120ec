"""What people's requests have in common."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import uuid4

from fastapi import Depends
from pydantic import AfterValidator, AwareDatetime, ConfigDict, Field

from domain.model import Frozen
from gateway.services import Services, services_of

WITHOUT_NUL = r"^[^\x00]*$"
"""PostgreSQL keeps no such character."""

ServicesDependency = Annotated[Services, Depends(services_of)]


def _in_utc(moment: datetime) -> datetime:
    """Raises ValueError for what is no year of PostgreSQL's and ours once it is in UTC."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("give a time within the years 1 to 9999") from None


Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
"""A time from outside, with its zone."""

MAX_ID = 2**63 - 1
"""The greatest number of PostgreSQL's."""


class Ask(Frozen):
    """`request_id` makes a repeated call harmless: the same id is the same request, and gets the same answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    request_id: str = Field(default_factory=lambda: f"rq_{uuid4().hex}", pattern=r"^[A-Za-z0-9._~-]{1,100}$")


class Acknowledgement(Frozen):
    """`acknowledged`: carried out. `accepted`: kept by Temporal, and carried out when a worker is there."""

    request_id: str
    state: Literal["acknowledged", "accepted"]
