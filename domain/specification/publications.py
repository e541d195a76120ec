"""Publications: which version became the active one, when, by whom and why. Their log only grows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from domain.model import Frozen

SHORT = 12
"""Characters of a content hash that people are shown."""


class Publication(Frozen):
    """A version became the active one; `replaced` was active before, None when nothing was.

    A rollback makes a version active again that was published before, without fitting anything anew. `via`: how the
    person reached Holdfast; None of publications of before it was recorded, and of those that nobody asked for.
    """

    content_hash: str
    replaced: str | None
    kind: Literal["publish", "rollback"]
    published_by: str
    reason: str = ""
    via: str | None = None
    at: datetime


class PublicationPeriod(Frozen):
    """A publication with the time until which its version was the active one; None: it still is."""

    publication: Publication
    until: datetime | None


def periods(newest_first: Sequence[Publication]) -> list[PublicationPeriod]:
    """When each publication was in force, the newest first."""
    ends = [None, *(publication.at for publication in newest_first)]
    return [
        PublicationPeriod(publication=publication, until=until)
        for publication, until in zip(newest_first, ends, strict=False)
    ]


def version_before(newest_first: Sequence[Publication]) -> str | None:
    """The version that the active one took the place of when it was last published; None when there was none.

    Rollbacks do not count: after going back from C to B, the next step back leads to A, not to C again.
    """
    if not newest_first:
        return None
    active = newest_first[0].content_hash
    published = (one for one in newest_first if one.kind == "publish" and one.content_hash == active)
    return next((one.replaced for one in published if one.replaced != active), None)
