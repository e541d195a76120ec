"""The comparison as tables and as a section of the document."""

import pytest

from bench.figures import Comparison, KillFigures, Percentiles, SystemFigures
from bench.peers.report import KILL_COLUMNS, SYSTEM_COLUMNS, kill_rows, section, system_rows
from bench.report import document
from tests.bench.test_figures import FIGURES
from tests.bench.test_report import printed, row

KILLED = KillFigures(conversations=32, answered=32, seconds=17.25, lost=0, doubled=0)
OURS = SystemFigures(
    name="Holdfast",
    versions={"temporalio": "1.35.0"},
    turns_per_second=81.26,
    rounds=[80.0, 81.26, 90.0],
    saturated_ms=Percentiles(p50=400, p95=1500.4, p99=1600, turns=900),
    paced_ms=Percentiles(p50=41, p95=62, p99=70, turns=300),
    approval_ms=Percentiles(p50=51, p95=72, p99=80, turns=32),
    kills={"before_reply": KILLED, "approval_waits": KILLED},
)
PEER = OURS.model_copy(
    update={
        "name": "LangGraph",
        "versions": {"langgraph": "1.2.24"},
        "turns_per_second": 175.0,
        "kills": {"before_reply": KILLED.model_copy(update={"answered": 0, "seconds": None, "lost": 3, "doubled": 2})},
    }
)
SENTENCE = "DBOS is not measured: it cannot be installed (no network)."
PEERS = Comparison(
    conversations=32,
    round_seconds=10,
    pause_seconds=3,
    patience_seconds=60,
    systems=[OURS, PEER],
    not_measured=[SENTENCE],
    load_before=0.5,
    load_after=4.5,
)
WITH_PEERS = FIGURES.model_copy(update={"peers": PEERS})


def test_a_system_has_its_rates_and_times_beside_the_others() -> None:
    assert system_rows(PEERS) == [
        ("Holdfast", "81.3", "400", "1,500", "41", "62", "51", "72"),
        ("LangGraph", "175.0", "400", "1,500", "41", "62", "51", "72"),
    ]


def test_kills_stand_by_moment_and_what_did_not_come_has_no_seconds() -> None:
    assert kill_rows(PEERS) == [
        ("Holdfast", "before the reply is written", "32 of 32", "17.2", "0", "0"),
        ("LangGraph", "before the reply is written", "0 of 32", "–", "3", "2"),
        ("Holdfast", "an approval waits", "32 of 32", "17.2", "0", "0"),
    ]


def test_every_row_has_a_cell_for_each_column() -> None:
    assert {len(cells) for cells in system_rows(PEERS)} == {len(SYSTEM_COLUMNS)}
    assert {len(cells) for cells in kill_rows(PEERS)} == {len(KILL_COLUMNS)}


@pytest.mark.parametrize("text", [printed(WITH_PEERS), document(WITH_PEERS)], ids=["terminal", "document"])
def test_both_for_people_show_every_system(text: str) -> None:
    assert row(text, "Holdfast", "81.3", "1,500", "62")
    assert row(text, "LangGraph", "175.0")
    assert row(text, "LangGraph", "0 of 32")


def test_the_section_names_versions_picture_and_who_is_missing() -> None:
    text = section(PEERS)
    assert "LangGraph: langgraph 1.2.24" in text
    assert "(images/bench-peers.png)" in text
    assert SENTENCE in text
    assert "{" not in text


def test_without_peers_the_document_says_how_to_measure_them_and_shows_no_picture() -> None:
    assert "LangGraph" not in printed(FIGURES)
    assert "Not measured in this run. `make bench PEERS=1`" in document(FIGURES)
    assert "bench-peers.png" not in document(FIGURES)


def test_with_peers_the_document_names_the_command() -> None:
    assert "`holdfast bench --peers --markdown docs/benchmarks.md`" in document(WITH_PEERS)
    assert "\n\n\n" not in document(WITH_PEERS)
    assert "\n\n\n" not in document(FIGURES)


def test_alone_it_is_still_a_document() -> None:
    alone = PEERS.model_copy(update={"systems": [OURS]})
    assert "Versions: no peer." in section(alone)


def test_the_json_keeps_its_fields_and_has_the_peers() -> None:
    written = WITH_PEERS.model_dump(mode="json")
    assert set(FIGURES.model_dump()) == set(written)
    assert [system["name"] for system in written["peers"]["systems"]] == ["Holdfast", "LangGraph"]
    assert FIGURES.model_dump()["peers"] is None
