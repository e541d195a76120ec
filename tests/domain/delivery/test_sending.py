from datetime import UTC, datetime

import pytest

from domain.delivery.sending import SendingChange, SendingStanding, SwitchAction, standing_after

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("action", "stopped"), [("stop", True), ("resume", False)])
def test_the_last_change_says_where_the_switch_stands(action: SwitchAction, stopped: bool) -> None:
    last = SendingChange(request_id="r1", action=action, by="lea", via="slack", reason="prices", at=NOW)
    standing = SendingStanding(stopped=stopped, by="lea", via="slack", at=NOW, reason="prices", leaving=2)
    assert standing_after(last, leaving=2) == standing


def test_until_somebody_turns_it_everything_leaves() -> None:
    assert standing_after(None) == SendingStanding(stopped=False, by=None)
