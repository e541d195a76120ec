"""`/v1/figures`, through the real application."""

from typing import Any

import pytest

from domain.quality.figures import FIGURES
from tests.gateway.conftest import ORGANISATION, Gateway
from tests.storage.stage import NOW, Stage, later
from tests.storage.stories import ENDED, rated
from tests.storage.test_figures import everything

TIME = {"since": "2026-03-01T09:00:00Z", "until": "2026-03-10T10:00:00Z"}


async def look(gateway: Gateway, path: str = "", role: str = "viewer", **params: Any) -> Any:
    return await gateway.http.get(f"/v1/figures{path}", headers=await gateway.key(role), params=params)


async def test_every_figure_with_its_definition_and_its_rows(gateway: Gateway) -> None:
    await everything(Stage(gateway.database))
    found = (await look(gateway, **TIME)).json()
    assert (found["organisation"], found["timezone"], found["currency"]) == (ORGANISATION, "UTC", "EUR")
    assert [one["key"] for one in found["figures"]] == [one.key for one in FIGURES]
    for one in found["figures"]:
        assert one["definition"]
        assert len(one["series"]) == 10
        behind = (await look(gateway, f"/{one['key']}/rows", **TIME)).json()
        assert behind["total"] == one["n"] == len(behind["rows"]), one["key"]
        assert all(row["conversation_id"].startswith(("cv_", "conversation-")) for row in behind["rows"])
    shares = {one["key"]: one for one in found["figures"] if one["unit"] == "share"}
    assert all(one["low"] <= one["value"] <= one["high"] for one in shares.values())
    assert {one["objective"]["metric"] for one in found["service_levels"]} >= {"first_response_seconds"}
    assert found["usage"]["calls"] == 0


async def test_ratings_count_as_soon_as_they_are_given(gateway: Gateway) -> None:
    await rated("bad", "good")(Stage(gateway.database))
    found = (await look(gateway, since=NOW.isoformat(), until=later(172_800).isoformat())).json()
    csat = next(one for one in found["figures"] if one["key"] == "csat")
    assert (csat["value"], csat["n"], csat["parts"]) == (1.0, 1, {"good": 1})
    assert ENDED > NOW


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"since": "2026-03-10T10:00:00Z", "until": "2026-03-10T10:00:00Z"}, 400),
        ({"since": "2999-01-01T00:00:00Z"}, 400),
        ({"since": "2001-01-01T00:00:00Z"}, 400),
        ({"since": "0001-01-01T00:00:00+14:00"}, 422),
        ({"until": "0001-01-01T00:00:00-14:00"}, 400),
        ({"until": "9999-12-31T23:59:59-14:00"}, 422),
        ({"since": "2026-03-10T10:00:00"}, 422),
        ({"since": "yesterday"}, 422),
    ],
)
async def test_a_time_that_cannot_be_looked_at_is_told(gateway: Gateway, params: dict[str, str], status: int) -> None:
    for path in ("", "/csat/rows"):
        answer = await look(gateway, path, **params)
        assert answer.status_code == status, answer.text


async def test_rows_of_a_part_a_day_and_a_page(gateway: Gateway) -> None:
    await everything(Stage(gateway.database))
    edited = (await look(gateway, "/approvals_decided/rows", part="rejected", **TIME)).json()
    assert [(row["conversation_id"], row["part"]) for row in edited["rows"]] == [("cv_approval_rejected", "rejected")]
    one = (await look(gateway, "/escalated/rows", day="2026-03-02", limit=1, offset=2, **TIME)).json()
    assert (one["total"] > 2, len(one["rows"])) == (True, 1)
    for wrong in ({"day": "tomorrow"}, {"limit": 0}, {"limit": 201}, {"offset": -1}, {"part": "x" * 101}):
        assert (await look(gateway, "/csat/rows", **wrong)).status_code == 422
    strange = await look(gateway, "/csat/rows", part="\x00", day="9999-12-31", offset=1_000_000, **TIME)
    assert strange.json()["total"] == 0


async def test_an_unknown_figure_is_not_found(gateway: Gateway) -> None:
    for name in ("happiness", "%00", "csat%20"):
        assert (await look(gateway, f"/{name}/rows")).status_code == 404


async def test_who_may_not_look_sees_nothing(gateway: Gateway) -> None:
    await everything(Stage(gateway.database))
    for path in ("/v1/figures", "/v1/figures/csat/rows"):
        assert (await gateway.http.get(path)).status_code == 401
        assert (await gateway.http.get(path, headers=await gateway.key("integration"))).status_code == 403
        stranger = await gateway.http.get(path, headers=await gateway.key("admin", organisation="other"))
        assert stranger.status_code == 404
        assert "cv_" not in stranger.text
