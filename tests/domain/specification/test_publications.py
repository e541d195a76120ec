"""The log of publications: what was active when, and what was active before."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.specification.publications import Publication, periods, version_before

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def log(*steps: str) -> list[Publication]:
    """Of `a` a version that is published, of `<a` one that is gone back to; the newest first."""
    found, active = list[Publication](), None
    for minute, step in enumerate(steps):
        version = step.removeprefix("<")
        kind = "publish" if step == version else "rollback"
        at = BEGAN + timedelta(minutes=minute)
        made = {"content_hash": version, "replaced": active, "kind": kind, "published_by": "lea", "at": at}
        found.insert(0, Publication.model_validate(made))
        active = version
    return found


@pytest.mark.parametrize(
    ("steps", "before"),
    [
        ("", None),
        ("a", None),
        ("a b", "a"),
        ("a b c", "b"),
        ("a b c <b", "a"),
        ("a b c <b <a", None),
        ("a b c <a", None),
        ("a b c <a <c", "b"),
        ("a a", None),
        ("a b b", "a"),
        ("a b c b", "c"),
        ("a b c <b d", "b"),
    ],
)
def test_the_version_before_is_what_the_active_one_took_the_place_of(steps: str, before: str | None) -> None:
    assert version_before(log(*steps.split())) == before


def test_a_publication_is_in_force_until_the_next_one() -> None:
    found = periods(log("a", "b", "<a"))
    assert [(one.publication.content_hash, one.until) for one in found] == [
        ("a", None),
        ("b", BEGAN + timedelta(minutes=2)),
        ("a", BEGAN + timedelta(minutes=1)),
    ]
    assert periods([]) == []
