"""Which version was active when, who made it so and why."""

from datetime import datetime

from domain.specification.publications import Publication, periods
from storage.specs import SpecRepository


class KnownPublication(Publication):
    """With the time until which its version was the active one (None: it still is), and what is open on it now."""

    until: datetime | None
    open_conversations: int


async def history_of(specs: SpecRepository, organisation: str) -> list[KnownPublication]:
    """Every publication, the newest first."""
    found, open_on = periods(await specs.history(organisation)), await specs.open_conversations(organisation)
    return [
        KnownPublication(
            **one.publication.model_dump(),
            until=one.until,
            open_conversations=open_on.get(one.publication.content_hash, 0),
        )
        for one in found
    ]
