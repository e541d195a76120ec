"""A clock that jumps, in this process alone. The machine's own clock stays: everything else runs by it.

Our modules read the time by `datetime.now`. Theirs is replaced by a subclass that adds the shift; values stay ordinary
datetimes, so that nothing that is stored or compared can tell.
"""

import sys
from datetime import UTC, datetime, timedelta, tzinfo
from types import ModuleType
from typing import Any

OURS = ("activities", "answering", "gateway", "integrations", "storage", "workers")
JUMP = timedelta(seconds=95)
"""More than a lease, a burst window or a breaker's pause; less than what vendors' signatures may be old."""


class ShiftedClock:
    """Right at first. `jump` puts it ahead, and the next one back."""

    def __init__(self) -> None:
        self.shift = timedelta()
        self._is_installed = False

    def jump(self) -> None:
        self._install()
        self.shift = timedelta() if self.shift else JUMP

    def now(self, tz: tzinfo | None = None) -> datetime:
        return datetime.now(UTC if tz is None else tz) + self.shift

    def _install(self) -> None:
        """Into every module of ours that is loaded; once, and only in a process that is told to jump."""
        if self._is_installed:
            return
        shifted = _shifted(self)
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] in OURS and getattr(module, "datetime", None) is datetime:
                _replace(module, shifted)
        self._is_installed = True


def _replace(module: ModuleType, shifted: type[datetime]) -> None:
    vars(module)["datetime"] = shifted


class _AnyDatetime(type):
    """`isinstance` and `issubclass` are true of every datetime."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, datetime)


def _shifted(clock: ShiftedClock) -> type[datetime]:
    class Shifted(datetime, metaclass=_AnyDatetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return clock.now(tz)

    return Shifted
