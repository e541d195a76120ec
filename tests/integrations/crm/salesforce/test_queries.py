"""What stands in a query is what was meant: times have a zone, and texts are quoted."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from integrations.crm.salesforce.api import format_soql


def test_a_time_keeps_its_instant() -> None:
    for zone in (UTC, timezone(timedelta(hours=2))):
        asked = format_soql("A > {}", datetime(2026, 6, 1, 12, tzinfo=zone)).removeprefix("A > ")
        assert datetime.fromisoformat(asked) == datetime(2026, 6, 1, 12, tzinfo=zone)


@pytest.mark.parametrize("named", [True, False])
def test_a_time_without_a_zone_is_refused(named: bool) -> None:
    naive = datetime(2026, 6, 1, 12)  # noqa: DTZ001
    with pytest.raises(ValueError, match="needs a time zone"):
        format_soql("A > {at}", at=naive) if named else format_soql("A > {}", naive)


def test_what_the_sdk_cannot_quote_never_becomes_a_query() -> None:
    amount: Any = Decimal("9.90")
    with pytest.raises(ValueError, match="unquotable value type"):
        format_soql("Amount = {}", amount)


def test_a_text_is_quoted() -> None:
    assert format_soql("Name = {}", "O'Hara") == "Name = 'O\\'Hara'"
