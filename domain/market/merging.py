"""Three versions of the same parts: as they were installed, as the organisation has them, as a package brings them.

A part is a field of a card, a topic, an article: the smallest that is kept or replaced as one. Parts are compared by
their digests; None, or no entry, is a part that is not there.
"""

from collections.abc import Mapping

from domain.model import Frozen

Digests = Mapping[str, str]


class Merge(Frozen):
    """What happens to the parts, by their names in order.

    Taken from the package (added, replaced, or removed with it); kept, since the organisation changed it and the
    package did not; in conflict, since both did, each in its own way.
    """

    taken: tuple[str, ...]
    kept: tuple[str, ...]
    conflicts: tuple[str, ...]


def merged(installed: Digests, own: Digests, brought: Digests) -> Merge:
    """Compare three versions. A first installation is one of which nothing was installed before."""
    taken, kept, conflicts = list[str](), list[str](), list[str]()
    for name in sorted({*installed, *own, *brought}):
        before, ours, theirs = installed.get(name), own.get(name), brought.get(name)
        if ours == theirs:
            continue
        if theirs == before:
            kept.append(name)
        elif ours == before:
            taken.append(name)
        else:
            conflicts.append(name)
    return Merge(taken=tuple(taken), kept=tuple(kept), conflicts=tuple(conflicts))
