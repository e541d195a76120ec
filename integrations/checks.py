"""What `holdfast check` tells of a vendor: whether it answers, and what our credentials may do there."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from domain.model import Frozen


class Finding(Frozen):
    """One thing that was looked at. `detail` of a failure says exactly what is missing and what to do."""

    name: str
    ok: bool
    detail: str


@runtime_checkable
class Checkable(Protocol):
    """An adapter that can test its connection and its permissions; it changes nothing at the vendor."""

    async def check(self) -> Sequence[Finding]: ...
