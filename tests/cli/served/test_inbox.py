"""`holdfast inbox`, against a served gateway."""

import pytest

from tests.cli.served.conftest import Holdfast
from tests.cli.served.test_approvals import running
from tests.gateway.conftest import Gateway
from tests.storage.inbox_stage import in_queue, named, taken_by
from tests.storage.stage import staged

__all__ = ["running"]


async def test_a_person_sees_what_waits(running: Gateway, holdfast: Holdfast, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = await staged(running.database)
    await in_queue(stage, "in-the-queue")
    await named(stage, "in-the-queue", "Vera Quick")
    await taken_by(stage, "of-bo-1234", "bo")
    monkeypatch.setenv("COLUMNS", "80")
    told = (await holdfast("inbox")).output
    assert "mine 0 · team 1 · approval 0 · ai 1 · risk 2 · all 3" in told
    for part in ("in-the-queue", "with_human", "overdue", "1 unread", "Vera Quick: Where is parcel"):
        assert part in " ".join(told.split()), part
    assert "of-bo-1234" not in told
    assert max(map(len, told.splitlines())) <= 80
    assert "of-bo-1234" in (await holdfast("inbox", "all", "--text", "parcel of-bo")).output
    assert "Nothing is here." in (await holdfast("inbox", "mine")).output
