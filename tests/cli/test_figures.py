"""What `holdfast figures` prints."""

from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console, Group

from cli.figures import duration, figure_lines, rows_lines
from domain.conversation.costs import UsageTotal
from domain.quality.figures import Figure, FigureRow, Period
from gateway.api.figures import Figures
from storage.figures import FigureRows

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def printed(*lines: object) -> list[str]:
    console = Console(width=80, file=StringIO())
    with console.capture() as capture:
        console.print(Group(*lines))  # type: ignore[arg-type]
    return [line.rstrip() for line in capture.get().splitlines()]


def figure(key: str, unit: str, value: float | None, n: int, **more: object) -> Figure:
    return Figure.model_validate(
        {"key": key, "label": key.title(), "definition": "It is.", "unit": unit, "value": value, "n": n, **more}
    )


def test_each_figure_stands_on_two_lines() -> None:
    found = Figures(
        organisation="shop",
        period=Period(since=NOW, until=NOW),
        timezone="UTC",
        currency="EUR",
        figures=(
            figure("csat", "share", 0.8, 10, low=0.49, high=0.94, parts={"good": 8, "bad": 2}),
            figure("first_response_p50", "seconds", 90.0, 4, low=30.0, high=7200.0),
            figure("approvals_open", "count", 3.0, 3, parts={"under_an_hour": 3}),
            figure("cost", "money", 1.5, 7),
            figure("escalated", "share", None, 0),
        ),
        usage=UsageTotal(),
        service_levels=(),
    )
    assert printed(*figure_lines(found)) == [
        "shop, 2026-03-02 09:00 to 2026-03-02 09:00 UTC",
        "csat  Csat",
        "  80.0% (49.0% to 94.0%) of 10: bad 2, good 8",
        "first_response_p50  First_Response_P50",
        "  1.5 min (30.0 s to 2.0 h) of 4",
        "approvals_open  Approvals_Open",
        "  3: under an hour 3",
        "cost  Cost",
        "  1.50 EUR of 7",
        "escalated  Escalated",
        "  none counted",
        "holdfast figures --rows KEY shows what a figure counts.",
    ]


def test_each_row_stands_on_one_line() -> None:
    rows = (
        FigureRow(conversation_id="cv_1", at=NOW, holds=True, part="as_is"),
        FigureRow(conversation_id="cv_2", at=NOW, holds=False, amount=2.5),
        FigureRow(conversation_id="cv_3", at=NOW),
    )
    assert printed(*rows_lines(FigureRows(key="csat", total=9, rows=rows))) == [
        "csat: 9",
        "2026-03-02 09:00  cv_1  yes  as is",
        "2026-03-02 09:00  cv_2  no  2.50",
        "2026-03-02 09:00  cv_3",
        "6 older ones are not shown.",
    ]


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.25, "0.2 s"), (60, "1.0 min"), (3600, "1.0 h"), (172_799, "48.0 h"), (172_800, "2.0 days")],
)
def test_a_duration_has_the_largest_unit_that_says_enough(seconds: float, told: str) -> None:
    assert duration(seconds) == told
