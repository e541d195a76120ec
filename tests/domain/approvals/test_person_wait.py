from datetime import UTC, datetime
from typing import Any

import pytest

from domain.approvals.person_wait import PersonWait
from domain.specification.organisation import LadderRung
from domain.specification.people import Members

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MEMBERS = Members(teams={"care": ("mia", "jonas")})
TEAM = "approver in the team care"


def rung(action: str, **who: Any) -> LadderRung:
    return LadderRung.model_validate({"after_minutes": 30, "action": action, **who})


@pytest.mark.parametrize(
    ("rungs", "who"),
    [
        ([], "human agents"),
        ([rung("remind")], "human agents"),
        ([rung("widen", roles=("lead",))], "lead"),
        ([rung("widen", roles=("lead",)), rung("widen", roles=("lead", "admin"))], "lead or admin"),
        ([rung("widen", roles=("approver",), team="care")], TEAM),
        ([rung("widen", roles=("lead",)), rung("widen", roles=("approver",), team="care")], f"lead or {TEAM}"),
        ([rung("widen", roles=("lead",)), rung("move_up", roles=("admin",))], "admin"),
        ([rung("widen", roles=("lead",)), rung("move_up", roles=("approver",), team="care")], TEAM),
        ([rung("widen", roles=("lead",)), rung("remind")], "lead"),
    ],
)
def test_each_rung_says_who_is_asked(rungs: list[LadderRung], who: str) -> None:
    wait = PersonWait(since=NOW)
    for one in rungs:
        wait = wait.climb(one, MEMBERS)
    assert (wait.who, wait.rungs_done, wait.since) == (who, len(rungs), NOW)
